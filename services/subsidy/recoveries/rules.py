"""Recovery of paid money, whole or in part, its reversal; what is given up; cases that are dismissed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import (
    Claim,
    fact_of,
    moved,
)
from services.subsidy.claims.rules.lines import NOTHING, Line
from services.subsidy.claims.rules.states import (
    MOVES,
    ClaimVerb,
)
from shared.contracts.subsidy.claims import (
    ClaimLinesOwed,
    ClaimRecovered,
    ClaimRecoveryReversed,
    ClaimWriteOffReversed,
    ClaimWrittenOff,
    RecoveryConfirmed,
)
from shared.kernel.money import Fen
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


class AmountAboveOutstanding(Invalid):
    """Facts: `lines`, each with its number and what is outstanding, in fen."""

    slug = "amount-above-outstanding"
    title_en = "This is more than what is still outstanding of some lines."
    title_zh = "金额超过部分明细尚未追回的数额。"
    cure_en = "What was paid and neither came back nor was given up is the most: {lines}."
    cure_zh = "最多为已付款且尚未追回、未核销的金额：{lines}。"


class CauseRecovered(Conflict):
    """Facts: `lines`, the numbers at fault; `cause`."""

    slug = "cause-recovered-already"
    title_en = "For this cause, some of these lines were recovered already."
    title_zh = "部分明细已因同一原因追回。"
    cure_en = "Leave out the lines {lines}, or state another cause than {cause}."
    cure_zh = "请去掉明细 {lines}，或填写 {cause} 以外的原因。"


class OffsetImpossible(Conflict):
    """Facts: `claim_id`, `state`; `left_fen`, what is left of it to keep money from."""

    slug = "offset-impossible"
    title_en = "Nothing like that can be kept from the payment of this claim."
    title_zh = "不能从该申领的付款中抵扣。"
    cure_en = "Name an approved claim of the same institution that is not paid yet, with enough left: {left_fen} fen."
    cure_zh = "请填写同一机构已批准但尚未付款、且余额足够的申领；目前可抵扣 {left_fen} 分。"


class RecoveryCause(StrEnum):
    """Why money comes back; for each cause a line is recovered once."""

    GROUND_LOST = "ground_lost"
    """What it rests on fell away."""
    AUDIT = "audit"
    SPOT_CHECK = "spot_check"
    FRAUD = "fraud"
    OVERPAID = "overpaid"
    VOLUNTARY = "voluntary"
    """It came back by itself."""
    OTHER = "other"


class RecoveredAmount(NamedTuple):
    """What came back of a line."""

    line: int
    amount_fen: Fen


KIND: Final = "recovery"
"""The kind of the proposals that ask for a recovery."""
WRITE_OFF: Final = "write-off"
"""The kind of the proposals to give up what did not come back."""
WRITE_OFF_REVERSAL: Final = "write-off-reversal"
"""The kind of the proposals to take a write-off back."""
DISMISSAL: Final = "owed-dismissal"
"""The kind of the proposals to find that paid lines are not owed."""


def confirmed(
    claim: Claim, amounts: Sequence[RecoveredAmount], cause: RecoveryCause, *, id_: UUID, at: datetime
) -> RecoveryConfirmed:
    """The fact that two people recovered `amounts` of the claim for `cause`."""
    return RecoveryConfirmed(
        subject=f"recoveries/{id_}",
        version=1,
        at=at,
        recovery_id=id_,
        claim_id=claim.id,
        class_id=claim.source_id,
        institution_id=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        cause=cause.value,
        lines=len(amounts),
        amount_fen=sum(each.amount_fen for each in amounts),
        recovered_on=business_day(at),
        kind=claim.kind,
    )


def recover(
    claim: Claim, numbers: Collection[int] | None, *, amounts: Mapping[int, Fen] | None = None, at: datetime
) -> tuple[Claim, ClaimRecovered]:
    """Recover what is outstanding of the lines `numbers`, or the `amounts` by line; with neither, of every paid line.

    The status is `recovered` once all that was paid came back. Raises IllegalMove, NotPaidLine, LineRecovered,
    AmountAboveOutstanding.
    """
    move(MOVES, claim.status, ClaimVerb.RECOVER)
    chosen = _chosen(claim, numbers, amounts)
    today = business_day(at)
    after = _with_lines(claim, [_recovered(line, chosen[line.line], today) for line in _named(claim, chosen)])
    after = replace(moved(claim, _verb(after, ClaimVerb.RECOVER)), lines=after.lines)
    return after, fact_of(ClaimRecovered, after, at=at)


def write_off(
    claim: Claim, numbers: Collection[int] | None, *, amounts: Mapping[int, Fen] | None = None, at: datetime
) -> tuple[Claim, ClaimWrittenOff]:
    """Give up what is outstanding of lines, named as in `recover`. Raises what `recover` does.

    The status is `written_off` once nothing is left to recover.
    """
    move(MOVES, claim.status, ClaimVerb.WRITE_OFF)
    chosen = _chosen(claim, numbers, amounts)
    after = _with_lines(
        claim,
        [
            replace(line, written_off_fen=Fen(line.written_off_fen + chosen[line.line]))
            for line in _named(claim, chosen)
        ],
    )
    after = replace(moved(claim, _verb(after, ClaimVerb.WRITE_OFF)), lines=after.lines)
    return after, fact_of(ClaimWrittenOff, after, at=at)


def reverse_write_off(
    claim: Claim, numbers: Collection[int] | None, *, at: datetime
) -> tuple[Claim, ClaimWriteOffReversed]:
    """What was given up of the lines `numbers`, None for all, is due again. Raises IllegalMove, NotWrittenOffLine."""
    after = moved(claim, ClaimVerb.REVERSE_WRITE_OFF)
    given_up = {line.line for line in claim.lines if line.written_off_fen}
    chosen = given_up if numbers is None else set(numbers)
    if not chosen or not chosen <= given_up:
        raise NotWrittenOffLine(pointer="/lines", lines=sorted(chosen - given_up))
    after = _with_lines(after, [replace(line, written_off_fen=NOTHING) for line in _named(claim, chosen)])
    return after, fact_of(ClaimWriteOffReversed, after, at=at)


def dismiss(claim: Claim, numbers: Collection[int] | None, *, at: datetime) -> tuple[Claim, ClaimLinesOwed]:
    """Find that the lines `numbers`, None for all that are owed, are not: the same check opens no case for them again.

    Raises NotOwedLine.
    """
    owed = {line.line: line for line in claim.lines if line.owed is not None and line.outstanding_fen}
    chosen = set(owed) if numbers is None else set(numbers)
    if not chosen or not chosen <= owed.keys():
        raise NotOwedLine(pointer="/lines", lines=sorted(chosen - owed.keys()))
    after = _with_lines(replace(claim, version=claim.version + 1), [_dismissed(line) for line in _named(claim, chosen)])
    return after, fact_of(ClaimLinesOwed, after, at=at)


def recovered_amounts(before: Claim, after: Claim) -> list[RecoveredAmount]:
    """What came back of each line between two versions of a claim."""
    pairs = zip(before.lines, after.lines, strict=True)
    came_back = [(now.line, Fen(now.recovered_fen - was.recovered_fen)) for was, now in pairs]
    return [RecoveredAmount(line, amount) for line, amount in came_back if amount > 0]


def _chosen(claim: Claim, numbers: Collection[int] | None, amounts: Mapping[int, Fen] | None) -> Mapping[int, Fen]:
    """The amounts by line that are asked for. Raises NotPaidLine, LineRecovered, AmountAboveOutstanding."""
    outstanding = {line.line: line.outstanding_fen for line in claim.lines if line.is_payable}
    if amounts is None:
        named = [line for line, left in outstanding.items() if left] if numbers is None else numbers
        amounts = {line: outstanding.get(line, NOTHING) for line in named}
    if unpaid := amounts.keys() - outstanding.keys():
        raise NotPaidLine(pointer="/lines", lines=sorted(unpaid))
    if settled := [line for line in amounts if not outstanding[line]]:
        raise LineRecovered(lines=sorted(settled))
    above = [
        {"line": line, "outstanding_fen": outstanding[line]}
        for line, amount in sorted(amounts.items())
        if amount > outstanding[line]
    ]
    if above:
        raise AmountAboveOutstanding(pointer="/amounts", lines=above)
    return amounts


def _named(claim: Claim, numbers: Collection[int]) -> list[Line]:
    return [line for line in claim.lines if line.line in numbers]


def _with_lines(claim: Claim, changed: Iterable[Line]) -> Claim:
    by_number = {line.line: line for line in changed}
    return replace(claim, lines=tuple(by_number.get(line.line, line) for line in claim.lines))


def _recovered(line: Line, amount: Fen, today: date) -> Line:
    whole = Fen(line.recovered_fen + amount)
    return replace(line, recovered_on=today, recovered_part_fen=None if whole == line.amount_fen else whole)


def _dismissed(line: Line) -> Line:
    assert line.owed is not None, "only what is owed is dismissed"
    return replace(line, owed=None, dismissed_for=Check(line.owed["check"]))


def _verb(claim: Claim, verb: ClaimVerb) -> ClaimVerb:
    """The verb of a step that left the lines of `claim` as they are: another one if it left nothing to recover."""
    if any(line.outstanding_fen for line in claim.lines if line.is_payable):
        return verb
    gave_up = any(line.written_off_fen for line in claim.lines)
    return ClaimVerb.WRITE_OFF_REST if gave_up else ClaimVerb.RECOVER_REST


class NotWrittenOffLine(Invalid):
    """Facts: `lines`, the numbers at fault."""

    slug = "not-a-written-off-line"
    title_en = "Nothing was given up of some of these lines."
    title_zh = "部分明细并未核销。"
    cure_en = "Name lines of this claim of which something was written off; not these: {lines}."
    cure_zh = "请填写本申领中已核销的明细；以下明细未核销：{lines}。"


class NotOwedLine(Invalid):
    """Facts: `lines`, the numbers at fault."""

    slug = "not-an-owed-line"
    title_en = "Some of these lines are not owed back."
    title_zh = "部分明细并非应追回的明细。"
    cure_en = "Name lines of this claim that have a case; these have none: {lines}."
    cure_zh = "请填写本申领中应追回的明细；以下明细没有：{lines}。"


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
    move(MOVES, claim.status, ClaimVerb.REVERSE_RECOVERY)
    recovered = {line.line for line in claim.lines if line.recovered_on is not None}
    chosen = recovered if numbers is None else set(numbers)
    if not chosen or not chosen <= recovered:
        raise NotRecoveredLine(pointer="/lines", lines=sorted(chosen - recovered))
    amounts = {line.line: line.recovered_fen for line in _named(claim, chosen)}
    return _taken_back(claim, amounts, ClaimVerb.REVERSE_RECOVERY, claimed_again=claimed_again, at=at)


def lapse(
    claim: Claim, amounts: Mapping[int, Fen], *, against: UUID, claimed_again: Collection[int], at: datetime
) -> tuple[Claim, ClaimRecoveryReversed]:
    """Take back of each line what was to be kept from the payment of the claim `against` and cannot be kept: it is owed
    again, by a case of its own where there is no other. Raises IllegalMove, LineClaimedAgain.
    """
    owed = [
        replace(line, owed=line.owed or _not_kept(line, against, since=business_day(at)))
        for line in _named(claim, amounts)
    ]
    owing = _with_lines(claim, owed)
    return _taken_back(owing, amounts, ClaimVerb.LAPSE_OFFSET, claimed_again=claimed_again, at=at)


def _taken_back(
    claim: Claim, amounts: Mapping[int, Fen], verb: ClaimVerb, *, claimed_again: Collection[int], at: datetime
) -> tuple[Claim, ClaimRecoveryReversed]:
    if again := amounts.keys() & set(claimed_again):
        raise LineClaimedAgain(lines=sorted(again))
    lines = [_less_recovered(line, amounts[line.line]) for line in _named(claim, amounts)]
    after = _with_lines(moved(claim, verb), lines)
    return after, fact_of(ClaimRecoveryReversed, after, at=at)


def _less_recovered(line: Line, amount: Fen) -> Line:
    left = Fen(line.recovered_fen - amount)
    return replace(line, recovered_on=line.recovered_on if left else None, recovered_part_fen=left or None)


def _not_kept(line: Line, against: UUID, *, since: date) -> dict[str, Any]:
    """The case of a line that owes again what could not be kept, in the form that `aftermath.case` gives to others."""
    return {
        "check": Check.NOT_KEPT.value,
        "since": since.isoformat(),
        "outcome": None,
        "outcome_on": line.trained_on.isoformat(),
        "flagged": False,
        "evidenced_on": None,
        "held_by": [str(against)],
    }
