"""Certificates over HTTP: lists, further editions, corrections, revocations and their return."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store
from services.assessment.certificates.rules.certificates import Certificate, Ground
from services.assessment.certificates.rules.corrections import Correction
from services.assessment.certificates.store import ReplacedEdition
from services.assessment.certificates.usecases import editions, revocations
from services.assessment.persons import store as person_store
from services.assessment.result_versions import store as result_versions
from services.assessment.sight.usecases import sight
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, AskedAward, GivenAward, GivenLevel
from shared.contracts.assessment import CertificateStatus, CertificateWay
from shared.forms import PLAIN, Day, PersonName, Reason, Strict
from shared.kernel.awards import award_asked
from shared.kernel.occupations import parse_occupation
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, CurrentPersons, Now, router

routes = router("certificates")


class RevocationRequest(Strict):
    reason: Reason


class ReinstatementRequest(Strict):
    reason: Reason


class ReissueRequest(Strict):
    ground: Literal[Ground.LOST, Ground.DAMAGED, Ground.NAME_CORRECTED]
    reason: Reason


class CertificateCorrectionRequest(Strict):
    """What the certificate is to say instead; what is left out stays as it is."""

    name: PersonName | None = None
    occupation: Annotated[str, Field(max_length=20), PLAIN] | None = None
    award: GivenAward | None = None
    level: GivenLevel | None = None
    issued_on: Day | None = None
    reason: Reason

    def correction(self) -> Correction:
        """Raises UnknownAward, UnknownLevel, AwardContradictsLevel, MalformedOccupation."""
        occupation = None if self.occupation is None else parse_occupation(self.occupation)
        award = award_asked(award=self.award, level=self.level)
        return Correction(occupation=occupation, award=award, issued_on=self.issued_on, name=self.name)


class CertificateAnswer(BaseModel):
    id: UUID
    number: str
    body_id: UUID
    session_id: UUID | None = Field(description="The exam session; null for who was given the award without an exam")
    candidate_id: UUID | None
    conferral_id: UUID | None = Field(description="What it rests on instead of an exam")
    way: CertificateWay
    class_id: UUID | None
    programme: str
    region: str
    reporting_region: str
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    issued_on: date
    status: CertificateStatus
    version: int
    edition: int = Field(description="Which issue of the certificate is in force; it replaces those before")
    is_young: bool | None = Field(description="Whether the holder was young on the day of issue; null if not known")

    @classmethod
    def of(cls, certificate: Certificate, **more: Any) -> Self:
        values = {name: getattr(certificate, name) for name in CertificateAnswer.model_fields if name != "level"}
        return cls(**values | certificate.award.codes | more)


class HeldCertificateAnswer(CertificateAnswer):
    """A certificate with its holder's name, masked."""

    name: str


class ReplacedEditionAnswer(BaseModel):
    """What an edition said before the next one replaced it, and why."""

    edition: int
    number: str
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    issued_on: date
    ground: Ground
    reason: str
    proposed_by: str
    replaced_by: str
    replaced_at: datetime

    @classmethod
    def of(cls, replaced: ReplacedEdition) -> Self:
        return cls(**replaced._asdict() | replaced.award.codes)


class MistakenRevocationAnswer(BaseModel):
    """A revocation that two people took back. `version` is that of the certificate while it was revoked."""

    version: int
    revoked_at: datetime
    revoked_by: str
    revocation_reason: str
    proposed_by: str
    reinstated_by: str
    reinstated_at: datetime
    reason: str


class ResultVersionAnswer(BaseModel):
    """A version of the result that the certificate rests on. The last one stands; the others were replaced, and why.

    Marks are shown with the candidate (`GET /v1/candidates/{candidate_id}`).
    """

    version: int
    outcome: Literal["passed", "failed", "absent", "cheated", "incomplete"]
    reason: str | None
    replaced_by: str | None
    replaced_at: datetime | None


class HistoryAnswer(BaseModel):
    """What became of a certificate since it was issued, each part oldest first."""

    results: list[ResultVersionAnswer]

    replaced_editions: list[ReplacedEditionAnswer]
    mistaken_revocations: list[MistakenRevocationAnswer]


