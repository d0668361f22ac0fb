"""Policy rows in the database; for a kind, item and jurisdiction at most one row holds on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import BigInteger, Column, ColumnElement, Date, MetaData, Table, Text, literal, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.policy.rules import PolicyKind, PolicyRow
from shared import tables
from shared.tables import Choice, Days

POLICY_ROW: Final = Table(
    "policy_row",
    MetaData(),
    Column("id", Text),
    Column("kind", Choice(PolicyKind)),
    Column("payee", Text),
    Column("item", Text),
    Column("amount_fen", BigInteger),
    Column("unit", Text),
    Column("jurisdiction", Text),
    Column("validity", Days),
    Column("valid_from_status", Text),
    Column("source", Text),
    Column("status", Text),
    Column("conditions", Text),
)
_LOCK: Final = text("LOCK TABLE policy_row IN SHARE ROW EXCLUSIVE MODE")
_NEW: Final = insert(POLICY_ROW)
_SAVE: Final = _NEW.on_conflict_do_update(index_elements=["id"], set_={"validity": _NEW.excluded.validity})


async def all_for_loading(connection: AsyncConnection) -> dict[str, PolicyRow]:
    """Every row by its id; concurrent loads wait until the transaction ends."""
    await connection.execute(_LOCK)
    statement = select(POLICY_ROW).order_by(POLICY_ROW.c.id)
    return {row.id: row for row in await tables.fetch_all(connection, statement, PolicyRow)}


async def on(connection: AsyncConnection, day: date, *, limit: int) -> list[PolicyRow]:
    """The rows that hold on `day`, by id."""
    statement = select(POLICY_ROW).where(_holds(day)).order_by(POLICY_ROW.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, PolicyRow)


async def of_item(connection: AsyncConnection, kind: PolicyKind, item: str, *, on: date) -> list[PolicyRow]:
    """The rows for `item` that hold on that day, of every jurisdiction."""
    statement = select(POLICY_ROW).where(*tables.matches(POLICY_ROW, kind=kind, item=item), _holds(on))
    return await tables.fetch_all(connection, statement, PolicyRow)


async def save_all(connection: AsyncConnection, rows: Sequence[PolicyRow]) -> None:
    """Add rows, and store new last days of existing ones; updates come first, so that successors do not overlap."""
    if rows:
        await connection.execute(_SAVE, [tables.values_of(POLICY_ROW, row) for row in sorted(rows, key=_end)])


def _holds(day: date) -> ColumnElement[bool]:
    return POLICY_ROW.c.validity.contains(literal(day, Date))


def _end(row: PolicyRow) -> date:
    return row.validity.last or date.max
