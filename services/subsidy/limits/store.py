"""Limits of claims in the database."""

from __future__ import annotations

from typing import Final

from shared.dated_rules.figures import FigureRow
from shared.dated_rules.store import RuleTable, figure_table

LIMIT_ROW: Final = RuleTable(figure_table("limit_row"), FigureRow)
