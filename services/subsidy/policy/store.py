"""Policy rows in the database."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.policy.rules import Binding, PolicyRow
from shared import tables
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.store import RuleTable, provenance_columns
from shared.tables import Choice, Days, Instant

POLICY_ROW: Final = RuleTable(
    Table(
        "policy_row",
        MetaData(),
        Column("id", Text),
        Column("kind", Choice(SubsidyKind)),
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
        Column("ended", Boolean),
        *provenance_columns(),
    ),
    PolicyRow,
)

BINDING: Final = Table(
    "policy_binding",
    MetaData(),
    Column("id", Uuid),
    Column("class_id", Uuid),
    Column("policy_row", Text),
    Column("bound_on", Date),
    Column("valid_until", Date),
    Column("bound_by", Text),
    Column("bound_at", Instant),
    Column("kind", Choice(SubsidyKind)),
)
_BOUND: Final = (
    select(BINDING.c.policy_row)
    .where(
        BINDING.c.class_id == bindparam("of_class"),
        BINDING.c.kind == bindparam("of_kind"),
        BINDING.c.bound_on <= bindparam("day"),
        BINDING.c.valid_until >= bindparam("day"),
    )
    .order_by(BINDING.c.id.desc())
    .limit(1)
)


async def bind(connection: AsyncConnection, binding: Binding) -> None:
    """Store that a claim goes by a row, whatever rows are approved later."""
    await tables.add(connection, BINDING, binding)


async def bound(connection: AsyncConnection, source_id: UUID, kind: SubsidyKind, *, day: date) -> str | None:
    """The row by which a claim of `kind` goes on `day`, if one was bound for its source: that of the latest binding."""
    asked = {"of_class": source_id, "of_kind": kind, "day": day}
    found: str | None = await connection.scalar(_BOUND, asked)
    return found


async def of_item(connection: AsyncConnection, kind: SubsidyKind, item: str) -> list[PolicyRow]:
    """The rows for `item` of every jurisdiction, in whatever state."""
    return await POLICY_ROW.entered_rows(connection, *tables.matches(POLICY_ROW.table, kind=kind, item=item))
