"""Certificates over HTTP: lists and revocation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.readers import readable_body, require_reader
from services.assessment.certificates import store, usecases
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.persons import store as person_store
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, AskedAward
from shared.contracts.assessment import CertificateStatus
from shared.forms import Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
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
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[HeldCertificateAnswer]:
    """Certificates with their holders' names masked. A body sees its own, supervisors see all."""
    body_id = readable_body(caller)
    rows = await store.page(
        connection, session_id=session_id, body_id=body_id, award=award, after=after(cursor), limit=size
    )
    return Page(rows=await _held(rows, persons, connection), next=next_cursor(rows, size))


@routes.get("/certificates/{certificate_id}")
async def get_certificate(
    certificate_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> HeldCertificateAnswer:
    certificate = await store.load(connection, certificate_id)
    require_reader(caller, certificate.body_id)
    return (await _held([certificate], persons, connection))[0]


@routes.post("/certificates/{certificate_id}/revocation")
async def revoke_certificate(
    certificate_id: UUID, request: RevocationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> CertificateAnswer:
    """Revoke a certificate, as an officer of its region or above who did not issue it. Totals are corrected."""
    return CertificateAnswer.of(
        await usecases.revoke(connection, certificate_id, reason=request.reason, caller=caller, at=at)
    )


async def _held(rows: list[Certificate], persons: Persons, connection: AsyncConnection) -> list[HeldCertificateAnswer]:
    sealed = await person_store.sealed(connection, [row.person for row in rows])
    return [HeldCertificateAnswer.of(row, name=persons.shown(sealed[row.person])["name"]) for row in rows]
