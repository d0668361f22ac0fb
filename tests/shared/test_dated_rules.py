"""Which row of a rule decides on a day, and what later rows leave as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dated_rules import rules
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import EndsNothing, Provenance, ReasonMissing, RowOverlaps, RowState
from shared.kernel.periods import Period
from shared.kernel.refusals import IllegalMove, SamePerson

START = date(2025, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(30)]
NOON = datetime(2025, 1, 10, 4, tzinfo=UTC)
ENTERED = Provenance("one", NOON, None)


def row(number: int, first: int, last: int | None = None, *, value: str | None = "x") -> FigureRow:
    """The row of the approval `number` from one day of January to another."""
    provenance = rules.approved(ENTERED, by="another", at=NOON + timedelta(hours=number), sequence=number)
    validity = Period(DAYS[first], None if last is None else DAYS[last])
    return FigureRow(
        id=str(number), validity=validity, provenance=provenance, key="key", value=value, region="410000",
        status="sourced", source="a document",
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[FigureRow]:
    """Rows as they were approved one after the other; those for which there was no room left out."""
    found: list[FigureRow] = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        first = draw(st.integers(0, 20))
        last = draw(st.none() | st.integers(first, 29))
        new = row(number, first, last, value=draw(st.sampled_from(["x", "y", None])))
        try:
            rules.require_room(new, found, gaps=draw(st.booleans()))
        except RowOverlaps:
            continue
        found.append(new)
    return found


def deciding(found: list[FigureRow], day: date) -> str | None:
    held = rules.holding(found, on=day)
    assert len(held) <= 1
    return next((each.id for each in held.values()), None)


@given(histories(), st.integers(0, 8))
def test_with_the_rows_up_to_an_approval_everything_is_as_it_was_known_then(
    found: list[FigureRow], sequence: int
) -> None:
    then = [each for each in found if int(each.id) <= sequence]

    known = rules.known(found, sequence=sequence)

    assert [deciding(known, day) for day in DAYS] == [deciding(then, day) for day in DAYS]
    at = NOON + timedelta(hours=sequence)
    assert rules.known(found, at=at) == known


@given(histories())
def test_a_row_decides_on_its_first_day_and_changes_no_day_before_it(found: list[FigureRow]) -> None:
    for place, new in enumerate(found):
        before, after = found[:place], found[: place + 1]
        for day in DAYS:
            if day < new.validity.first:
                assert deciding(after, day) == deciding(before, day)
        assert deciding(after, new.validity.first) == (None if new.is_end else new.id)


@given(histories())
def test_the_spans_are_the_days_on_which_each_row_decides(found: list[FigureRow]) -> None:
    for day in DAYS:
        ids = [each.id for each, period in rules.spans(found) if period.contains(day) and not each.is_end]
        assert ids == ([] if deciding(found, day) is None else [deciding(found, day)])


@given(histories())
def test_proposals_and_rejected_rows_decide_nothing(found: list[FigureRow]) -> None:
    waiting = [replace(each, provenance=ENTERED) for each in found]
    refused = [replace(each, provenance=rules.rejected(ENTERED, by="one", at=NOON, reason="a slip")) for each in found]

    assert [deciding([*found, *waiting, *refused], day) for day in DAYS] == [deciding(found, day) for day in DAYS]


def test_nobody_approves_their_own_and_nothing_is_decided_twice() -> None:
    with pytest.raises(SamePerson):
        rules.approved(ENTERED, by="one", at=NOON, sequence=1)
    approved = rules.approved(ENTERED, by="another", at=NOON, sequence=1)

    assert (approved.state, approved.sequence) == (RowState.APPROVED, 1)
    with pytest.raises(IllegalMove):
        rules.approved(approved, by="a third one", at=NOON, sequence=2)
    with pytest.raises(IllegalMove):
        rules.rejected(approved, by="a third one", at=NOON, reason="too late")


def test_a_row_that_begins_before_the_day_of_its_entry_needs_a_reason() -> None:
    today = replace(row(1, 9), provenance=ENTERED)
    yesterday = replace(row(1, 8), provenance=ENTERED)

    rules.require_reason(today)
    with pytest.raises(ReasonMissing) as refused:
        rules.require_reason(yesterday)
    rules.require_reason(replace(yesterday, provenance=replace(ENTERED, reason="the document came late")))

    assert refused.value.facts == {"first_on": "2025-01-09", "today": "2025-01-10"}


def test_a_decision_says_whether_its_row_was_entered_after_the_day() -> None:
    decided = [rules.ground(row(1, 0), on=day).entered_after for day in (date(2025, 1, 9), date(2025, 1, 10))]

    assert decided == [True, False]


def test_what_is_left_of_a_row_can_be_ended_once() -> None:
    found = [row(1, 0), row(2, 20)]

    assert rules.rest_after(found[0], DAYS[9], found) == Period(DAYS[10], DAYS[19])
    for last_on in (DAYS[19], DAYS[25]):
        with pytest.raises(EndsNothing):
            rules.rest_after(found[0], last_on, found)
