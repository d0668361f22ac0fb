"""Policy rows in the database, with those of the calendar."""

from __future__ import annotations

from typing import Final

from services.registry.plan.rules.policy import PolicyRow
from shared.dated_rules.store import RuleTable, figure_table

POLICY_ROW: Final = RuleTable(figure_table("policy_row"), PolicyRow)
