"""Policy rows in the database, with those of the calendar."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, MetaData, Table, Text

from services.registry.plan.rules.policy import PolicyRow
from shared.dated_rules.store import RuleTable, provenance_columns
from shared.tables import Days

POLICY_ROW: Final = RuleTable(
    Table(
        "policy_row",
        MetaData(),
        Column("id", Text),
        Column("key", Text),
        Column("value", Text),
        Column("region", Text),
        Column("validity", Days),
        Column("status", Text),
        Column("source", Text),
        Column("note", Text),
        *provenance_columns(),
    ),
    PolicyRow,
)
