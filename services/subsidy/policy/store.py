"""Policy rows in the database; a day belongs to one row of a kind, item and jurisdiction at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.policy.rules import PolicyKind, PolicyRow
from shared.kernel.periods import Period

# A daterange keeps its upper end excluded, a Period its last day included.
_COLUMNS = """id, kind, payee, item, amount_fen, unit, jurisdiction, lower(validity) AS first,
    upper(validity) - 1 AS last, valid_from_status, source, status, conditions"""
_ALL = f"SELECT {_COLUMNS} FROM policy_row ORDER BY id"
_LOCK = "LOCK TABLE policy_row IN SHARE ROW EXCLUSIVE MODE"
_ON = f"SELECT {_COLUMNS} FROM policy_row WHERE validity @> CAST(:on AS date) ORDER BY id LIMIT :limit"
_OF_ITEM = f"""
SELECT {_COLUMNS} FROM policy_row WHERE kind = :kind AND item = :item AND validity @> CAST(:on AS date)
"""
_SAVE = """
INSERT INTO policy_row (id, kind, payee, item, amount_fen, unit, jurisdiction, validity, valid_from_status, source,
    status, conditions)
VALUES (:id, :kind, :payee, :item, :amount_fen, :unit, :jurisdiction,
    daterange(CAST(:first AS date), CAST(:last AS date), '[]'), :valid_from_status, :source, :status, :conditions)
ON CONFLICT (id) DO UPDATE SET validity = excluded.validity
"""


def _row(row: RowMapping) -> PolicyRow:
    values: dict[str, Any] = dict(row)
    validity = Period(values.pop("first"), values.pop("last"))
    return PolicyRow(**values | {"kind": PolicyKind(values["kind"]), "validity": validity})


async def all_for_loading(connection: AsyncConnection) -> dict[str, PolicyRow]:
    """Every row by its id; another load waits until this transaction ends."""
    await connection.execute(text(_LOCK))
    return {row["id"]: _row(row) for row in (await connection.execute(text(_ALL))).mappings()}


async def on(connection: AsyncConnection, day: date, *, limit: int) -> list[PolicyRow]:
    """The rows that hold on `day`, by id."""
    return [_row(row) for row in (await connection.execute(text(_ON), {"on": day, "limit": limit})).mappings()]


async def of_item(connection: AsyncConnection, kind: PolicyKind, item: str, *, on: date) -> list[PolicyRow]:
    """The rows for `item` that hold on that day, of every jurisdiction."""
    values = {"kind": kind, "item": item, "on": on}
    return [_row(row) for row in (await connection.execute(text(_OF_ITEM), values)).mappings()]


async def save_all(connection: AsyncConnection, rows: Sequence[PolicyRow]) -> None:
    """Add rows, and give those that exist their new last day; earlier ends first, so that successors find room."""
    if rows:
        await connection.execute(text(_SAVE), [_values(row) for row in sorted(rows, key=_end)])


def _values(row: PolicyRow) -> dict[str, object]:
    columns = {field.name: getattr(row, field.name) for field in fields(PolicyRow) if field.name != "validity"}
    return columns | {"first": row.validity.first, "last": row.validity.last}


def _end(row: PolicyRow) -> date:
    return row.validity.last or date.max
