"""An assessment centre under test: facts of the registry that it has heard, and the calls it makes over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
from msgspec.structs import asdict

from shared.contracts.fact import Fact
from shared.contracts.registry.classes import ClassApproved, ClassCancelled, ClassFiled, ClassStatus
from shared.contracts.registry.enrolments import (
    EnrolmentCorrected,
    EnrolmentDeferred,
    EnrolmentResumed,
    EnrolmentState,
    EnrolmentStatus,
    EnrolmentTransferred,
    EnrolmentWithdrawn,
    TraineeEnrolled,
)
from shared.contracts.registry.plan import ProgrammeListed, RegionListed
from shared.kernel.callers import Role
from shared.kernel.credit_code import check_character
from shared.kernel.identity import DocumentKind, parse_document
from shared.kernel.ids import new_id
from shared.persons import Persons
from tests.support.people import identity_number
from tests.support.services import ServiceUnderTest

AT = datetime(2025, 6, 1, 8, tzinfo=UTC)
BORN = date(1990, 5, 17)
PROGRAMMES = {"HN2025": None, "S02": "HN2025", "S02-1": "S02", "S07": "HN2025", "S08": "HN2025"}
# Code: parent, reporting region, last day, successor.
REGIONS: dict[str, tuple[str | None, str | None, date | None, str | None]] = {
    "410000": (None, None, None, None),
    "410100": ("410000", "410100", None, None),
    "410102": ("410100", "410100", None, None),
    "410300": ("410000", "410300", None, None),
    "410306": ("410300", "410300", date(2021, 3, 18), "410308"),
    "410308": ("410300", "410300", None, None),
    "419001": ("410000", "419001", None, None),
}


def plan() -> list[Fact]:
    """A few of the plan's programmes and regions, as the registry lists them."""
    return [
        *(
            ProgrammeListed(
                subject=f"programmes/{code}", version=1, at=AT, code=code, parent=parent, plan="HN2025", year=2025,
                name_zh="专项", name_en="Programme", trainings_target=100, high_skilled_target=50,
                high_skilled_counts=True,
            )
            for code, parent in PROGRAMMES.items()
        ),
        *(
            RegionListed(
                subject=f"regions/{code}", version=1, at=AT, code=code, name_zh="某地", name_en="Somewhere",
                kind="county", parent=parent, reporting_region=reporting, valid_from=None, valid_to=valid_to,
                replaced_by=replaced_by,
            )
            for code, (parent, reporting, valid_to, replaced_by) in REGIONS.items()
        ),
    ]  # fmt: skip


_CLASS_FACTS = {
    ClassStatus.FILED: ClassFiled,
    ClassStatus.APPROVED: ClassApproved,
    ClassStatus.CANCELLED: ClassCancelled,
}


def a_class(class_id: UUID, *, version: int = 1, status: ClassStatus = ClassStatus.FILED, **changes: Any) -> Fact:
    values: dict[str, Any] = {
        "subject": f"classes/{class_id}", "version": version, "at": AT, "class_id": class_id,
        "institution_id": new_id(), "local_id": "C1", "programme": "S02-1", "region": "410102",
        "reporting_region": "410100", "occupation": "4-10-01-05", "level": 4, "fund_source": None,
        "starts_on": date(2025, 3, 1), "ends_on": date(2025, 3, 20), "hours": 60, "seats": 40, "status": status,
        "enrolled": 1,
    }  # fmt: skip
    return _CLASS_FACTS[status](**values | changes)


_ENROLMENT_FACTS: dict[int, type[EnrolmentState]] = {1: TraineeEnrolled, 2: EnrolmentCorrected, 3: EnrolmentWithdrawn}


