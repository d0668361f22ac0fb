"""Budgets: the amount that a reporting region may spend from a fund source on the trainings of a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy.budgets import BudgetMoved, BudgetSet
from shared.kernel.money import Fen
from shared.kernel.refusals import Conflict, Invalid

NO_MONEY: Final = Fen(0)


class OverBudget(Conflict):
    """Facts, all in fen: `total`, `committed` (net of what was recovered), `needed`, `short`."""

    slug = "over-budget"
    title_en = "The budget does not have enough left."
    title_zh = "预算余额不足。"
    cure_en = (
        "Have the province raise the budget by {short} fen or more, then repeat this step. A claim that was to be "
        "approved can be returned instead."
    )
    cure_zh = "请由省级将预算至少增加 {short} 分后再办理；尚待批准的申领，也可退回。"


class BudgetBelowCommitted(Conflict):
    """Facts, in fen: `committed` (net of what was recovered), `asked`."""

    slug = "budget-below-committed"
    title_en = "This is less than the amount that is already committed."
    title_zh = "已承诺金额超过该数额，预算不能低于已承诺金额。"
    cure_en = "Enter {committed} fen or more."
    cure_zh = "预算总额应不低于 {committed} 分。"


class NotReportingRegion(Invalid):
    """Facts: `reporting_region`, the one to use; None for the province."""

    slug = "not-a-reporting-region"
    title_en = "Budgets are set for reporting regions; this region is not one."
    title_zh = "预算按统计地区设立，该地区不是统计地区。"
    cure_en = "Use the region {reporting_region}, or one of the 19 for the whole province."
    cure_zh = "请使用地区 {reporting_region}；全省预算请分地区设立。"


class Account(NamedTuple):
    """The budget account of a claim.

    `year` is the year in which the class began, whenever the claim is paid.
    Source: domain rules §4.4 and trap 12 (that it is this year is an assumption).
    """

    region: str
    fund_source: FundSource
    year: int

    @property
    def subject(self) -> str:
        """Its name in proposals."""
        return f"budgets/{self.region}/{self.fund_source}/{self.year}"


@dataclass(frozen=True)
class Budget:
    """Amounts in fen. What is committed falls only when an approval is taken back; paid and recovered only grow."""

    id: UUID
    account: Account
    total_fen: Fen
    committed_fen: Fen
    paid_fen: Fen
    recovered_fen: Fen
    written_off_fen: Fen = NO_MONEY
    reserved_fen: Fen = NO_MONEY
    """Asked for by submitted claims; it binds nothing."""
    paid_twice_fen: Fen = NO_MONEY
    """What the bank paid once more, less what came back of it."""
    given_up_fen: Fen = NO_MONEY
    """What was written off of that."""
    version: int = 0
    """0 until its total was first set, or told."""
    department: str | None = None
    """The department that leads it, as the plan names it."""

    @property
    def free_fen(self) -> Fen:
        """The amount in fen that can still be approved; recovered money is available again."""
        return Fen(self.total_fen - self.bound_fen)

    @property
    def bound_fen(self) -> Fen:
        """The amount in fen that is committed, and not recovered, or left without a claim for it."""
        return Fen(self.committed_fen - self.recovered_fen + self.paid_twice_fen)


KIND: Final = "budget"
"""The kind of the proposals that ask for a new total."""


def require_possible(budget: Budget | None, total: Fen) -> None:
    """Raises BudgetBelowCommitted if `total` is less than what is committed in `budget` and not recovered."""
    bound = 0 if budget is None else budget.bound_fen
    if total < bound:
        raise BudgetBelowCommitted(pointer="/amount_fen", committed=bound, asked=total)


class BudgetUnknown(Invalid):
    """Facts: `region`, `fund_source`, `year`."""

    slug = "budget-unknown"
    title_en = "There is no such budget."
    title_zh = "没有该预算。"
    cure_en = "Set a total for {region}, {fund_source}, {year} first."
    cure_zh = "请先为 {region}、{fund_source}、{year} 设立预算。"


class MoveTooLarge(Conflict):
    """Facts, in fen: `free`, `asked`."""

    slug = "budget-move-too-large"
    title_en = "The budget does not have that much left to move."
    title_zh = "预算余额不足，不能调出该数额。"
    cure_en = "Move {free} fen or less."
    cure_zh = "最多可调出 {free} 分。"


class SharesIncomplete(Invalid):
    """Facts: `sum`, what the shares add up to, in ten thousandths."""

    slug = "fund-shares-incomplete"
    title_en = "The shares of the fund sources do not make up the whole."
    title_zh = "各资金来源的分担比例合计不是 100%。"
    cure_en = "Name each fund source once, with shares that add up to 10000 (100 percent); they add up to {sum}."
    cure_zh = "每个资金来源填写一次，比例合计应为 10000（即 100%）；目前合计 {sum}。"


MOVE: Final = "budget-move"
"""The kind of the proposals that move money from one budget to another."""
SHARES: Final = "fund-shares"
"""The kind of the proposals that say which fund sources pay together."""
WHOLE: Final = 10_000
"""All shares together, in ten thousandths."""


def require_whole(shares: Mapping[FundSource, int]) -> None:
    """Raises SharesIncomplete unless the shares add up to the whole."""
    if sum(shares.values()) != WHOLE:
        raise SharesIncomplete(pointer="/shares", sum=sum(shares.values()))


def require_movable(source: Budget, amount: Fen) -> None:
    """Raises MoveTooLarge if less than `amount` is free."""
    if amount > source.free_fen:
        raise MoveTooLarge(pointer="/amount_fen", free=max(0, source.free_fen), asked=amount)


def set_fact(budget: Budget, *, at: datetime) -> BudgetSet:
    """The fact that the budget's total was set."""
    return BudgetSet(**_state(budget, at))


def moved_fact(budget: Budget, *, moved: Fen, other: UUID, at: datetime) -> BudgetMoved:
    """The fact that `moved` came to the budget from the budget `other`; below zero, that it went there."""
    return BudgetMoved(**_state(budget, at), moved_fen=moved, other_budget_id=other)


def _state(budget: Budget, at: datetime) -> dict[str, Any]:
    return {
        "subject": f"budgets/{budget.id}",
        "version": budget.version,
        "at": at,
        "budget_id": budget.id,
        **budget.account._asdict(),
        "total_fen": budget.total_fen,
        "department": budget.department,
    }


def over_budget(budget: Budget | None, needed: Fen) -> OverBudget:
    """The refusal to commit `needed` in `budget`; `budget` is None if there is none."""
    total = 0 if budget is None else budget.total_fen
    free = 0 if budget is None else budget.free_fen
    return OverBudget(total=total, committed=total - free, needed=needed, short=max(0, needed - free))