@routes.get("/certificates")
async def list_certificates(
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    award: AskedAward,
    session_id: Annotated[UUID | None, Query(description="Only those of one session")] = None,
    conferral_id: Annotated[UUID | None, Query(description="Only those of one conferral")] = None,
    way: CertificateWay | None = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    name_differs: Annotated[
        bool, Query(description="Only valid ones that were issued with a name which is not the holder's any more")
    ] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[HeldCertificateAnswer]:
    """Certificates with their holders' names masked. A body sees its own, an institution those of its trainees.

    Officers see those of their region and the regions below it, and those of bodies from there.
    """
    seen = await sight(connection, caller, region=region)
    rows = await store.page(
        connection,
        seen,
        session_id=session_id,
        conferral_id=conferral_id,
        way=way,
        award=award,
        name_differs=name_differs,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=await _held(rows, persons, connection), next=next_cursor(rows, size))


@routes.get("/certificates/{certificate_id}")
async def get_certificate(
    certificate_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> HeldCertificateAnswer:
    seen = await sight(connection, caller)
    certificate = await store.load(connection, certificate_id)
    if not await store.is_in_sight(connection, certificate_id, seen):
        raise seen.refusal
    return (await _held([certificate], persons, connection))[0]


@routes.post("/certificates/{certificate_id}/revocation", status_code=201, response_model=ProposalAnswer)
async def propose_revocation(
    certificate_id: UUID, request: RevocationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to revoke a certificate, as an officer of its region or above who did not issue it.

    Another such officer confirms it (`POST /v1/proposals/{proposal_id}/confirmation`); totals are then corrected.
    """
    return await revocations.propose(connection, certificate_id, reason=request.reason, caller=caller, at=at)


@routes.post("/certificates/{certificate_id}/reinstatement", status_code=201, response_model=ProposalAnswer)
async def propose_reinstatement(
    certificate_id: UUID, request: ReinstatementRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose to make a revoked certificate valid again because its revocation was a mistake.

    An officer who did not revoke it confirms it. It then counts again from the day of its issue, and verification goes
    on telling that it was revoked meanwhile.
    """
    return await revocations.propose_reinstatement(
        connection, certificate_id, reason=request.reason, caller=caller, at=at
    )


@routes.post("/certificates/{certificate_id}/reissue", status_code=201)
async def reissue_certificate(
    certificate_id: UUID,
    request: ReissueRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> HeldCertificateAnswer:
    """Issue a valid certificate again: the next edition, with the same number.

    It was lost or damaged, or the holder's name was corrected since (`name-corrected`).

    It is no second certificate: totals and subsidies do not change, and the edition before is shown as replaced.
    """
    ground = Ground(request.ground)
    reissued = await editions.reissue(connection, certificate_id, ground, reason=request.reason, caller=caller, at=at)
    return (await _held([reissued], persons, connection))[0]


@routes.post("/certificates/{certificate_id}/correction", status_code=201, response_model=ProposalAnswer)
async def propose_certificate_correction(
    certificate_id: UUID,
    request: CertificateCorrectionRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Proposal:
    """Propose that a valid certificate says something else; an officer who did not issue it confirms it.

    The next edition says it then. It has another number only if the year or the award in the number changes. A
    corrected name reaches all valid certificates of the person.
    """
    return await editions.propose(
        connection,
        certificate_id,
        request.correction(),
        reason=request.reason,
        persons=persons,
        caller=caller,
        at=at,
    )


@routes.get("/certificates/{certificate_id}/history")
async def get_certificate_history(certificate_id: UUID, connection: Connection, caller: CurrentCaller) -> HistoryAnswer:
    """The versions of its result, the editions that were replaced, and the revocations that were taken back."""
    seen = await sight(connection, caller)
    await store.load(connection, certificate_id)
    if not await store.is_in_sight(connection, certificate_id, seen):
        raise seen.refusal
    replaced = await store.replaced_editions(connection, certificate_id)
    mistaken = await store.mistaken_revocations(connection, certificate_id)
    results = await result_versions.of_certificate(connection, certificate_id)
    return HistoryAnswer(
        results=[ResultVersionAnswer(**each._asdict()) for each in results],
        replaced_editions=[ReplacedEditionAnswer.of(each) for each in replaced],
        mistaken_revocations=[MistakenRevocationAnswer(**each._asdict()) for each in mistaken],
    )


async def _held(rows: list[Certificate], persons: Persons, connection: AsyncConnection) -> list[HeldCertificateAnswer]:
    sealed = await person_store.sealed(connection, [row.person for row in rows])
    return [HeldCertificateAnswer.of(row, name=persons.shown(sealed[row.person])["name"]) for row in rows]
