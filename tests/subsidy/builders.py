"""Builders for claims: values for the rules, facts of other services, and a service that has heard them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from msgspec.structs import asdict

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import Line
from services.subsidy.holds.rules import Flag, HoldStatus
from services.subsidy.limits.rules import Terms
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy import usecases as policy
from shared.contracts.assessment import CertificateIssued, CertificateRevoked, CertificateStatus
from shared.contracts.dimensions import FundSource, award_fields
from shared.contracts.fact import Fact
from shared.contracts.registry.classes import ClassCompleted, ClassStarted, ClassStatus
from shared.contracts.registry.directory import InstitutionRegistered
from shared.contracts.registry.enrolments import (
    EnrolmentCompleted,
    EnrolmentDeferred,
    EnrolmentFailed,
    EnrolmentStatus,
    EnrolmentTransferred,
    EnrolmentWithdrawn,
    TraineeEnrolled,
)
from shared.contracts.registry.licences import (
    LicenceConfirmed,
    LicenceRecorded,
    LicenceRejected,
    LicenceState,
    LicenceStatus,
)
from shared.contracts.registry.plan import RegionListed
from shared.contracts.subsidy import ClaimStatus
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import loaded
from shared.kernel.awards import Award
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import Period, business_day
from tests.support.services import ServiceUnderTest

PLAN = Path("deploy/plans/henan-2025")
NOW = datetime.now(UTC)
TODAY = business_day(NOW)
STARTS_ON = TODAY - timedelta(days=60)
CERTIFIED_ON = TODAY - timedelta(days=10)
CAREGIVER = "4-10-01-05"
L4_FEN = 200_000
"""What the plan's policy gives for a training at level L4: 2,000 yuan."""

TERMS = Terms(claim_window_months=12, claim_trainings_a_year_max=3)
"""The limits of the plan."""
REGIONS = {"410000": None, "410100": "410000", "410102": "410100", "410200": "410000", "419001": "410000"}
REPORTING = {"410100": "410100", "410102": "410100", "410200": "410200", "419001": "419001"}


def line(number: int, amount: int = 100, **changes: Any) -> Line:
    return replace(Line(number, uuid4(), uuid4(), "S02-1", STARTS_ON, Fen(amount), None), **changes)


def claim(*lines: Line, **changes: Any) -> Claim:
    base = Claim(
        id=uuid4(),
        institution_id=uuid4(),
        local_id="c-1",
        class_id=uuid4(),
        region="410102",
        reporting_region="410100",
        fund_source=FundSource.EMPLOYMENT_FUND,
        occupation=CAREGIVER,
        award=Award.SENIOR_WORKER,
        starts_on=STARTS_ON,
        policy_row="HN-T-L4",
        status=ClaimStatus.DRAFT,
        submitted_by=None,
        submitted_on=None,
        approved_by=None,
        approved_on=None,
        paid_on=None,
        payment_reference=None,
        lines=lines or (line(1), line(2, 250)),
        version=1,
    )
    return replace(base, **changes)


def flag(**changes: Any) -> Flag:
    """An open flag about a class, as the rules see it."""
    base = Flag(
        id=uuid4(),
        check="C14",
        kind="few-present",
        institution_id=uuid4(),
        class_id=uuid4(),
        enrolment_id=None,
        person=None,
        region="410102",
        reporting_region="410100",
        status=HoldStatus.OPEN,
    )
    return replace(base, **changes)


def regions() -> list[Fact]:
    return [
        RegionListed(
            subject=f"regions/{code}",
            version=1,
            at=NOW,
            code=code,
            name_zh=code,
            name_en=code,
            kind="county",
            parent=parent,
            reporting_region=REPORTING.get(code),
            valid_from=None,
            valid_to=None,
            replaced_by=None,
        )
        for code, parent in REGIONS.items()
    ]


