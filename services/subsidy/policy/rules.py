"""Policy rows: amounts by item, jurisdiction and days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.rules import DatedValue, holding, planned
from shared.kernel.awards import Award
from shared.kernel.money import Fen
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


_LIVING: Final = "生活费(含交通费)"
_WITHOUT_LEVEL: Final = "不分级"


def item_of(award: Award, kind: SubsidyKind = SubsidyKind.TRAINING) -> str:
    """The item under which policy rows set the amount of a subsidy of `kind` for `award`, in the policy's words."""
    match kind:
        case SubsidyKind.LIVING:
            return _LIVING
        case SubsidyKind.SKILL_UPGRADE if award.level is None:
            return _WITHOUT_LEVEL
        case _:
            return _ITEMS.get(award, award.code)


class PolicyRowChanged(Conflict):
    """Facts: `rows`, the ids."""

    slug = "policy-row-changed"
    title_en = "A policy row that was loaded earlier has changed."
    title_zh = "已导入的补贴标准内容发生了变化。"
    cure_en = "Only its last day may change. For a new amount, end the old row and add one with a new id."
    cure_zh = "已导入的标准只能修改终止日期；金额变动时请终止旧标准，并以新编号添加新标准。"


@dataclass(frozen=True, kw_only=True)
class PolicyRow(DatedValue):
    kind: SubsidyKind
    payee: str
    """Who may be paid, in the policy's own words; it differs by kind of subsidy. Source: domain trap 9."""
    item: str
    """A level ("L4") or a free item."""
    amount_fen: Fen | None
    """None if the policy names the item without an amount."""
    unit: str
    jurisdiction: str
    """A region, or NATIONAL."""
    valid_from_status: str
    source: str
    status: str
    conditions: str
    ended: bool = False
    """Whether it says that from its first day on nothing is paid for the item here."""

    @property
    def subject(self) -> tuple[SubsidyKind, str, str]:
        return self.kind, self.item, self.jurisdiction

    @property
    def rule(self) -> str:
        return f"amount/{self.kind.value}/{self.item}"

    @property
    def is_end(self) -> bool:
        return self.ended


@dataclass(frozen=True)
class Binding:
    """That a claim of `kind` for a class, exam or certificate, made on one of these days, goes by a row, because it was
    quoted by it.
    """

    id: UUID
    class_id: UUID
    """What was quoted for: the class, the exam or the certificate."""
    policy_row: str
    bound_on: date
    valid_until: date
    bound_by: str
    bound_at: datetime
    kind: SubsidyKind = SubsidyKind.TRAINING


def applicable(
    rows: Sequence[PolicyRow], *, kind: SubsidyKind, item: str, on: date, region_and_above: Sequence[str]
) -> PolicyRow | None:
    """The row for `item` on `on` of the first of `region_and_above` that has one: the nearest jurisdiction decides.

    A nearer row without an amount is not completed from a farther one: no policy says so.
    """
    order = [*region_and_above, NATIONAL]
    of_item = [row for row in rows if row.kind is kind and row.item == item and row.jurisdiction in order]
    return min(holding(of_item, on=on).values(), key=lambda row: order.index(row.jurisdiction), default=None)


def additions(known: Sequence[PolicyRow], loaded: Sequence[PolicyRow], *, loader: str) -> list[PolicyRow]:
    """The rows that a file adds to the `known` ones: those that are new, or end on another day than before.

    What the province has approved stands. Raises PolicyRowChanged if anything else of a row that was loaded differs.
    """
    rows, added = list(known), list[PolicyRow]()
    for row in sorted(loaded, key=lambda each: each.validity.first):
        new = planned(row, rows, loader=loader)
        if new is None:
            continue
        before = [each for each in rows if (*each.subject, each.validity.first) == (*new.subject, new.validity.first)]
        is_known = before or any(each.id == row.id for each in rows)
        if is_known and not any(each.during(new.validity).same_as(new) for each in before):
            raise PolicyRowChanged(rows=[row.id])
        new = replace(new, id=f"{row.id}.{len(before) + 1}") if before else new
        rows.append(new)
        added.append(new)
    return added
