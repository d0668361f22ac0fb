"""Builders for claims: values for the rules, and facts of other services."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import asdict

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import Line
from services.subsidy.holds.rules import Flag, HoldStatus
from services.subsidy.limits.rules import Terms
from shared.contracts.assessment import CertificateIssued, CertificateRevoked, CertificateStatus
from shared.contracts.dimensions import FundSource, award_fields
from shared.contracts.fact import Fact
from shared.contracts.registry.classes import ClassCancelled, ClassCompleted, ClassStarted, ClassStatus
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
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import business_day
from tests.support.clock import now

PLAN = Path("deploy/plans/henan-2025")
NOW = now()
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
        source_id=uuid4(),
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

    def cancelled(self, *, version: int = 1) -> ClassCancelled:
        return ClassCancelled(version=version, status=ClassStatus.CANCELLED, **self._class())

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

    def failed(self, place: int, *, version: int = 1) -> EnrolmentFailed:
        return EnrolmentFailed(version=version, status=EnrolmentStatus.FAILED, **self._enrolment(place))

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


def people(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]