def an_enrolment(
    enrolment_id: UUID, class_id: UUID, person: UUID, *, version: int = 1, programme: str
) -> EnrolmentState:
    """Version 1 enrols, 2 corrects, 3 withdraws."""
    return _ENROLMENT_FACTS[version](
        subject=f"enrolments/{enrolment_id}", version=version, at=AT, enrolment_id=enrolment_id, class_id=class_id,
        institution_id=new_id(), person=person, programme=programme, tags=(), region="410102",
        reporting_region="410100", occupation="4-10-01-05", level=4, fund_source=None,
        status=EnrolmentStatus.WITHDRAWN if version == 3 else EnrolmentStatus.IN_TRAINING, hours=0,
        effective_on=date(2025, 3, 1),
    )  # fmt: skip


def step(before: EnrolmentState, fact: type[EnrolmentState], status: EnrolmentStatus, **changes: Any) -> EnrolmentState:
    """The next fact of the enrolment of `before`."""
    return fact(**asdict(before) | {"version": before.version + 1, "status": status} | changes)


def deferred(before: EnrolmentState) -> EnrolmentState:
    return step(before, EnrolmentDeferred, EnrolmentStatus.DEFERRED)


def resumed(before: EnrolmentState) -> EnrolmentState:
    return step(before, EnrolmentResumed, EnrolmentStatus.IN_TRAINING)


def transferred(before: EnrolmentState) -> EnrolmentState:
    return step(before, EnrolmentTransferred, EnrolmentStatus.TRANSFERRED)


def person_row(order: int, **changes: object) -> dict[str, object]:
    """A row of a candidate batch: the person who was registered as number `order` on one day."""
    return {"local_id": str(order), "document_number": identity_number(BORN, order), "name": "王小明"} | changes


def pass_row(order: int, **changes: object) -> dict[str, object]:
    return {"local_id": str(order), "theory": 60, "skills": 88.5} | changes


def fail_row(order: int) -> dict[str, object]:
    return {"local_id": str(order), "theory": 100, "skills": 59.9}


def body_filing(serial: int = 123, **changes: object) -> dict[str, object]:
    """A social body of Zhengzhou, filed for caregivers at four levels and for cooks at one, from 2020 on."""
    head = f"5241010000{serial:06}0"
    scope = [{"occupation": "4-10-01-05", "level": level} for level in ("L2", "L3", "L4", "L5")]
    filing: dict[str, Any] = {
        "credit_code": head + check_character(head), "name": "郑州评价中心", "kind": "social", "region": "410102",
        "number_prefix": f"S000041{serial:06}", "scope": [*scope, {"occupation": "4-03-02-01", "level": "L4"}],
    } | changes  # fmt: skip
    return filing | {"scope": [{"first_on": "2020-01-01"} | item for item in filing["scope"]]}


def session_filing(**changes: object) -> dict[str, object]:
    return {
        "local_id": "2025-E1", "programme": "S08", "region": "410102", "occupation": "4-10-01-05", "level": "L4",
        "held_on": "2025-06-30",
    } | changes  # fmt: skip


