"""Accounts of payees in the database: numbers encrypted, recognised by a keyed hash."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    exists,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.exams.store import EXAM_CERTIFICATE
from services.subsidy.payees.rules import AccountStatus, PayeeAccount
from services.subsidy.trainings.store import HEARD_CLASS
from shared import tables
from shared.heard import HEARD_ALIAS, HEARD_INSTITUTION
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach, Scope
from shared.tables import Choice, Instant, fixed

PAYEE_ACCOUNT: Final = Table(
    "payee_account",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("holder", Text),
    fixed("bank", Text),
    fixed("bank_code", Text),
    fixed("ending", Text),
    fixed("mark", Uuid),
    Column("sealed", LargeBinary),
    fixed("reason", Text),
    fixed("entered_by", Text),
    fixed("entered_at", Instant),
    fixed("proposal_id", Uuid),
    Column("status", Choice(AccountStatus)),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("replaced_at", Instant),
    Column("version", Integer),
)
_OTHER: Final = PAYEE_ACCOUNT.alias("other")
_BY_ID: Final = select(PAYEE_ACCOUNT).where(PAYEE_ACCOUNT.c.id == bindparam("account_id"))
_LOCK: Final = _BY_ID.with_for_update()
_LOCK_STANDING: Final = (
    select(PAYEE_ACCOUNT)
    .where(
        PAYEE_ACCOUNT.c.institution_id == bindparam("of_institution"),
        PAYEE_ACCOUNT.c.status == bindparam("standing"),
    )
    .with_for_update()
)
_PAYEE: Final = (
    select(HEARD_INSTITUTION.c.name, HEARD_CLASS.c.region, HEARD_CLASS.c.reporting_region)
    .join_from(HEARD_CLASS, HEARD_INSTITUTION, HEARD_INSTITUTION.c.id == HEARD_CLASS.c.institution_id)
    .where(HEARD_CLASS.c.institution_id == bindparam("of_institution"))
    .order_by(HEARD_CLASS.c.starts_on.desc(), HEARD_CLASS.c.id.desc())
    .limit(1)
)
_PAYEE_OF_EXAMS: Final = (
    select(HEARD_INSTITUTION.c.name, EXAM_CERTIFICATE.c.region, EXAM_CERTIFICATE.c.reporting_region)
    .join_from(EXAM_CERTIFICATE, HEARD_INSTITUTION, HEARD_INSTITUTION.c.id == EXAM_CERTIFICATE.c.body_id)
    .where(EXAM_CERTIFICATE.c.body_id == bindparam("of_institution"))
    .order_by(EXAM_CERTIFICATE.c.issued_on.desc(), EXAM_CERTIFICATE.c.id.desc())
    .limit(1)
)
_PAYEE_OF_CERTIFICATE: Final = (
    select(null().label("name"), EXAM_CERTIFICATE.c.region, EXAM_CERTIFICATE.c.reporting_region)
    .where(
        EXAM_CERTIFICATE.c.person.in_(
            union_all(
                select(bindparam("of_institution", type_=Uuid)),
                select(HEARD_ALIAS.c.person).where(HEARD_ALIAS.c.into_person == bindparam("of_institution")),
            )
        )
    )
    .order_by(EXAM_CERTIFICATE.c.issued_on.desc(), EXAM_CERTIFICATE.c.id.desc())
    .limit(1)
)
_NOT_REJECTED: Final = tuple(status for status in AccountStatus if status is not AccountStatus.REJECTED)
_IS_SHARED: Final = exists().where(
    _OTHER.c.mark == PAYEE_ACCOUNT.c.mark,
    _OTHER.c.institution_id != PAYEE_ACCOUNT.c.institution_id,
    _OTHER.c.status != AccountStatus.REJECTED,
)


class Payee(NamedTuple):
    """An institution, body or person as it was received, and where the latest class, exam or certificate lies."""

    name: str | None
    """None for a person, whose name is not received."""
    region: str
    reporting_region: str


async def payee(connection: AsyncConnection, institution_id: UUID) -> Payee | None:
    """The institution, body or person; None until it and a class, exam or certificate of it have been received."""
    for statement in (_PAYEE, _PAYEE_OF_EXAMS, _PAYEE_OF_CERTIFICATE):
        found = await tables.fetch_one(connection, statement, Payee, of_institution=institution_id)
        if found is not None:
            return found
    return None


async def add(connection: AsyncConnection, account: PayeeAccount) -> None:
    await tables.add(connection, PAYEE_ACCOUNT, account)


async def save(connection: AsyncConnection, account: PayeeAccount) -> None:
    """Store the next version of `account`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, PAYEE_ACCOUNT, account, expected=account.version - 1)


async def load(connection: AsyncConnection, account_id: UUID, *, lock: bool = False) -> PayeeAccount:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, PayeeAccount, account_id=account_id)
    if found is None:
        raise NotFound(what="account", id=account_id)
    return found


async def lock(connection: AsyncConnection, institution_id: UUID, standing: AccountStatus) -> PayeeAccount | None:
    """The institution's current account, or the one that waits for a second person, locked; None if there is none."""
    return await tables.fetch_one(
        connection, _LOCK_STANDING, PayeeAccount, of_institution=institution_id, standing=standing
    )


async def current_id(connection: AsyncConnection, institution_id: UUID) -> UUID | None:
    """The id of the institution's current account; None if none is confirmed."""
    asked = tables.matches(PAYEE_ACCOUNT, institution_id=institution_id, status=AccountStatus.CURRENT)
    found: UUID | None = await connection.scalar(select(PAYEE_ACCOUNT.c.id).where(*asked))
    return found


async def page(
    connection: AsyncConnection,
    scope: Scope,
    *,
    institution_id: UUID | None,
    status: AccountStatus | None,
    after: UUID,
    limit: int,
) -> list[PayeeAccount]:
    """Accounts in sight, in the order of their ids, after `after`."""
    asked = [*lies_in(PAYEE_ACCOUNT, scope.reach)]
    asked += tables.matches(PAYEE_ACCOUNT, institution_id=scope.organisation_id)
    asked += tables.matches(PAYEE_ACCOUNT, institution_id=institution_id, status=status)
    return await tables.fetch_page(connection, PAYEE_ACCOUNT, PayeeAccount, asked, after=after, limit=limit)


async def shared_page(connection: AsyncConnection, reach: Reach, *, after: UUID, limit: int) -> list[PayeeAccount]:
    """Accounts in `reach` that another institution has or had as well, in the order of their ids, after `after`."""
    asked = [*lies_in(PAYEE_ACCOUNT, reach), *tables.matches(PAYEE_ACCOUNT, status=_NOT_REJECTED), _IS_SHARED]
    return await tables.fetch_page(connection, PAYEE_ACCOUNT, PayeeAccount, asked, after=after, limit=limit)


async def with_marks(connection: AsyncConnection, marks: Collection[UUID]) -> list[PayeeAccount]:
    """Every account with one of `marks` that was not rejected, wherever it lies."""
    asked = tables.matches(PAYEE_ACCOUNT, mark=tuple(marks), status=_NOT_REJECTED)
    return await tables.fetch_all(
        connection, select(PAYEE_ACCOUNT).where(*asked).order_by(PAYEE_ACCOUNT.c.id), PayeeAccount
    )
