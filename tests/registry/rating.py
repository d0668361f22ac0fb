"""Completed trainings, what became of the trainees, and the quality rates that are told of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from services.registry.quality import usecases
from shared.contracts.assessment import (
    CertificateIssued,
    CertificateState,
    CertificateStatus,
    ResultRecorded,
    ResultState,
)
from tests.registry.school import School, trainee

WORK: dict[str, object] = {
    "employed_on": "2025-05-01", "evidence": "contract", "pay_before_fen": 400_000, "pay_after_fen": 500_000,
}  # fmt: skip
CLASS_DAYS = {"starts_on": "2025-03-01", "ends_on": "2025-03-20"}


async def completed(
    school: School, *numbers: int, employment: str = "unemployed", **changes: object
) -> tuple[str, list[str]]:
    """A class whose trainees of these numbers completed it on its last day; and their enrolments in order."""
    prefix = str(changes.get("local_id", "T"))
    rows = [trainee(number, local_id=f"{prefix}-{number}", employment=employment) for number in numbers]
    class_id = await school.run(*rows, **changes)
    answer = await school.conclude(class_id, **{f"{prefix}-{number}": 60 for number in numbers})
    return class_id, [row["id"] for row in answer.json()["rows"]]


async def report(school: School, *rows: Any, path: str = "follow-ups") -> list[str]:
    """Of each row what became of it, or why it was refused."""
    answer = await school.post(path, {"rows": rows})
    assert answer.status_code == 200, answer.text
    return [row["errors"][0]["code"] if "errors" in row else row["outcome"] for row in answer.json()["rows"]]


async def quality(school: School, *, headers: dict[str, str] | None = None, **asked: str | int) -> Any:
    """What the county's officer, or whoever has `headers`, is told once all is counted."""
    while await usecases.recount(school.registry.engine):
        pass
    query: dict[str, str | int] = {"first_on": "2025-01-01", "last_on": "2025-12-31", **asked}
    answer = await school.registry.http.get("/v1/quality", params=query, headers=headers or school.officer())
    return answer.json()


async def parts(school: School, rate: str, **asked: Any) -> tuple[int, int] | None:
    """Numerator and denominator of a rate of the one group that there is; None if it is suppressed."""
    (group,) = (await quality(school, **asked))["rows"]
    return None if group[rate]["suppressed"] else (group[rate]["numerator"], group[rate]["denominator"])


async def person_of(school: School, enrolment_id: str) -> UUID:
    (row,) = await school.registry.rows("SELECT person FROM enrolment WHERE id = :id", id=enrolment_id)
    person: UUID = row.person
    return person


_USUAL: dict[str, Any] = {
    "at": datetime(2025, 4, 1, tzinfo=UTC), "programme": "S02-1", "region": "410102", "reporting_region": "410100",
    "occupation": "4-10-01-05", "level": 4, "session_id": UUID(int=7), "version": 1,
}  # fmt: skip


def result(person: UUID, cls: type[ResultState] = ResultRecorded, **changes: Any) -> ResultState:
    """What assessment tells of a test after the class of `filing`."""
    candidate_id = uuid5(person, str(changes.pop("test", "test")))
    values = _USUAL | {"passed": True, "effective_on": date(2025, 3, 25)} | changes
    return cls(subject=f"candidates/{candidate_id}", candidate_id=candidate_id, person=person, **values)


def certificate(person: UUID, cls: type[CertificateState] = CertificateIssued, **changes: Any) -> CertificateState:
    """What assessment tells of a certificate after the class of `filing`, one for each level of a person."""
    values = _USUAL | {
        "number": "Y000041000001253000001", "body_id": UUID(int=8), "class_id": None, "issued_on": date(2025, 3, 30),
        "status": CertificateStatus.VALID,
    } | changes  # fmt: skip
    certificate_id = uuid5(person, f"certificate of {values['level']}")
    return cls(subject=f"certificates/{certificate_id}", certificate_id=certificate_id, person=person, **values)
