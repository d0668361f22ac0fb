"""Facts as other services would tell them: whole and right, with what a test cares about set by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.assessment import CertificateIssued, CertificateRevoked, CertificateStatus
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStarted, ClassStatus
from shared.contracts.registry.directory import InstitutionChanged, InstitutionRegistered, InstitutionState
from shared.contracts.registry.enrolments import (
    EnrolmentCompleted,
    EnrolmentDeferred,
    EnrolmentFailed,
    EnrolmentState,
    EnrolmentStatus,
    EnrolmentTransferred,
    EnrolmentWithdrawn,
    TraineeEnrolled,
)
from shared.contracts.registry.plan import ProgrammeListed, RegionListed
from shared.contracts.subsidy.claims import ClaimLine, ClaimState, ClaimStatus

AT = datetime(2025, 6, 1, 8, tzinfo=UTC)


def numbered(number: int) -> UUID:
    """An id that a test can recognise."""
    return UUID(int=(0x0198 << 112) | (0x7 << 76) | (0x8 << 60) | number)


def person_key(number: int) -> UUID:
    """The key of the person who is called by `number` in enrolments and certificates."""
    return numbered(3_000_000 + number)


def an_institution(
    institution_id: UUID, *, version: int, closed_from: date | None = None, succeeded_by: UUID | None = None
) -> InstitutionState:
    """The institution as registered (version 1) or changed; it may be closed and taken over."""
    fact = InstitutionRegistered if version == 1 else InstitutionChanged
    return fact(
        subject=f"institutions/{institution_id}", version=version, at=AT, institution_id=institution_id,
        credit_code="52410000MJ00123452", name="某机构", kind="private_school", region="410102",
        reporting_region="410100", closed_from=closed_from, succeeded_by=succeeded_by,
    )  # fmt: skip


def region(code: str, *, reports_to: str | None, parent: str | None = "410000", **changes: Any) -> RegionListed:
    values: dict[str, Any] = {
        "subject": f"regions/{code}", "version": 1, "at": AT, "code": code, "name_zh": "某地", "name_en": "Somewhere",
        "kind": "county", "parent": parent, "reporting_region": reports_to, "valid_from": None, "valid_to": None,
        "replaced_by": None,
    }  # fmt: skip
    return RegionListed(**values | changes)


def programme(
    code: str, *, parent: str | None = "HN2025", trainings: int | None = 100, **changes: Any
) -> ProgrammeListed:
    values: dict[str, Any] = {
        "subject": f"programmes/{code}", "version": 1, "at": AT, "code": code, "parent": parent, "plan": "HN2025",
        "year": 2025, "name_zh": "专项", "name_en": "A programme", "trainings_target": trainings,
        "high_skilled_target": 50, "high_skilled_counts": True,
    }  # fmt: skip
    return ProgrammeListed(**values | changes)


_REPORTS_TO = {"410102": "410100", "410103": "410100", "410122": "410100"}


def _reports_to(changes: dict[str, Any]) -> str:
    """The reporting region of the place that a test names."""
    code: str = changes.get("region", "410102")
    return _REPORTS_TO.get(code, code)


def class_started(class_id: UUID | None = None, *, version: int = 1, **changes: Any) -> ClassStarted:
    """That a class runs, by default the one of `enrolment`."""
    class_id = class_id or numbered(1_000_000)
    values: dict[str, Any] = {
        "subject": f"classes/{class_id}", "version": version, "at": AT, "class_id": class_id,
        "institution_id": numbered(2_000_000), "local_id": "C1", "programme": "S01", "region": "410102",
        "reporting_region": "410100", "occupation": "4-10-01-05", "level": 4,
        "fund_source": FundSource.EMPLOYMENT_FUND, "starts_on": date(2025, 3, 1), "ends_on": date(2025, 3, 20),
        "hours": 60, "seats": 40, "status": ClassStatus.RUNNING, "enrolled": 3,
    }  # fmt: skip
    return ClassStarted(**values | changes)


_ENROLMENT_FACTS: dict[EnrolmentStatus, type[EnrolmentState]] = {
    EnrolmentStatus.IN_TRAINING: TraineeEnrolled,
    EnrolmentStatus.DEFERRED: EnrolmentDeferred,
    EnrolmentStatus.COMPLETED: EnrolmentCompleted,
    EnrolmentStatus.FAILED: EnrolmentFailed,
    EnrolmentStatus.WITHDRAWN: EnrolmentWithdrawn,
    EnrolmentStatus.TRANSFERRED: EnrolmentTransferred,
}


def enrolment(number: int, *, version: int = 1, status: EnrolmentStatus, **changes: Any) -> EnrolmentState:
    values: dict[str, Any] = {
        "subject": f"enrolments/{numbered(number)}", "version": version, "at": AT, "enrolment_id": numbered(number),
        "class_id": numbered(1_000_000), "institution_id": numbered(2_000_000), "person": person_key(number),
        "programme": "S01", "tags": (), "region": "410102", "reporting_region": _reports_to(changes),
        "occupation": "4-10-01-05", "level": 4, "fund_source": FundSource.EMPLOYMENT_FUND, "status": status,
        "hours": 60, "effective_on": date(2025, 3, 1),
    }  # fmt: skip
    return _ENROLMENT_FACTS[status](**values | changes)


def certificate(
    number: int, *, person: int, version: int = 1, valid: bool = True, **changes: Any
) -> CertificateIssued | CertificateRevoked:
    values: dict[str, Any] = {
        "subject": f"certificates/{numbered(6_000_000 + number)}", "version": version, "at": AT,
        "certificate_id": numbered(6_000_000 + number), "number": "S00014100000125300000" + str(number % 10),
        "person": person_key(person), "body_id": numbered(4_000_000), "session_id": numbered(5_000_000),
        "class_id": None, "programme": "S01", "region": "410102", "reporting_region": _reports_to(changes),
        "occupation": "4-10-01-05", "level": 4, "issued_on": date(2025, 4, 1),
        "status": CertificateStatus.VALID if valid else CertificateStatus.REVOKED,
    }  # fmt: skip
    return (CertificateIssued if valid else CertificateRevoked)(**values | changes)


def claim(
    number: int, *, version: int, fact: type[ClaimState], status: ClaimStatus, lines: int = 1, **changes: Any
) -> ClaimState:
    values: dict[str, Any] = {
        "subject": f"claims/{numbered(7_000_000 + number)}", "version": version, "at": AT,
        "claim_id": numbered(7_000_000 + number),
        "class_id": numbered(1_000_000), "institution_id": numbered(2_000_000), "region": "410102",
        "reporting_region": _reports_to(changes), "fund_source": FundSource.EMPLOYMENT_FUND, "status": status,
        "amount_fen": 200_000 * lines, "recovered_fen": 0, "approved_on": None, "paid_on": None,
        "lines": tuple(line(place) for place in range(1, lines + 1)),
    }  # fmt: skip
    return fact(**values | changes)


def line(place: int, **changes: Any) -> ClaimLine:
    values: dict[str, Any] = {
        "line": place, "enrolment_id": numbered(place), "person": person_key(place), "programme": "S01",
        "occupation": "4-10-01-05", "level": 4, "trained_on": date(2025, 3, 20), "amount_fen": 200_000,
        "refusal": None,
    }  # fmt: skip
    return ClaimLine(**values | changes)
