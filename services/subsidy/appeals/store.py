"""Appeals in the database."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.appeals.rules import Appeal, AppealStatus, AppealSubject
from shared import tables
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Scope
from shared.tables import Choice, Instant, fixed

APPEAL: Final = Table(
    "appeal",
    MetaData(),
    fixed("id", Uuid),
    fixed("about", Choice(AppealSubject)),
    fixed("claim_id", Uuid),
    fixed("line", Integer),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("by_person", Boolean),
    fixed("reason", Text),
    fixed("filed_by", Text),
    fixed("filed_at", Instant),
    fixed("due_on", Date),
    Column("status", Choice(AppealStatus)),
    Column("answer", Text),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("version", Integer),
)
_BY_ID: Final = select(APPEAL).where(APPEAL.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_OPEN: Final = select(APPEAL).where(
    APPEAL.c.claim_id == bindparam("of_claim"),
    APPEAL.c.about == bindparam("kind"),
    APPEAL.c.line.is_not_distinct_from(bindparam("number")),
    APPEAL.c.status == AppealStatus.OPEN,
)


async def add(connection: AsyncConnection, appeal: Appeal) -> None:
    await tables.add(connection, APPEAL, appeal)


async def find_open(
    connection: AsyncConnection, claim_id: UUID, about: AppealSubject, line: int | None
) -> Appeal | None:
    """The open appeal about the same decision."""
    return await tables.fetch_one(connection, _OPEN, Appeal, of_claim=claim_id, kind=about, number=line)


async def load(connection: AsyncConnection, appeal_id: UUID, *, lock: bool = False) -> Appeal:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Appeal, id=appeal_id)
    if found is None:
        raise NotFound(what="appeal", id=appeal_id)
    return found


async def save(connection: AsyncConnection, appeal: Appeal) -> None:
    """Store the next version of `appeal`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, APPEAL, appeal, expected=appeal.version - 1)


async def page(
    connection: AsyncConnection, scope: Scope, *, status: AppealStatus | None, after: UUID, limit: int
) -> list[Appeal]:
    """Appeals in sight, in the order of their ids, after `after`."""
    asked = [*lies_in(APPEAL, scope.reach)]
    asked += tables.matches(APPEAL, institution_id=scope.organisation_id, status=status)
    return await tables.fetch_page(connection, APPEAL, Appeal, asked, after=after, limit=limit)
