"""Certificates: issued for an award, valid until two people revoke them, and again once two take that back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from services.assessment.chain.rules import Entry, LinkKind, digest
from services.assessment.numbers.rules.kinds import KindedNumber, NumberKind
from shared.contracts.assessment import (
    CertificateCorrected,
    CertificateIssued,
    CertificateReinstated,
    CertificateRevoked,
    CertificateState,
    CertificateStatus,
    CertificateWay,
)
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict

F = TypeVar("F", bound=CertificateState)


class CertificateVerb(StrEnum):
    REVOKE = "revoke"
    REINSTATE = "reinstate"
    CORRECT = "correct"
    REISSUE = "reissue"


MOVES: Final[Mapping[CertificateStatus, Mapping[CertificateVerb, CertificateStatus]]] = {
    CertificateStatus.VALID: {
        CertificateVerb.REVOKE: CertificateStatus.REVOKED,
        CertificateVerb.CORRECT: CertificateStatus.VALID,
        CertificateVerb.REISSUE: CertificateStatus.VALID,
    },
    CertificateStatus.REVOKED: {CertificateVerb.REINSTATE: CertificateStatus.VALID},
}


KIND: Final = "revocation"
REINSTATEMENT: Final = "reinstatement"
"""The kinds of the proposals that ask for a revocation, and that take one back."""


class ResultDoesNotPass(Conflict):
    slug = "result-does-not-pass"
    title_en = "The result that the certificate rests on is no longer a pass."
    title_zh = "该证书所依据的考核成绩现为不合格。"
    cure_en = "Correct the result first, if that is the mistake."
    cure_zh = "如属成绩登记有误，请先更正成绩。"
    reference = "POST /v1/candidates/…/correction"


class AnotherCertificateStands(Conflict):
    """Facts: `certificate_id`."""

    slug = "another-certificate-stands"
    title_en = "The holder has another valid certificate of this occupation and award."
    title_zh = "持证人已有同一职业、同一等级（证书种类）的有效证书。"
    cure_en = "A person holds one: revoke certificate {certificate_id} first, if this one is to be valid."
    cure_zh = "同一人只能持有一本；如应以本证书为准，请先撤销证书 {certificate_id}。"


class Ground(StrEnum):
    """Why a certificate was issued again."""

    LOST = "lost"
    DAMAGED = "damaged"
    NAME_CORRECTED = "name-corrected"
    CORRECTED = "corrected"


class Occasion(NamedTuple):
    """The particulars of an exam, or of a conferral, that all its certificates share."""

    session_id: UUID | None
    conferral_id: UUID | None
    way: CertificateWay
    body_id: UUID
    class_id: UUID | None
    region: str
    reporting_region: str
    occupation: str
    award: Award
    plan_year: int


class Recipient(NamedTuple):
    """A person who is given an award, and the programme that the certificate counts to."""

    candidate_id: UUID | None
    """None for who did not sit an exam."""
    person: UUID
    programme: str


class Certificate(NamedTuple):
    id: UUID
    number: str
    person: UUID
    candidate_id: UUID | None
    body_id: UUID
    session_id: UUID | None
    class_id: UUID | None
    programme: str
    region: str
    reporting_region: str
    occupation: str
    award: Award
    issued_on: date
    issued_by: str
    """The person who concluded the session or the conferral, or corrected the result."""
    status: CertificateStatus
    version: int
    plan_year: int | None = None
    """The year whose plan the programme belongs to. None in records from before plans had years."""
    edition: int = 1
    """Which issue of the certificate is the one in force. An issue replaces the one before; the certificate is one."""
    conferral_id: UUID | None = None
    """What it rests on if it was not an exam."""
    way: CertificateWay = CertificateWay.EXAM
    is_young: bool | None = None
    """Whether its holder was young on the day of issue; None where that is not known."""
    number_kind: NumberKind = NumberKind.LEVEL

    @property
    def chain(self) -> UUID:
        """The chain that it is linked to: that of its session or conferral."""
        chain = self.session_id or self.conferral_id
        assert chain is not None, "a certificate rests on one of the two"
        return chain

    @property
    def link(self) -> Entry:
        """The entry of the chain for what the certificate says now, without the programme, which follows others."""
        is_new = (self.version, self.edition) == (1, 1)
        kind = LinkKind.CERTIFICATE_NUMBERED if is_new else LinkKind.CERTIFICATE_CHANGED
        said = (self.id, self.number, self.person, self.body_id, self.chain, self.occupation, int(self.award))
        state = (self.issued_on, self.status.value, self.edition)
        return Entry(kind, f"certificates/{self.id}", digest([*said, *state]))


def issue(
    recipient: Recipient,
    occasion: Occasion,
    number: KindedNumber,
    *,
    id_: UUID,
    on: date,
    is_young: bool | None,
    by: str,
    at: datetime,
) -> tuple[Certificate, CertificateIssued]:
    """The certificate of a person who is given an award, with a `number` that was drawn for it."""
    certificate = Certificate(
        id=id_,
        number=number.number,
        number_kind=number.kind,
        is_young=is_young,
        **recipient._asdict(),
        **occasion._asdict(),
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
    after = certificate._replace(status=status, version=certificate.version + 1)
    return after, _fact(CertificateRevoked, after, at=at)


def reinstate(
    certificate: Certificate, *, revoked_by: str, passes: bool, another: UUID | None, by: str, at: datetime
) -> tuple[Certificate, CertificateReinstated]:
    """Make a certificate valid again whose revocation was the mistake; it counts again from the day of its issue.

    `passes` says whether the result that it rests on is a pass, `another` is a valid certificate that the holder has
    for the same. Raises IllegalMove, SamePerson if `by` issued or revoked it, ResultDoesNotPass,
    AnotherCertificateStands.
    """
    status = move(MOVES, certificate.status, CertificateVerb.REINSTATE)
    require_another(by, certificate.issued_by, revoked_by, rule="issue or revocation of a certificate, and its return")
    if not passes:
        raise ResultDoesNotPass
    if another is not None:
        raise AnotherCertificateStands(certificate_id=str(another))
    after = certificate._replace(status=status, version=certificate.version + 1)
    return after, _fact(CertificateReinstated, after, at=at)


def reissue(certificate: Certificate) -> Certificate:
    """A further edition of a valid certificate, which says the same. It has no fact: nothing of it changes elsewhere.

    Raises IllegalMove.
    """
    move(MOVES, certificate.status, CertificateVerb.REISSUE)
    return certificate._replace(edition=certificate.edition + 1)


def correct(certificate: Certificate, *, at: datetime, **changes: Any) -> tuple[Certificate, CertificateCorrected]:
    """A further edition of a valid certificate, which says otherwise. Raises IllegalMove."""
    move(MOVES, certificate.status, CertificateVerb.CORRECT)
    after = certificate._replace(edition=certificate.edition + 1, version=certificate.version + 1, **changes)
    return after, _fact(CertificateCorrected, after, at=at)


def count_to(certificate: Certificate, programme: str, *, at: datetime) -> tuple[Certificate, CertificateCorrected]:
    """Change the programme of a valid or revoked certificate to that of its holder's enrolment."""
    after = certificate._replace(programme=programme, version=certificate.version + 1)
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
        session_id=certificate.chain,
        class_id=certificate.class_id,
        programme=certificate.programme,
        region=certificate.region,
        reporting_region=certificate.reporting_region,
        occupation=certificate.occupation,
        **award_fields(certificate.award),
        issued_on=certificate.issued_on,
        status=certificate.status,
        plan_year=certificate.plan_year,
        way=certificate.way,
        is_young=certificate.is_young,
    )