@dataclass(frozen=True)
class Taught:
    """A class as the registry tells of it, with the person key of each trainee."""

    persons: list[UUID]
    class_id: UUID = field(default_factory=new_id)
    institution_id: UUID = field(default_factory=uuid4)
    region: str = "410102"
    occupation: str = CAREGIVER
    award: Award = Award.SENIOR_WORKER
    fund_source: FundSource | None = FundSource.EMPLOYMENT_FUND
    starts_on: date = STARTS_ON
    enrolments: list[UUID] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "enrolments", [new_id() for _ in self.persons])

    @property
    def place(self) -> dict[str, Any]:
        return {
            "programme": "S02-1",
            "region": self.region,
            "reporting_region": REPORTING[self.region],
            "occupation": self.occupation,
            **award_fields(self.award),
        }

    def institution(self, name: str) -> InstitutionRegistered:
        return InstitutionRegistered(
            subject=f"institutions/{self.institution_id}",
            version=1,
            at=NOW,
            institution_id=self.institution_id,
            credit_code="52410000MJ00123452",
            name=name,
            kind="school",
            region=self.region,
            reporting_region=REPORTING[self.region],
        )

    def started(self) -> ClassStarted:
        return ClassStarted(version=1, status=ClassStatus.RUNNING, **self._class())

    def completed(self, *, version: int = 1) -> ClassCompleted:
        return ClassCompleted(version=version, status=ClassStatus.COMPLETED, **self._class())

    def _class(self) -> dict[str, Any]:
        return self.place | {
            "subject": f"classes/{self.class_id}",
            "at": NOW,
            "class_id": self.class_id,
            "institution_id": self.institution_id,
            "local_id": "k-1",
            "fund_source": self.fund_source,
            "starts_on": self.starts_on,
            "ends_on": self.starts_on + timedelta(days=20),
            "hours": 60,
            "seats": 100,
            "enrolled": len(self.persons),
        }

    def enrolled(self, place: int) -> TraineeEnrolled:
        return TraineeEnrolled(version=1, status=EnrolmentStatus.IN_TRAINING, **self._enrolment(place))

    def finished(self, place: int, *, version: int = 1) -> EnrolmentCompleted:
        return EnrolmentCompleted(version=version, status=EnrolmentStatus.COMPLETED, **self._enrolment(place))

    def failed(self, place: int) -> EnrolmentFailed:
        return EnrolmentFailed(version=1, status=EnrolmentStatus.FAILED, **self._enrolment(place))

    def withdrawn(self, place: int, *, version: int = 1) -> EnrolmentWithdrawn:
        return EnrolmentWithdrawn(version=version, status=EnrolmentStatus.WITHDRAWN, **self._enrolment(place))

    def deferred(self, place: int, *, version: int = 1) -> EnrolmentDeferred:
        return EnrolmentDeferred(version=version, status=EnrolmentStatus.DEFERRED, **self._enrolment(place))

    def transferred(self, place: int, *, version: int = 1) -> EnrolmentTransferred:
        return EnrolmentTransferred(version=version, status=EnrolmentStatus.TRANSFERRED, **self._enrolment(place))

    def _enrolment(self, place: int) -> dict[str, Any]:
        return self.place | {
            "subject": f"enrolments/{self.enrolments[place]}",
            "at": NOW,
            "enrolment_id": self.enrolments[place],
            "class_id": self.class_id,
            "institution_id": self.institution_id,
            "person": self.persons[place],
            "tags": (),
            "fund_source": self.fund_source,
            "hours": 60,
            "effective_on": self.starts_on,
        }

    def certified(self, place: int, *, issued_on: date = CERTIFIED_ON) -> CertificateIssued:
        certificate_id = new_id()
        return CertificateIssued(
            subject=f"certificates/{certificate_id}",
            version=1,
            at=NOW,
            certificate_id=certificate_id,
            number="S000041000001253000001",
            person=self.persons[place],
            body_id=uuid4(),
            session_id=uuid4(),
            class_id=self.class_id,
            issued_on=issued_on,
            status=CertificateStatus.VALID,
            **self.place,
        )

    def licensed(
        self,
        place: int,
        fact: type[LicenceState] = LicenceConfirmed,
        *,
        version: int = 2,
        status: LicenceStatus = LicenceStatus.CONFIRMED,
        issued_on: date = CERTIFIED_ON,
    ) -> LicenceState:
        """A step of the licence of that trainee."""
        return fact(
            subject=f"licences/{self.enrolments[place]}",
            version=version,
            at=NOW,
            enrolment_id=self.enrolments[place],
            class_id=self.class_id,
            institution_id=self.institution_id,
            person=self.persons[place],
            fund_source=self.fund_source,
            issued_on=issued_on,
            status=status,
            **self.place,
        )

    def recorded(self, place: int, *, version: int = 1, issued_on: date = CERTIFIED_ON) -> LicenceState:
        status = LicenceStatus.RECORDED
        return self.licensed(place, LicenceRecorded, version=version, status=status, issued_on=issued_on)

    def rejected(self, place: int, *, version: int) -> LicenceState:
        return self.licensed(place, LicenceRejected, version=version, status=LicenceStatus.REJECTED)

    def all_finished(self) -> list[Fact]:
        """The class completed, every trainee too and with a certificate."""
        places = range(len(self.persons))
        return [
            *(self.finished(place) for place in places),
            *(self.certified(place) for place in places),
            self.completed(),
        ]


def revoked(certificate: CertificateIssued) -> CertificateRevoked:
    return CertificateRevoked(**asdict(certificate) | {"version": 2, "status": CertificateStatus.REVOKED})


def amounts(answer: dict[str, Any]) -> list[tuple[int, str | None]]:
    """Each line of an answered claim: its amount, and the check that refused it."""
    return [(each["amount_fen"], each["refusal"]) for each in answer["lines"]]


def short_ladder() -> list[FigureRow]:
    """Rows of the cities, by which one review approves a claim."""
    figures = {"review.second": "no", "publicity.working_days": "0"}
    return [
        FigureRow(
            id=str(new_id()),
            key=key,
            value=value,
            region=region,
            validity=Period(date(2020, 1, 1)),
            status="sourced",
            source="文件",
            provenance=loaded(by="load-policy", at=NOW, sequence=1),
        )
        for region in set(REPORTING.values())
        for key, value in figures.items()
    ]


def people(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]


