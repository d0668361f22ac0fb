"""Facts of budgets and their moves."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from shared.contracts.dimensions import AmountFen, FundSource, RegionCode
from shared.contracts.subsidy.base import SubsidyFact


class BudgetState(SubsidyFact):
    """What a reporting region may spend from a fund source on the classes of a year."""

    budget_id: UUID
    region: RegionCode
    fund_source: FundSource
    year: int
    total_fen: AmountFen
    department: str | None = None
    """The department that leads it, as the plan names departments; None if it was not said."""
    moved_fen: int = 0
    """What came from another budget with this change; below zero if it went there."""
    other_budget_id: UUID | None = None
    """The budget that it came from, or went to."""


class BudgetSet(BudgetState):
    """Its total was set. Subject of all budget facts: budgets/{budget_id}."""

    type: ClassVar[str] = "subsidy.budget-set.v1"


class BudgetMoved(BudgetState):
    """Money came to it from another budget, or went there; the total is the one after."""

    type: ClassVar[str] = "subsidy.budget-moved.v1"


BUDGET_FACTS: Final = (BudgetSet, BudgetMoved)
"""All facts of a budget. Versions have no gaps, so a consumer that needs one of them consumes all."""
