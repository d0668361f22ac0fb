"""Propose, end, approve and reject rows of rules, whichever service they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.dated_rules import rules, store
from shared.dated_rules.rules import Provenance, R
from shared.dated_rules.store import RuleTable
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id

Check = Callable[[R, Sequence[R]], None]
"""Raises if a row cannot stand beside all others."""


async def propose(connection: AsyncConnection, table: RuleTable[R], row: R, *, check: Check[R]) -> R:
    """A new proposal, which decides nothing yet; the same row again answers the existing one.

    Raises ReasonMissing, and what `check` raises.
    """
    await store.lock(connection)
    others = await table.entered_rows(connection)
    for other in others:
        if rules.is_repeat(row, other):
            return other
    rules.require_reason(row)
    check(row, others)
    await table.add_rows(connection, [row])
    return row


async def end(
    connection: AsyncConnection,
    table: RuleTable[R],
    row_id: str,
    last_on: date,
    *,
    saying_nothing: Mapping[str, object],
    source: str,
    provenance: Provenance,
    check: Check[R],
) -> R:
    """A proposal by which the row decides up to `last_on` only: a row for its other days, with `saying_nothing`.

    Raises NotFound, EndsNothing, ReasonMissing, and what `check` raises.
    """
    row = await table.load_row(connection, row_id)
    rest = rules.rest_after(row, last_on, await table.entered_rows(connection))
    given = {**saying_nothing, "validity": rest, "source": source, "provenance": provenance}
    ending: R = replace(row, id=str(new_id()), **given)  # type: ignore[type-var]
    return await propose(connection, table, ending, check=check)


async def approve(
    connection: AsyncConnection, table: RuleTable[R], row_id: str, *, check: Check[R], caller: Caller, at: datetime
) -> R:
    """The proposal decides from now on. A repeat by the same person answers the approved row.

    Raises NotFound, IllegalMove, SamePerson, and what `check` raises: other rows may have been approved since.
    """
    sequence = await store.next_sequence(connection)
    before = await table.load_row(connection, row_id)
    if before.provenance.state is rules.RowState.APPROVED and before.provenance.decided_by == caller.person:
        return before
    provenance = rules.approved(before.provenance, by=caller.person, at=at, sequence=sequence)
    check(before, await table.entered_rows(connection))
    return await _decide(connection, table, before, provenance)


async def reject(
    connection: AsyncConnection, table: RuleTable[R], row_id: str, *, reason: str, caller: Caller, at: datetime
) -> R:
    """The proposal will never decide. Whoever entered it may withdraw it like this. Raises NotFound, IllegalMove."""
    await store.lock(connection)
    before = await table.load_row(connection, row_id)
    provenance = rules.rejected(before.provenance, by=caller.person, at=at, reason=reason)
    return await _decide(connection, table, before, provenance)


async def _decide(connection: AsyncConnection, table: RuleTable[R], before: R, provenance: Provenance) -> R:
    after: R = replace(before, provenance=provenance)  # type: ignore[type-var]
    await table.keep_decision(connection, after)
    return after
