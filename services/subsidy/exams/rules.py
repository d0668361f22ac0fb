"""An exam as its certificates tell it: nothing of it is entered in this service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.kernel.awards import Award
from shared.kernel.money import Fen


class CertificateWay(StrEnum):
    """By which way the holder came to the certificate, as assessment tells it. Source: domain rules §3.4, trap 7."""

    EXAM = "exam"
    PROCESS = "process"
    RECOGNITION = "recognition"
    """Recognised for a place in a contest: of the amount, a share is paid."""
    APPOINTMENT = "appointment"
    APPRENTICESHIP = "apprenticeship"


@dataclass(frozen=True, slots=True)
class ExamCertificate:
    """A certificate of an exam, as it was last received."""

    id: UUID
    exam_id: UUID
    """The exam session; for an award without an exam the conferral."""
    body_id: UUID
    person: UUID
    programme: str
    region: str
    reporting_region: str
    occupation: str
    award: Award
    way: CertificateWay
    issued_on: date
    valid: bool


@dataclass(frozen=True, slots=True)
class Exam:
    """A session or a conferral with certificates."""

    id: UUID
    body_id: UUID
    region: str
    reporting_region: str
    occupation: str
    award: Award
    first_issue_on: date
    fee_fen: Fen | None
    """What each candidate was charged, as it was stated last; None if nothing was stated."""


def exam_of(certificates: Sequence[ExamCertificate], *, fee: Fen | None) -> Exam | None:
    """The exam of its `certificates`; None without one.

    Its award is what most of them say, so that one that was corrected to another award leaves the others as they are.
    """
    if not certificates:
        return None
    first = min(certificates, key=lambda each: each.id)
    said = Counter((each.occupation, each.award) for each in certificates)
    occupation, award = max(said, key=lambda each: (said[each], each[0], each[1].value))
    return Exam(
        id=first.exam_id,
        body_id=first.body_id,
        region=first.region,
        reporting_region=first.reporting_region,
        occupation=occupation,
        award=award,
        first_issue_on=min(each.issued_on for each in certificates),
        fee_fen=fee,
    )
