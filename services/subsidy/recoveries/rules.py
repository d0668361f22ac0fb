"""Recovery of paid money, in whole lines, and its reversal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.subsidy.claims.rules.claims import MOVES, Claim, ClaimVerb, fact_of, moved
from shared.contracts.subsidy import ClaimRecovered, ClaimRecoveryReversed
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


class NotRecoveredLine(Invalid):
    """Facts: `lines`, the numbers at fault."""

    slug = "not-a-recovered-line"
    title_en = "Some of these lines were not recovered."
    title_zh = "部分明细并未追回。"
    cure_en = "Name lines of this claim that were recovered; these were not: {lines}."
    cure_zh = "请填写本申领中已追回的明细；以下明细未追回：{lines}。"


class LineClaimedAgain(Conflict):
    """Facts: `lines`, the numbers at fault."""

    slug = "line-claimed-again"
    title_en = "Since their recovery, some of these trainings or subsidies were claimed for again."
    title_zh = "追回之后，部分培训或补贴已另行申领。"
    cure_en = "Reject or withdraw the later claim first, or leave out these lines: {lines}."
    cure_zh = "请先驳回或撤回之后的申领，或去掉以下明细：{lines}。"


REVERSAL: Final = "recovery-reversal"
"""The kind of the proposals to take a recovery back."""


def reverse(
    claim: Claim, numbers: Collection[int] | None, *, claimed_again: Collection[int], at: datetime
) -> tuple[Claim, ClaimRecoveryReversed]:
    """Take back the recovery of the lines `numbers`, None for all: they are paid as before, and hold their subsidy.

    `claimed_again` are the lines that another claim pays for by now. Raises IllegalMove, NotRecoveredLine,
    LineClaimedAgain.
    """
    after = moved(claim, ClaimVerb.REVERSE_RECOVERY)
    recovered = {line.line for line in claim.lines if line.recovered_on is not None}
    chosen = recovered if numbers is None else set(numbers)
    if not chosen or not chosen <= recovered:
        raise NotRecoveredLine(pointer="/lines", lines=sorted(chosen - recovered))
    if again := chosen & set(claimed_again):
        raise LineClaimedAgain(lines=sorted(again))
    lines = tuple(replace(line, recovered_on=None) if line.line in chosen else line for line in claim.lines)
    after = replace(after, lines=lines)
    return after, fact_of(ClaimRecoveryReversed, after, at=at)
