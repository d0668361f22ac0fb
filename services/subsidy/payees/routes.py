"""Accounts of payees over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.payees import usecases
from services.subsidy.payees.rules import AccountStatus, PayeeAccount
from services.subsidy.payees.usecases import AskedAccount, SharedAccount
from shared.auth import CurrentCaller
from shared.forms import ENCRYPTED, HASHED, PLAIN, VISIBLE, Name, Reason, Strict
from shared.kernel.identity import DocumentKind
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, CurrentPersons, Now, router

routes = router("payees")

Region = Annotated[str | None, Query(max_length=16, description="This region and what lies below it")]


class PayeeAccountRequest(Strict):
    institution_id: Annotated[UUID, Field(description="Who is to be paid; of a person the key, as in their claim")]
    holder: Annotated[
        Name, Field(description="The account's holder: the institution, as the registry names it, or the person")
    ]
    bank: Annotated[Name, Field(description="The bank with its branch", examples=["中国农业银行郑州管城支行"])]
    bank_code: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{12}$"),
        PLAIN,
        Field(description="The branch's number in the payment system (联行号)", examples=["103491000017"]),
    ]
    number: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=8, max_length=60),
        VISIBLE,
        ENCRYPTED,
        Field(description="Never shown in full again", examples=["16 0501 0104 0012 345"]),
    ]
    document_kind: Annotated[DocumentKind | None, Field(description="Of the holder, if the payee is a person")] = None
    document_number: Annotated[str, Field(max_length=64), HASHED] | None = Field(
        default=None, description="Of the holder, if the payee is a person: only used to compare them"
    )
    reason: Reason


class PayeeAccountAnswer(BaseModel):
    """An account, of whose number only the last digits are shown."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    institution_id: UUID
    region: str = Field(description="Where the payee's latest class, exam or certificate lay when it was entered")
    reporting_region: str
    holder: str = Field(description="A person's name is masked")
    bank: str
    bank_code: str
    ending: str = Field(description="The last four digits of its number")
    status: AccountStatus
    reason: str
    entered_by: str
    entered_at: datetime
    proposal_id: UUID = Field(description="The proposal that another person confirms or rejects")
    decided_by: str | None
    decided_at: datetime | None
    replaced_at: datetime | None
    version: int


class AccountWithdrawalRequest(Strict):
    reason: Reason


class SharingAnswer(BaseModel):
    """The same account at another institution."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    institution_id: UUID
    region: str
    holder: str
    status: AccountStatus
    entered_at: datetime


class SharedAccountAnswer(PayeeAccountAnswer):
    others: list[SharingAnswer]

    @classmethod
    def of(cls, shared: SharedAccount) -> SharedAccountAnswer:
        known = PayeeAccountAnswer.model_validate(shared.account).model_dump()
        return cls(**known, others=[SharingAnswer.model_validate(each) for each in shared.others])


@routes.post("/payee-accounts", status_code=201, response_model=PayeeAccountAnswer)
async def enter_payee_account(
    request: PayeeAccountRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> PayeeAccount:
    """Enter the account to which an institution, body or person is to be paid, as the payee or as finance of its region
    or above. A person's account is their own (C17): it is entered with the number of its holder's document.

    It becomes the current account once another person, of finance or the province, confirms its proposal
    (`POST /v1/proposals/{proposal_id}/confirmation`); until then the one before stays. The number is encrypted.
    """
    document = None
    if request.document_number is not None:
        kind = request.document_kind or DocumentKind.RESIDENT_ID
        document, _ = persons.recognise(kind, request.document_number, today=business_day(at))
    return await usecases.enter(
        connection,
        request.institution_id,
        AskedAccount(request.holder, request.bank, request.bank_code, request.number, document),
        reason=request.reason,
        persons=persons,
        caller=caller,
        at=at,
    )


@routes.get("/payee-accounts")
async def list_payee_accounts(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    institution_id: UUID | None = None,
    status: AccountStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PayeeAccountAnswer]:
    """Accounts of institutions in sight, also those that were replaced or rejected: the history of each payee."""
    rows = await usecases.page(
        connection,
        region=region,
        institution_id=institution_id,
        status=status,
        caller=caller,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[PayeeAccountAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/payee-accounts/{account_id}", response_model=PayeeAccountAnswer)
async def get_payee_account(account_id: UUID, connection: Connection, caller: CurrentCaller) -> PayeeAccount:
    return await usecases.read(connection, account_id, caller=caller)


@routes.post("/payee-accounts/{account_id}/withdrawal", response_model=PayeeAccountAnswer)
async def withdraw_payee_account(
    account_id: UUID, request: AccountWithdrawalRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PayeeAccount:
    """Take back an account that nobody has confirmed yet, as its institution, so that the right one can be entered."""
    return await usecases.withdraw(connection, account_id, reason=request.reason, caller=caller, at=at)


@routes.get("/shared-payee-accounts")
async def list_shared_payee_accounts(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[SharedAccountAnswer]:
    """Accounts of the caller's region and below that another institution anywhere has or had as well.

    Also those that are entered and not confirmed yet, so that whoever confirms can look here first.
    """
    rows = await usecases.shared_page(connection, region=region, caller=caller, after=after(cursor), limit=size)
    last = [row.account for row in rows]
    return Page(rows=[SharedAccountAnswer.of(row) for row in rows], next=next_cursor(last, size))
