"""How policy rows follow each other: for one key and region never two on one day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from services.registry.plan.rules.policy import PolicyRow
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict


class PolicyRowOverlaps(Conflict):
    """Facts: `first_on`, `last_on` of the row that stands."""

    slug = "policy-row-overlaps"
    title_en = "Another row for this key and region is valid in a part of that time."
    title_zh = "同一参数在该地区已有有效期重叠的记录。"
    cure_en = (
        "Begin after {first_on}, when the row that stands begins; an exception is a row without an end, followed "
        "by the old value again."
    )
    cure_zh = "请自 {first_on} 之后起生效；临时调整请先录入不设截止日期的新值，再录入恢复原值的记录。"


def require_no_overlap(row: PolicyRow, others: Iterable[PolicyRow]) -> None:
    """`row` may stand beside `others`. A row without an end may begin within one without an end, which then ends.

    Raises PeriodEndsBeforeStart, PolicyRowOverlaps.
    """
    period = Period(row.first_on, row.last_on)
    for each in others:
        if (each.key, each.region) != (row.key, row.region):
            continue
        follows = each.last_on is None and row.last_on is None and each.first_on < row.first_on
        if not follows and Period(each.first_on, each.last_on).overlaps(period):
            raise PolicyRowOverlaps(
                pointer="/first_on",
                first_on=each.first_on.isoformat(),
                last_on=None if each.last_on is None else each.last_on.isoformat(),
            )


def before_the_next(row: PolicyRow, others: Iterable[PolicyRow]) -> PolicyRow:
    """`row` as far as it reaches: to the day before the next of `others` for its key and region begins."""
    later = [
        each.first_on
        for each in others
        if (each.key, each.region) == (row.key, row.region) and each.first_on > row.first_on
    ]
    if not later or (row.last_on is not None and row.last_on < min(later)):
        return row
    return row._replace(last_on=min(later) - timedelta(days=1))
