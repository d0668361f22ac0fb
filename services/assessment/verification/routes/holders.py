"""What a holder sees and does: their certificates, codes that they give, and who looked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.assessment.certificates.routes import CertificateAnswer
from services.assessment.verification import store
from services.assessment.verification.rules import DAYS_MAX, Code, CodeStatus
from services.assessment.verification.store import Look
from services.assessment.verification.usecases import verification as usecases
from shared.auth import CurrentCaller
from shared.forms import PLAIN, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, CurrentPersons, Now, router

routes = router("holders")


class CodeRequest(Strict):
    days: Annotated[int, Field(ge=1, le=DAYS_MAX, description="Days after which the code shows nothing any more")] = 30
    given_to: Annotated[
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100), PLAIN] | None,
        Field(description="For the holder to remember for whom it is"),
    ] = None


class CodeAnswer(BaseModel):
    """A code without the secret, which only its holder knows."""

    id: UUID
    certificate_id: UUID
    given_to: str | None
    given_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    status: CodeStatus

    @classmethod
    def of(cls, given: Code, *, at: datetime, **more: str) -> Self:
        said = {name: getattr(given, name) for name in CodeAnswer.model_fields if name != "status"}
        return cls(**said, **more, status=given.status(at))


class GivenCodeAnswer(CodeAnswer):
    """A new code with its secret, which is shown this once."""

    code: str = Field(examples=["7K3QX-0M2AB-9TT4C-HZ81N"])


class LookAnswer(BaseModel):
    """A look at a certificate. `asker` is what they said; without a code, they knew number and name."""

    id: UUID
    certificate_id: UUID
    code_id: UUID | None
    asker: str | None
    looked_at: datetime

    @classmethod
    def of(cls, look: Look) -> Self:
        return cls(**look._asdict())


@routes.get("/holder/certificates")
async def list_own_certificates(
    connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[CertificateAnswer]:
    """The caller's certificates, valid and revoked, under each of their keys."""
    keys = await usecases.own(connection, caller)
    rows = await store.certificates(connection, keys, after=after(cursor), limit=size)
    return Page(rows=[CertificateAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/certificates/{certificate_id}/codes", status_code=201)
async def give_code(
    certificate_id: UUID,
    request: CodeRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> GivenCodeAnswer:
    """A code for others, who see the certificate with it until it ends. It is shown this once."""
    given = await usecases.give_code(
        connection,
        certificate_id,
        days=request.days,
        given_to=request.given_to,
        persons=persons,
        caller=caller,
        at=at,
    )
    return GivenCodeAnswer.of(given.code, at=at, code=given.secret)


@routes.get("/holder/codes")
async def list_codes(
    connection: Connection, caller: CurrentCaller, at: Now, cursor: Cursor = None, size: PageSize = 100
) -> Page[CodeAnswer]:
    """The codes that the caller gave."""
    keys = await usecases.own(connection, caller)
    rows = await store.codes(connection, keys, after=after(cursor), limit=size)
    return Page(rows=[CodeAnswer.of(row, at=at) for row in rows], next=next_cursor(rows, size))


@routes.post("/codes/{code_id}/ending")
async def end_code(code_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> CodeAnswer:
    """End a code before its time: from now on it shows nothing."""
    return CodeAnswer.of(await usecases.end_code(connection, code_id, caller=caller, at=at), at=at)


@routes.get("/holder/looks")
async def list_looks(
    connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[LookAnswer]:
    """Who looked at the caller's certificates, and when. A look shows here about a second later."""
    keys = await usecases.own(connection, caller)
    rows = await store.looks(connection, keys, after=after(cursor), limit=size)
    return Page(rows=[LookAnswer.of(row) for row in rows], next=next_cursor(rows, size))
