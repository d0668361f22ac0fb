"""Certificates: issued after a passed exam, valid until another person revokes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from services.assessment.bodies.rules.bodies import Body
from services.assessment.certificates.rules import numbers
from shared.contracts.assessment import (
    CertificateCorrected,
    CertificateIssued,
    CertificateRevoked,
    CertificateState,
    CertificateStatus,
)
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move

F = TypeVar("F", bound=CertificateState)


class CertificateVerb(StrEnum):
    REVOKE = "revoke"


MOVES: Final[Mapping[CertificateStatus, Mapping[CertificateVerb, CertificateStatus]]] = {
    CertificateStatus.VALID: {CertificateVerb.REVOKE: CertificateStatus.REVOKED},
    CertificateStatus.REVOKED: {},
}

WHY_FINAL: Final = {
    CertificateStatus.REVOKED: (
        "A revocation takes two people, so no single click leads here; and whoever verified the number was told that "
        "it is revoked, so the number stays so. Who lost it wrongly gets another certificate from a further session."
    ),
}


KIND: Final = "revocation"
"""The kind of the proposals that ask for a revocation."""


class Examination(NamedTuple):
    """The particulars of an exam that all its certificates share."""

    session_id: UUID
    body_id: UUID
    class_id: UUID | None
    region: str
    reporting_region: str
    occupation: str
    award: Award
    plan_year: int


class Recipient(NamedTuple):
    """A person who passed an exam, and the programme that the certificate counts to."""

    candidate_id: UUID
    person: UUID
    programme: str


@dataclass(frozen=True, slots=True)
class Certificate:
    id: UUID
    number: str
    person: UUID
    candidate_id: UUID
    body_id: UUID
    session_id: UUID
    class_id: UUID | None
    programme: str
    region: str
    reporting_region: str
    occupation: str
    award: Award
    issued_on: date
    issued_by: str
    """The person who concluded the session or corrected the result."""
    status: CertificateStatus
    version: int
    plan_year: int | None = None
    """The year whose plan the programme belongs to. None in records from before plans had years."""


def issue(
    recipient: Recipient,
    examination: Examination,
    body: Body,
    *,
    id_: UUID,
    serial: int,
    on: date,
    by: str,
    at: datetime,
) -> tuple[Certificate, CertificateIssued]:
    """The certificate of a person who passed an exam of `body`, with the body's `serial` of the year."""
    certificate = Certificate(
        id=id_,
        number=numbers.build(body.number_prefix, issued_on=on, award=examination.award, serial=serial),
        **recipient._asdict(),
        **examination._asdict(),
        issued_on=on,
        issued_by=by,
        status=CertificateStatus.VALID,
        version=1,
    )
    return certificate, _fact(CertificateIssued, certificate, at=at)


def revoke(certificate: Certificate, *, by: str, at: datetime) -> tuple[Certificate, CertificateRevoked]:
    """Revoke a valid certificate. Raises IllegalMove, or SamePerson if `by` issued it."""
    status = move(MOVES, certificate.status, CertificateVerb.REVOKE)
    require_another(by, certificate.issued_by, rule="issue and revocation of a certificate")
    after = replace(certificate, status=status, version=certificate.version + 1)
    return after, _fact(CertificateRevoked, after, at=at)


def count_to(certificate: Certificate, programme: str, *, at: datetime) -> tuple[Certificate, CertificateCorrected]:
    """Change the programme of a valid or revoked certificate to that of its holder's enrolment."""
    after = replace(certificate, programme=programme, version=certificate.version + 1)
    return after, _fact(CertificateCorrected, after, at=at)


def _fact(fact: type[F], certificate: Certificate, *, at: datetime) -> F:
    return fact(
        subject=f"certificates/{certificate.id}",
        version=certificate.version,
        at=at,
        certificate_id=certificate.id,
        number=certificate.number,
        person=certificate.person,
        body_id=certificate.body_id,
        session_id=certificate.session_id,
        class_id=certificate.class_id,
        programme=certificate.programme,
        region=certificate.region,
        reporting_region=certificate.reporting_region,
        occupation=certificate.occupation,
        **award_fields(certificate.award),
        issued_on=certificate.issued_on,
        status=certificate.status,
        plan_year=certificate.plan_year,
    )
