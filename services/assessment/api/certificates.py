"""Certificates: the lists, and revocation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from services.assessment.api.answers import CertificateAnswer, HeldCertificateAnswer
from services.assessment.api.readers import require_reader
from services.assessment.api.schemas import RevocationRequest
from services.assessment.domain.certificates import Certificate
from services.assessment.store import candidates as candidate_store
from services.assessment.store import certificates as store
from services.assessment.usecases import certificates as usecases
from shared.auth import CurrentCaller
from shared.kernel.callers import Role
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.web import Connection, Now, router

routes = router("certificates")


@routes.get("/certificates")
async def list_certificates(
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    session_id: Annotated[UUID | None, Query(description="Only those of one session")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[HeldCertificateAnswer]:
    """Certificates with their holders' names masked. A body sees its own, supervisors see all."""
    own = caller.organisation if caller.role is Role.ASSESSMENT_BODY else None
    if caller.role is not Role.ASSESSMENT_BODY or own is None:
        caller.require(Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
    rows = await store.page(connection, session_id=session_id, body_id=own, after=after(cursor), limit=size)
    return Page(rows=await _held(rows, request, connection), next=next_cursor(rows, size))


@routes.get("/certificates/{certificate_id}")
async def get_certificate(
    certificate_id: UUID, request: Request, connection: Connection, caller: CurrentCaller
) -> HeldCertificateAnswer:
    certificate = await store.load(connection, certificate_id)
    require_reader(caller, certificate.body_id)
    return (await _held([certificate], request, connection))[0]


@routes.post("/certificates/{certificate_id}/revocation")
async def revoke(
    certificate_id: UUID, request: RevocationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> CertificateAnswer:
    """Take a certificate back, as an officer of its region or above who did not issue it; totals follow."""
    return CertificateAnswer.of(
        await usecases.revoke(connection, certificate_id, reason=request.reason, caller=caller, at=at)
    )


async def _held(rows: list[Certificate], request: Request, connection: Connection) -> list[HeldCertificateAnswer]:
    persons: Persons = request.app.state.persons
    sealed = await candidate_store.sealed_persons(connection, [row.person for row in rows])
    return [HeldCertificateAnswer.of(row, name=persons.shown(sealed[row.person])["name"]) for row in rows]
