"""Session rules in the database."""

from __future__ import annotations

from typing import Final

from shared.dated_rules.figures import FigureRow
from shared.dated_rules.store import RuleTable, figure_table

SESSION_RULE: Final = RuleTable(figure_table("session_rule"), FigureRow)
