"""The reviewer's decisions: return, reject, approve."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from services.subsidy.claims.rules.claims import Claim, ClaimVerb, fact_of, moved
from services.subsidy.claims.rules.lines import Line
from services.subsidy.holds.rules import Flag, require_free
from shared.contracts.subsidy import ClaimApproved, ClaimRejected, ClaimReturned
from shared.kernel.four_eyes import require_another
from shared.kernel.periods import business_day
from shared.kernel.refusals import Conflict


class ClaimOutdated(Conflict):
    """Facts: `lines`, each with its number and the check that would refuse it now (null: its content changed)."""

    slug = "claim-outdated"
    title_en = "Some payable lines have changed since the claim was built."
    title_zh = "部分可补贴明细与最新情况不符。"
    cure_en = "Return the claim; the institution can then rebuild it from current data."
    cure_zh = "请退回该申领，由机构按最新情况重新生成。"


_RULE: Final = "preparation of a claim and a decision on it"


def return_(
    claim: Claim, *, prepared_by: Collection[str], held_until: date | None, by: str, at: datetime
) -> tuple[Claim, ClaimReturned]:
    """Send a claim back to be rebuilt: a submitted one, or an approved one that is not paid yet.

    It holds its trainees' subsidies until `held_until`. Raises IllegalMove, SamePerson if `by` is one of those who
    prepared it.
    """
    after = replace(moved(claim, ClaimVerb.RETURN), approved_by=None, approved_on=None, held_until=held_until)
    require_another(by, *prepared_by, rule=_RULE)
    return after, fact_of(ClaimReturned, after, at=at)


def reject(claim: Claim, *, prepared_by: Collection[str], by: str, at: datetime) -> tuple[Claim, ClaimRejected]:
    """Refuse a submitted claim for good; its class and its trainees can be claimed for again.

    Raises IllegalMove, SamePerson if `by` is one of those who prepared it.
    """
    after = moved(claim, ClaimVerb.REJECT)
    require_another(by, *prepared_by, rule=_RULE)
    return after, fact_of(ClaimRejected, after, at=at)


def approve(
    claim: Claim,
    *,
    as_of_now: Sequence[Line],
    flags: Sequence[Flag],
    prepared_by: Collection[str],
    by: str,
    at: datetime,
) -> tuple[Claim, ClaimApproved]:
    """Accept a submitted claim, if its payable lines equal `as_of_now`, the lines built from current data.

    `flags` are those that hold it. Raises IllegalMove, SamePerson if `by` is one of those who prepared it, FlagsOpen,
    FlagsUpheld, ClaimOutdated.
    """
    after = moved(claim, ClaimVerb.APPROVE)
    require_another(by, *prepared_by, rule=_RULE)
    require_free(flags)
    current = {line.line: line for line in as_of_now}
    outdated = [
        {"line": line.line, "refusal": current[line.line].refusal if line.line in current else None}
        for line in claim.lines
        if line.is_payable and line != current.get(line.line)
    ]
    if outdated:
        raise ClaimOutdated(lines=outdated)
    after = replace(after, approved_by=by, approved_on=business_day(at))
    return after, fact_of(ClaimApproved, after, at=at)
