"""Policy rows in the database."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, Text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.policy.rules import PolicyKind, PolicyRow
from shared import tables
from shared.dated_rules.store import RuleTable, provenance_columns
from shared.tables import Choice, Days

POLICY_ROW: Final = RuleTable(
    Table(
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
        Column("ended", Boolean),
        *provenance_columns(),
    ),
    PolicyRow,
)


async def of_item(connection: AsyncConnection, kind: PolicyKind, item: str) -> list[PolicyRow]:
    """The rows for `item` of every jurisdiction, in whatever state."""
    return await POLICY_ROW.entered_rows(connection, *tables.matches(POLICY_ROW.table, kind=kind, item=item))
