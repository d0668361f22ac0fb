"""Which row of a rule decides on a day, as known at some time; and how a row comes to decide.

A row is entered as a proposal and decides nothing until another person approves it. Approved rows stay as they are. On
a day the row decides that began last; of rows that begin on one day, the one approved last. Where its last day has
passed, or where it says that nothing holds, nothing does. So a later row ends an earlier one without touching it, and a
row with the same first day replaces one. Approvals of a service are numbered. With the rows up to a number, everything
is again as it was known then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol, Self, TypeVar

from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.periods import Period, business_day, day_after, day_before
from shared.kernel.refusals import Conflict, Invalid


class ReasonMissing(Invalid):
    """Facts: `first_on`, `today`."""

    slug = "past-needs-reason"
    title_en = "A row that begins in the past needs a reason."
    title_zh = "生效日期早于录入日期的，须说明理由。"
    cure_en = (
        "It would begin on {first_on}, and today is {today}. Give a reason; every decision that it changes names the "
        "row. Or let it begin today or later."
    )
    cure_zh = (
        "所填生效日期为 {first_on}，今日为 {today}。请填写理由（受其影响的每项决定均会注明），或改为今日及以后生效。"
    )


class RowOverlaps(Conflict):
    """Facts: `first_on`, `last_on` of the other row."""

    slug = "policy-row-overlaps"
    title_en = "Another row for the same rule is valid during part of that period."
    title_zh = "同一规则已有有效期重叠的记录。"
    cure_en = (
        "The other row is valid from {first_on} to {last_on}. A new row ends before a later one begins, and does not "
        "end before the one in which it begins. For an exception, enter the new value without an end, then the old "
        "value again."
    )
    cure_zh = (
        "已有记录的有效期为 {first_on} 至 {last_on}。新记录须在较晚的记录生效前终止，且不得早于其所替代的记录终止；"
        "临时调整请先录入不设截止日期的新值，再录入恢复原值的记录。"
    )


class EndsNothing(Conflict):
    """Facts: `first_on`, `last_on` between which the row decides; both null where it decides on no day."""

    slug = "nothing-to-end"
    title_en = "The row does not decide on the day after that one."
    title_zh = "该记录在所填日期之后本已不再适用。"
    cure_en = "Give a day on which the row still decides: it does so from {first_on} to {last_on}."
    cure_zh = "请填写该记录仍适用的日期：{first_on} 至 {last_on}。"


class RowState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class RowVerb(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


MOVES: Final[Mapping[RowState, Mapping[RowVerb, RowState]]] = {
    RowState.PROPOSED: {RowVerb.APPROVE: RowState.APPROVED, RowVerb.REJECT: RowState.REJECTED},
    RowState.APPROVED: {},
    RowState.REJECTED: {},
}

WHY_FINAL: Final = {
    RowState.APPROVED: "Decisions were made by it, so it stays: another row ends it or takes its place.",
    RowState.REJECTED: "It decided nothing, and the same row can be proposed again.",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who entered a row and who decided about it; `reason` is why it was entered."""

    entered_by: str
    entered_at: datetime
    reason: str | None
    state: RowState = RowState.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    sequence: int | None = None
    """The number of its approval, counted over all rules of the service; None while it decides nothing."""


class DatedRow(Protocol):
    """A row of a rule. Rows with one `subject` are about the same thing; of these, one at most decides on a day."""

    @property
    def id(self) -> str: ...

    @property
    def subject(self) -> Hashable: ...

    @property
    def rule(self) -> str:
        """The name of the rule in the decisions that go by it."""

    @property
    def validity(self) -> Period: ...

    @property
    def is_end(self) -> bool:
        """Whether it says that nothing holds on these days."""

    @property
    def provenance(self) -> Provenance: ...

    def during(self, validity: Period) -> Self:
        """The same row for other days."""

    def same_as(self, other: Self) -> bool:
        """Whether both say the same of the same days, whoever entered them."""


R = TypeVar("R", bound=DatedRow)


@dataclass(frozen=True, kw_only=True)
class DatedValue:
    """What the rows of every rule have. Two are the same if they say the same, whatever they are called."""

    id: str
    validity: Period
    provenance: Provenance

    @property
    def first_on(self) -> date:
        return self.validity.first

    @property
    def last_on(self) -> date | None:
        return self.validity.last

    def during(self, validity: Period) -> Self:
        return replace(self, validity=validity)

    def same_as(self, other: Self) -> bool:
        return replace(self, id=other.id, provenance=other.provenance) == other


class Ground(NamedTuple):
    """A row that a decision was made by. `entered_after`: it was approved after the day that it decided for."""

    rule: str
    row: str
    entered_after: bool


class Grounds(NamedTuple):
    """What a decision was made by: the rows, and the number of the last approval that was known by then.

    With the rules as known at that number, it can be made again.
    """

    sequence: int
    rows: tuple[Ground, ...]

    def as_json(self) -> dict[str, Any]:
        return {"sequence": self.sequence, "rows": [row._asdict() for row in self.rows]}


def loaded(*, by: str, at: datetime, sequence: int) -> Provenance:
    """Of a row from a reviewed file, which counts as entered and approved by the loader."""
    return Provenance(by, at, "loaded from a file", RowState.APPROVED, by, at, None, sequence)


def approved(row: Provenance, *, by: str, at: datetime, sequence: int) -> Provenance:
    """Raises IllegalMove, or SamePerson if `by` entered the row."""
    state = move(MOVES, row.state, RowVerb.APPROVE)
    require_another(by, row.entered_by, rule="entering and approving a rule")
    return replace(row, state=state, decided_by=by, decided_at=at, sequence=sequence)