@dataclass(frozen=True)
class Office:
    """The service as its users meet it."""

    service: ServiceUnderTest

    @classmethod
    async def open(
        cls, service: ServiceUnderTest, *, budget_fen: int | None = 10**10, whole_ladder: bool = False
    ) -> Office:
        """With regions heard, policy loaded and, unless None, a budget for Zhengzhou's employment fund.

        Claims are approved by one review, without publicity: the cities' own rows say so, unless `whole_ladder`.
        """
        async with service.engine.begin() as connection:
            await policy.load(connection, PLAN, at=NOW)
            if not whole_ladder:
                await LIMIT_ROW.add_rows(connection, short_ladder())
        await service.hear(*regions())
        office = cls(service)
        if budget_fen is not None:
            assert (await office.budget(budget_fen)).status_code == 200
        return office

    def institution(self, taught: Taught, person: str = "clerk") -> dict[str, str]:
        return self.service.tokens.of(Role.INSTITUTION, person=person, organisation=taught.institution_id)

    def reviewer(self, person: str = "reviewer", region: str = "410100") -> dict[str, str]:
        return self.service.tokens.of(Role.REVIEWER, person=person, region=region)

    def finance(self, person: str = "cashier", region: str = "410100") -> dict[str, str]:
        return self.service.tokens.of(Role.FINANCE, person=person, region=region)

    async def post(self, path: str, content: object, headers: dict[str, str]) -> httpx.Response:
        return await self.service.http.post(path, json=content, headers=headers)

    def province(self, person: str = "someone") -> dict[str, str]:
        return self.service.tokens.of(Role.PROVINCE, person=person, region="410000")

    async def get(self, path: str, headers: dict[str, str]) -> httpx.Response:
        return await self.service.http.get(path, headers=headers)

    async def confirm(self, proposed: httpx.Response, headers: dict[str, str]) -> httpx.Response:
        """The answer to the confirmation of what was proposed, or the refusal to propose it."""
        if proposed.status_code != 201:
            return proposed
        return await self.post(f"/v1/proposals/{proposed.json()['id']}/confirmation", None, headers)

    async def propose_budget(self, amount: int, region: str = "410100", **changes: object) -> httpx.Response:
        content = {
            "region": region, "fund_source": "employment_fund", "year": STARTS_ON.year, "amount_fen": amount,
            "reason": "年度预算",
        } | changes  # fmt: skip
        return await self.post("/v1/budgets", content, self.province())

    async def budget(self, amount: int, region: str = "410100", **changes: object) -> httpx.Response:
        """Proposed by one person of the province and confirmed by another."""
        return await self.confirm(await self.propose_budget(amount, region, **changes), self.province("second"))

    async def balance(self) -> dict[str, int]:
        """The only budget's amounts."""
        answer = await self.service.http.get("/v1/budgets", headers=self.finance())
        [row] = answer.json()["rows"]
        return {name: row[f"{name}_fen"] for name in ("total", "committed", "paid", "recovered", "free")}

    async def draft(self, taught: Taught, local_id: str = "c-1") -> httpx.Response:
        content = {"class_id": str(taught.class_id), "local_id": local_id}
        return await self.post("/v1/claims", content, self.institution(taught))

    async def submit(self, claim_id: str, taught: Taught, person: str = "clerk") -> httpx.Response:
        return await self.post(f"/v1/claims/{claim_id}/submission", None, self.institution(taught, person))

    async def approve(self, claim_id: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.post(f"/v1/claims/{claim_id}/approval", None, headers or self.reviewer())

    async def pay(self, claim_id: str, headers: dict[str, str] | None = None, on: date = TODAY) -> httpx.Response:
        content = {"paid_on": on.isoformat(), "reference": "T-1"}
        return await self.post(f"/v1/claims/{claim_id}/payment", content, headers or self.finance())

    async def propose_recovery(
        self, claim_id: str, lines: object = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        which: dict[str, object] = {"all_lines": True} if lines is None else {"lines": lines}
        content = which | {"reason": "出勤不实"}
        return await self.post(f"/v1/claims/{claim_id}/recovery", content, headers or self.finance())

    async def recover(self, claim_id: str, lines: object = None) -> httpx.Response:
        """Proposed by the cashier and confirmed by a second person; the claim, or the refusal of either."""
        confirmed = await self.confirm(await self.propose_recovery(claim_id, lines), self.finance("second"))
        if confirmed.status_code != 200:
            return confirmed
        return await self.get(f"/v1/claims/{claim_id}", self.finance())

    async def submitted(self, taught: Taught, local_id: str = "c-1") -> str:
        """A claim for a class that was heard of already, handed in; its id."""
        drafted = await self.draft(taught, local_id)
        assert drafted.status_code == 201, drafted.text
        claim_id: str = drafted.json()["id"]
        assert (await self.submit(claim_id, taught)).status_code == 200
        return claim_id

    async def paid(self, taught: Taught) -> str:
        """A claim that went all the way; its id."""
        claim_id = await self.submitted(taught)
        assert (await self.approve(claim_id)).status_code == 200
        assert (await self.pay(claim_id)).status_code == 200
        return claim_id
