"""Policy rows: amounts by item, jurisdiction and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final

from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict

NATIONAL = "000000"
"""The jurisdiction above every province."""


_ITEMS: Final = {
    Award.SPECIAL_ABILITY: "专项职业能力",
    Award.COMPLETION: "培训合格证",
    Award.SPECIAL_OPERATIONS: "特种作业操作证(初次)",
    Award.SPECIAL_OPERATIONS_RENEWAL: "特种作业操作证(三年复审换证)",
    Award.PRE_JOB: "岗前培训",
    Award.SENIOR_TECHNICIAN_UPGRADING: "高级技师研修",
}
"""The items of awards without a level, in the words of the policy. Source: domain rules §4.2."""


def item_of(award: Award) -> str:
    """The item under which policy rows set the amount for a training that leads to `award`."""
    return _ITEMS.get(award, award.code)


class PolicyKind(StrEnum):
    TRAINING = "training"
    ASSESSMENT = "assessment"
    APPRENTICESHIP = "apprenticeship"
    SKILL_UPGRADE = "skill_upgrade"
    LIVING = "living"


class PolicyRowChanged(Conflict):
    """Facts: `rows`, the ids."""

    slug = "policy-row-changed"
    title_en = "A policy row that was loaded earlier has changed."
    title_zh = "已导入的补贴标准内容发生了变化。"
    cure_en = "Only its last day may change. For a new amount, end the old row and add one with a new id."
    cure_zh = "已导入的标准只能修改终止日期；金额变动时请终止旧标准，并以新编号添加新标准。"


class PolicyRowsOverlap(Conflict):
    """Facts: `rows`, pairs of ids."""

    slug = "policy-rows-overlap"
    title_en = "Two policy rows of the same kind, item and jurisdiction would hold on the same day."
    title_zh = "同一种类、项目和适用地区的两条补贴标准有效期重叠。"
    cure_en = "End the earlier row before the later one begins."
    cure_zh = "请在后一条生效前终止前一条。"


@dataclass(frozen=True)
class PolicyRow:
    id: str
    kind: PolicyKind
    payee: str
    """Who may be paid, in the policy's own words; it differs by kind of subsidy. Source: domain trap 9."""
    item: str
    """A level ("L4") or a free item."""
    amount_fen: Fen | None
    """None if the policy names the item without an amount."""
    unit: str
    jurisdiction: str
    """A region, or NATIONAL."""
    validity: Period
    valid_from_status: str
    source: str
    status: str
    conditions: str


def applicable(
    rows: Sequence[PolicyRow], *, kind: PolicyKind, item: str, on: date, region_and_above: Sequence[str]
) -> PolicyRow | None:
    """The row for `item` on `on` of the first of `region_and_above` that has one: the nearest jurisdiction decides.

    A nearer row without an amount is not completed from a farther one: no policy says so.
    """
    order = [*region_and_above, NATIONAL]
    found = [
        row
        for row in rows
        if row.kind is kind and row.item == item and row.validity.contains(on) and row.jurisdiction in order
    ]
    return min(found, key=lambda row: order.index(row.jurisdiction), default=None)


def additions(known: Mapping[str, PolicyRow], loaded: Sequence[PolicyRow]) -> list[PolicyRow]:
    """Those of `loaded` that are new, or whose last day differs from that of the `known` row with the same id.

    Raises PolicyRowChanged if anything else differs, and PolicyRowsOverlap.
    """
    changed = [row for row in loaded if row != known.get(row.id)]
    altered = [row.id for row in changed if row.id in known and not _differs_in_end_only(known[row.id], row)]
    if altered:
        raise PolicyRowChanged(rows=altered)
    after = {**known, **{row.id: row for row in loaded}}
    overlapping = [[one.id, other.id] for one, other in combinations(after.values(), 2) if _overlap(one, other)]
    if overlapping:
        raise PolicyRowsOverlap(rows=overlapping)
    return changed


def _differs_in_end_only(one: PolicyRow, other: PolicyRow) -> bool:
    return one.validity.first == other.validity.first and replace(one, validity=other.validity) == other


def _overlap(one: PolicyRow, other: PolicyRow) -> bool:
    same = (one.kind, one.item, one.jurisdiction) == (other.kind, other.item, other.jurisdiction)
    return same and one.validity.overlaps(other.validity)
