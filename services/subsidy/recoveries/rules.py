"""Recovery of paid money, in whole lines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.subsidy.claims.rules.claims import MOVES, Claim, ClaimVerb, fact_of, moved
from shared.contracts.subsidy import ClaimRecovered
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict, Invalid


class NotPaidLine(Invalid):
    """Facts: `lines`, the numbers at fault."""

    slug = "not-a-paid-line"
    title_en = "Nothing was paid for some of these lines."
    title_zh = "部分明细未曾付款。"
    cure_en = "Name lines of this claim that have an amount; these have none: {lines}."
    cure_zh = "请填写本申领中有金额的明细；以下明细未付款：{lines}。"


class LineRecovered(Conflict):
    """Facts: `lines`, the numbers at fault."""

    slug = "line-recovered-already"
    title_en = "Some of these lines were already recovered."
    title_zh = "部分明细的补贴已经追回。"
    cure_en = "Leave out these lines: {lines}."
    cure_zh = "请去掉以下明细：{lines}。"


KIND: Final = "recovery"
"""The kind of the proposals that ask for a recovery."""


def recover(claim: Claim, numbers: Collection[int] | None, *, at: datetime) -> tuple[Claim, ClaimRecovered]:
    """Recover the lines `numbers`, each as a whole; None means every paid line that is not recovered yet.

    The status is `recovered` once every paid line is recovered. Raises IllegalMove, NotPaidLine, LineRecovered.
    """
    move(MOVES, claim.status, ClaimVerb.RECOVER)
    paid = {line.line for line in claim.lines if line.is_payable}
    recovered = {line.line for line in claim.lines if line.recovered_on is not None}
    chosen = paid - recovered if numbers is None else set(numbers)
    if not chosen <= paid:
        raise NotPaidLine(pointer="/lines", lines=sorted(chosen - paid))
    if again := chosen & recovered:
        raise LineRecovered(lines=sorted(again))
    today = business_day(at)
    lines = tuple(replace(line, recovered_on=today) if line.line in chosen else line for line in claim.lines)
    verb = ClaimVerb.RECOVER_REST if chosen | recovered == paid else ClaimVerb.RECOVER
    after = replace(moved(claim, verb), lines=lines)
    return after, fact_of(ClaimRecovered, after, at=at)
