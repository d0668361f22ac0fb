"""Institutions over HTTP: registration, changes, the list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.registry.directory.rules.blacklist import MarkKind, account_text
from services.registry.directory.rules.institutions import Institution, InstitutionKind
from services.registry.directory.store import institutions as store
from services.registry.directory.usecases import institutions as usecases
from services.registry.directory.usecases.institutions import Change, Registration
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.forms import CREDIT_CODE, HASHED, INTEGER_MAX, PLAIN, Name, Strict
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.identity import DocumentKind
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.web import Connection, Now, router

routes = router("institutions")

Region = Annotated[str, Field(max_length=16, examples=["410102"]), PLAIN]
Account = Annotated[
    str,
    Field(
        max_length=64,
        description="The account that subsidies are paid to. Only a keyed hash of it is stored, to recognise it.",
    ),
    HASHED,
]


class OwnerRequest(Strict):
    """The legal representative. Only the person key is stored, to recognise the same owner at other institutions."""

    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), HASHED]


class InstitutionRequest(Strict):
    credit_code: Annotated[str, Field(max_length=64, examples=["52410000MJ00123452"]), CREDIT_CODE]
    name: Name
    kind: InstitutionKind
    region: Region
    department: Name | None = Field(default=None, description="The department that supervises it")
    owner: OwnerRequest | None = None
    account: Account | None = None


class InstitutionChangeRequest(Strict):
    """Fields that are left out stay unchanged."""

    version: Annotated[int, Field(ge=1, le=INTEGER_MAX, strict=True, description="The version that you saw")]
    name: Name | None = None
    kind: InstitutionKind | None = None
    region: Region | None = None
    department: Name | None = None
    owner: OwnerRequest | None = None
    account: Account | None = None


class InstitutionAnswer(BaseModel):
    """`closed_from` is the first day on which it is closed; `succeeded_by` acts for it since."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    credit_code: str
    name: str
    kind: InstitutionKind
    region: str
    reporting_region: str
    department: str
    has_owner: bool
    has_account: bool
    closed_from: date | None
    succeeded_by: UUID | None
    version: int


@routes.post("/institutions", status_code=201, response_model=InstitutionAnswer)
async def register_institution(
    institution: InstitutionRequest, request: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> Institution:
    """Register a training institution. A repeat with the same particulars returns the existing one."""
    registration = Registration(
        credit_code=institution.credit_code,
        name=institution.name,
        kind=institution.kind,
        region=institution.region,
        department=institution.department or "",
        **_marks(institution, request.app.state.persons, at=at),
    )
    return await usecases.register(connection, registration, caller=caller, at=at)


@routes.post("/institutions/{institution_id}/changes", response_model=InstitutionAnswer)
async def change_institution(
    institution_id: UUID,
    asked: InstitutionChangeRequest,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Institution:
    """Change the particulars, as an officer of the region or above."""
    wanted = Change(
        name=asked.name,
        kind=asked.kind,
        region=asked.region,
        department=asked.department,
        **_marks(asked, request.app.state.persons, at=at),
    )
    return await usecases.change(connection, institution_id, wanted, expected=asked.version, caller=caller, at=at)


@routes.get("/institutions")
async def list_institutions(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="A county or a reporting region")] = None,
    credit_code: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[InstitutionAnswer]:
    if credit_code is not None:
        found = await store.find_by_credit_code(connection, parse_credit_code(credit_code))
        return Page(rows=[] if found is None else [InstitutionAnswer.model_validate(found)], next=None)
    far, _ = await visibility.scope(connection, caller, region=region, institution_id=None)
    rows = await store.page(connection, far, after=after(cursor), limit=size)
    return Page(rows=[InstitutionAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/institutions/{institution_id}", response_model=InstitutionAnswer)
async def get_institution(institution_id: UUID, connection: Connection, _: CurrentCaller) -> Institution:
    return await store.load(connection, institution_id)


def _marks(said: InstitutionRequest | InstitutionChangeRequest, persons: Persons, *, at: datetime) -> dict[str, Any]:
    owner, account = None, None
    if said.owner is not None:
        owner, _ = persons.recognise(said.owner.document_kind, said.owner.document_number, today=business_day(at))
    if said.account is not None:
        account = persons.mark(MarkKind.ACCOUNT, account_text(said.account))
    return {"owner_mark": owner, "account_mark": account}
