"""Freeze the statements of a month, and read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.ledger.store import ListedPosting
from services.subsidy.statements import rules, store
from services.subsidy.statements.rules import Statement
from services.subsidy.trainings import usecases as trainings
from services.subsidy.trainings.usecases import load_plan
from shared.kernel.callers import Caller
from shared.kernel.periods import BUSINESS_ZONE, business_day
from shared.reach import reach


class StatementReading(NamedTuple):
    """A statement, and whether its postings are still what was frozen."""

    statement: Statement
    is_intact: bool


async def freeze(connection: AsyncConnection, month: date, *, region: str | None, caller: Caller, at: datetime) -> int:
    """Freeze what was booked until the end of `month` and is in no statement yet; the number of statements.

    Raises UnknownRegion, ForeignRegion, MonthNotOver.
    """
    far = reach(await load_plan(connection), caller, region)
    after = rules.end_of(month, today=business_day(at))
    end = datetime.combine(after, time(), BUSINESS_ZONE)
    return await store.freeze(connection, far, month=month, end=end, by=caller.person, at=at)


async def read(connection: AsyncConnection, statement_id: UUID, *, caller: Caller) -> StatementReading:
    """A statement that the caller sees. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    statement = await _seen(connection, statement_id, caller=caller)
    return StatementReading(statement, await store.digest_now(connection, statement_id) == statement.digest)


async def postings(
    connection: AsyncConnection, statement_id: UUID, *, caller: Caller, after: UUID, limit: int
) -> Sequence[ListedPosting]:
    """The postings of a statement that the caller sees. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    await _seen(connection, statement_id, caller=caller)
    return await store.postings(connection, statement_id, after=after, limit=limit)


async def _seen(connection: AsyncConnection, statement_id: UUID, *, caller: Caller) -> Statement:
    sight = await trainings.scope(connection, caller)
    statement = await store.load(connection, statement_id)
    sight.require(statement, owner=statement.institution_id)
    return statement