def rejected(row: Provenance, *, by: str, at: datetime, reason: str) -> Provenance:
    """The proposal was refused, or withdrawn by the person who entered it. Raises IllegalMove."""
    state = move(MOVES, row.state, RowVerb.REJECT)
    return replace(row, state=state, decided_by=by, decided_at=at, decision_reason=reason)


def is_backdated(row: DatedRow) -> bool:
    """Whether the row begins before the business day of its entry."""
    return row.validity.first < business_day(row.provenance.entered_at)


def require_reason(row: DatedRow) -> None:
    """A row that begins before the business day of its entry has a reason. Raises ReasonMissing."""
    if is_backdated(row) and not row.provenance.reason:
        first, today = row.validity.first, business_day(row.provenance.entered_at)
        raise ReasonMissing(pointer="/reason", first_on=first.isoformat(), today=today.isoformat())


def require_room(
    row: DatedRow, others: Iterable[R], *, gaps: bool = False, refusal: type[RowOverlaps] = RowOverlaps
) -> None:
    """`row` reaches into no later one and, unless `gaps` may remain, ends no earlier than the one it begins in.

    Raises the `refusal`.
    """
    for other, period in spans(each for each in others if each.subject == row.subject):
        if not period.overlaps(row.validity):
            continue
        is_later = period.first > row.validity.first
        if is_later or not (gaps or row.is_end or other.is_end or _reaches(row.validity, period)):
            last = None if period.last is None else period.last.isoformat()
            raise refusal(pointer="/first_on", first_on=period.first.isoformat(), last_on=last)


def rest_after(row: R, last_on: date, rows: Iterable[R]) -> Period:
    """The days after `last_on` on which `row` still decides. Raises EndsNothing."""
    period = next((days for other, days in spans(rows) if other.id == row.id), None)
    if period is not None and period.contains(last_on) and period.last != last_on:
        return Period(day_after(last_on), period.last)
    raise EndsNothing(
        pointer="/last_on",
        first_on=None if period is None else period.first.isoformat(),
        last_on=None if period is None or period.last is None else period.last.isoformat(),
    )


def is_repeat(row: R, other: R) -> bool:
    """Whether `other`, a proposal or an approved row, says the same about the same days."""
    return other.provenance.state is not RowState.REJECTED and row.same_as(other)


def known(rows: Iterable[R], *, sequence: int | None = None, at: datetime | None = None) -> list[R]:
    """The approved ones of `rows`, up to an approval's number or a time if given."""
    return [
        row
        for row in rows
        if row.provenance.sequence is not None
        and (sequence is None or row.provenance.sequence <= sequence)
        and (at is None or (row.provenance.decided_at is not None and row.provenance.decided_at <= at))
    ]


def holding(rows: Iterable[R], *, on: date) -> dict[Hashable, R]:
    """The row that decides on the day, by subject; proposals and rejected rows do not."""
    latest: dict[Hashable, R] = {}
    for row in rows:
        if row.provenance.sequence is None or row.validity.first > on:
            continue
        other = latest.get(row.subject)
        if other is None or _order(row) > _order(other):
            latest[row.subject] = row
    return {each: row for each, row in latest.items() if row.validity.contains(on) and not row.is_end}


def spans(rows: Iterable[R]) -> list[tuple[R, Period]]:
    """The approved ones of `rows` that decide on some day, each with these days, by subject and first day."""
    of_subjects: defaultdict[Hashable, dict[date, R]] = defaultdict(dict)
    for row in sorted(known(rows), key=_order):
        of_subjects[row.subject][row.validity.first] = row
    found = []
    for by_first in of_subjects.values():
        ordered = list(by_first.values())
        for row, following in zip(ordered, [*ordered[1:], None], strict=True):
            last = row.validity.last
            if following is not None and row.validity.contains(following.validity.first):
                last = day_before(following.validity.first)
            found.append((row, Period(row.validity.first, last)))
    return found


def listed(
    rows: Sequence[R], *, on: date | None = None, at: datetime | None = None, state: RowState | None = None
) -> list[R]:
    """What a list of `rows` shows: those that decide `on` the day; those approved up to `at`; those in `state`."""
    if at is not None or on is not None:
        rows = known(rows, at=at)
    if on is not None:
        deciding = {row.id for row in holding(rows, on=on).values()}
        rows = [row for row in rows if row.id in deciding]
    return [row for row in rows if state is None or row.provenance.state is state]


def planned(row: R, others: Iterable[R], *, loader: str) -> R | None:
    """The `row` of a file as far as it reaches beside all `others`; None where it changes nothing.

    What people have approved since stands: no day of theirs is touched, and the row ends before their next one begins.
    """
    own = [(each, days) for each, days in spans(each for each in others if each.subject == row.subject)]
    first = row.validity.first
    if any(days.contains(first) and each.provenance.entered_by != loader for each, days in own):
        return None
    following = min((days.first for _, days in own if days.first > first), default=None)
    if following is not None and row.validity.contains(following):
        row = row.during(Period(first, day_before(following)))
    return None if any(row.same_as(each.during(days)) for each, days in own) else row


def ground(row: DatedRow, *, on: date) -> Ground:
    """`row` as the ground of a decision for the day."""
    decided_at = row.provenance.decided_at
    return Ground(row.rule, row.id, decided_at is not None and business_day(decided_at) > on)


def _order(row: DatedRow) -> tuple[date, int]:
    return row.validity.first, row.provenance.sequence or 0


def _reaches(validity: Period, period: Period) -> bool:
    """Whether `validity` ends no earlier than `period`."""
    return validity.last is None or (period.last is not None and period.last <= validity.last)