@dataclass(frozen=True)
class Centre:
    """One body of the service under test; `own` are its headers, `province` those of the authority."""

    service: ServiceUnderTest
    body: dict[str, Any]

    @property
    def own(self) -> dict[str, str]:
        return self.service.tokens.of(Role.ASSESSMENT_BODY, person="ann", organisation=self.body["id"])

    @property
    def province(self) -> dict[str, str]:
        return province(self.service)

    async def post(self, path: str, content: object = None, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.service.http.post(f"/v1{path}", json=content, headers=headers or self.own)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.service.http.get(f"/v1{path}", headers=headers or self.own)

    async def session(self, **changes: object) -> str:
        """The id of a new session."""
        answer = await self.post("/sessions", session_filing(**changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def batch(self, path: str, rows: Sequence[object]) -> list[dict[str, Any]]:
        """The answers for `rows`."""
        answer = await self.post(path, {"rows": list(rows)})
        assert answer.status_code == 200, answer.text
        answers: list[dict[str, Any]] = answer.json()["rows"]
        return answers

    async def examined(self, *rows: dict[str, object], **changes: object) -> str:
        """The id of a session whose candidates have these results; a row's local_id names the person."""
        session_id = await self.session(**changes)
        added = await self.batch(
            f"/sessions/{session_id}/candidates", [person_row(int(str(row["local_id"]))) for row in rows]
        )
        assert {row["outcome"] for row in added} == {"accepted"}, added
        recorded = await self.batch(f"/sessions/{session_id}/results", rows)
        assert {row["outcome"] for row in recorded} == {"accepted"}, recorded
        return session_id

    @property
    def colleague(self) -> dict[str, str]:
        """Another person of the body, who posts no results."""
        return self.service.tokens.of(Role.ASSESSMENT_BODY, person="carl", organisation=self.body["id"])

    async def conclude(self, session_id: str) -> httpx.Response:
        return await self.post(f"/sessions/{session_id}/conclusion", None, self.colleague)

    def officer(self, person: str = "officer", region: str = "410100") -> dict[str, str]:
        return self.service.tokens.of(Role.COUNTY_OFFICER, person=person, region=region)

    async def confirm(self, proposed: httpx.Response, headers: dict[str, str] | None = None) -> httpx.Response:
        """The answer to the confirmation of what was proposed, or the refusal to propose it."""
        if proposed.status_code != 201:
            return proposed
        return await self.post(f"/proposals/{proposed.json()['id']}/confirmation", None, headers or self.officer())

    async def correct(self, candidate_id: str, content: object) -> httpx.Response:
        """Proposed by the body and confirmed by an officer; the candidate, or the refusal of either."""
        proposed = await self.post(f"/candidates/{candidate_id}/correction", content)
        confirmed = await self.confirm(proposed)
        return confirmed if confirmed.status_code != 200 else await self.get(f"/candidates/{candidate_id}")

    async def revoke(self, certificate_id: str, content: object) -> httpx.Response:
        """Proposed by the province and confirmed by an officer; the certificate, or the refusal of either."""
        proposed = await self.post(f"/certificates/{certificate_id}/revocation", content, self.province)
        confirmed = await self.confirm(proposed, self.officer("second"))
        return confirmed if confirmed.status_code != 200 else await self.get(f"/certificates/{certificate_id}")

    async def reinstate(self, certificate_id: str, content: object) -> httpx.Response:
        """Proposed by the province and confirmed by a third officer; the certificate, or the refusal of either."""
        proposed = await self.post(f"/certificates/{certificate_id}/reinstatement", content, self.province)
        confirmed = await self.confirm(proposed, self.officer("third"))
        return confirmed if confirmed.status_code != 200 else await self.get(f"/certificates/{certificate_id}")

    async def certificates(self, session_id: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.get(f"/certificates?session_id={session_id}")).json()["rows"]
        return rows

    async def candidate_ids(self, session_id: str) -> dict[str, str]:
        """The ids of the session's candidates by local_id."""
        rows = (await self.get(f"/sessions/{session_id}/candidates")).json()["rows"]
        return {row["local_id"]: row["id"] for row in rows}


def province(service: ServiceUnderTest, *, person: str = "officer") -> dict[str, str]:
    return service.tokens.of(Role.PROVINCE, person=person, region="410000")


async def open_centre(service: ServiceUnderTest, serial: int = 123, **changes: object) -> Centre:
    """A body that was filed with the service, which has heard the plan."""
    filing = body_filing(serial, **changes)
    answer = await service.http.post("/v1/bodies", json=filing, headers=province(service))
    assert answer.status_code == 201, answer.text
    return Centre(service, answer.json())


def person_key(service: ServiceUnderTest, order: int) -> UUID:
    """The key of the person in `person_row(order)`."""
    document = parse_document(DocumentKind.RESIDENT_ID, identity_number(BORN, order), today=date(2025, 6, 1))
    persons = Persons.load(service.settings.keys_directory)
    return persons._keys.of(document)
