"""Certificates over HTTP: lists and revocation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store, usecases
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.persons import store as person_store
from services.assessment.sight.usecases import sight
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, AskedAward
from shared.contracts.assessment import CertificateStatus
from shared.forms import Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, CurrentPersons, Now, router

routes = router("certificates")


class RevocationRequest(Strict):
    reason: Reason


class CertificateAnswer(BaseModel):
    id: UUID
    number: str
    body_id: UUID
    session_id: UUID
    candidate_id: UUID
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

    @classmethod
    def of(cls, certificate: Certificate, **more: Any) -> Self:
        values = {name: getattr(certificate, name) for name in CertificateAnswer.model_fields if name != "level"}
        return cls(**values | certificate.award.codes | more)


class HeldCertificateAnswer(CertificateAnswer):
    """A certificate with its holder's name, masked."""

    name: str


@routes.get("/certificates")
async def list_certificates(
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    award: AskedAward,
    session_id: Annotated[UUID | None, Query(description="Only those of one session")] = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[HeldCertificateAnswer]:
    """Certificates with their holders' names masked. A body sees its own, an institution those of its trainees.

    Officers see those of their region and the regions below it, and those of bodies from there.
    """
    seen = await sight(connection, caller, region=region)
    rows = await store.page(connection, seen, session_id=session_id, award=award, after=after(cursor), limit=size)
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
    return await usecases.propose_revocation(connection, certificate_id, reason=request.reason, caller=caller, at=at)


async def _held(rows: list[Certificate], persons: Persons, connection: AsyncConnection) -> list[HeldCertificateAnswer]:
    sealed = await person_store.sealed(connection, [row.person for row in rows])
    return [HeldCertificateAnswer.of(row, name=persons.shown(sealed[row.person])["name"]) for row in rows]
