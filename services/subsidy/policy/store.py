"""Policy rows in the database; a day belongs to one row of a kind, item and jurisdiction at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Date, RowMapping, column, literal, select, table, text
from sqlalchemy.dialects.postgresql import DATERANGE, Range, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.policy.rules import PolicyKind, PolicyRow
from shared.kernel.periods import Period

_LOCK: Final = text("LOCK TABLE policy_row IN SHARE ROW EXCLUSIVE MODE")
_PLAIN: Final = tuple(field.name for field in fields(PolicyRow) if field.name != "validity")
_ROW: Final = table("policy_row", *map(column, _PLAIN), column("validity", DATERANGE))
_NEW: Final = insert(_ROW)
_SAVE: Final = _NEW.on_conflict_do_update(index_elements=["id"], set_={"validity": _NEW.excluded.validity})


async def all_for_loading(connection: AsyncConnection) -> dict[str, PolicyRow]:
    """Every row by its id; another load waits until this transaction ends."""
    await connection.execute(_LOCK)
    rows = await connection.execute(select(_ROW).order_by(_ROW.c.id))
    return {row["id"]: _row(row) for row in rows.mappings()}


async def on(connection: AsyncConnection, day: date, *, limit: int) -> list[PolicyRow]:
    """The rows that hold on `day`, by id."""
    rows = await connection.execute(select(_ROW).where(_holds(day)).order_by(_ROW.c.id).limit(limit))
    return [_row(row) for row in rows.mappings()]


async def of_item(connection: AsyncConnection, kind: PolicyKind, item: str, *, on: date) -> list[PolicyRow]:
    """The rows for `item` that hold on that day, of every jurisdiction."""
    rows = await connection.execute(select(_ROW).where(_ROW.c.kind == kind, _ROW.c.item == item, _holds(on)))
    return [_row(row) for row in rows.mappings()]


async def save_all(connection: AsyncConnection, rows: Sequence[PolicyRow]) -> None:
    """Add rows, and give those that exist their new last day; earlier ends first, so that successors find room."""
    if rows:
        await connection.execute(_SAVE, [_values(row) for row in sorted(rows, key=_end)])


def _holds(day: date) -> ColumnElement[bool]:
    return _ROW.c.validity.contains(literal(day, Date))


def _row(row: RowMapping) -> PolicyRow:
    first, after = row["validity"].lower, row["validity"].upper
    # The database gives a range without its upper end, a Period includes its last day.
    validity = Period(first, None if after is None else after - timedelta(days=1))
    return PolicyRow(**dict(row) | {"kind": PolicyKind(row["kind"]), "validity": validity})


def _values(row: PolicyRow) -> dict[str, object]:
    validity = Range(row.validity.first, row.validity.last, bounds="[]")
    return {name: getattr(row, name) for name in _PLAIN} | {"validity": validity}


def _end(row: PolicyRow) -> date:
    return row.validity.last or date.max
