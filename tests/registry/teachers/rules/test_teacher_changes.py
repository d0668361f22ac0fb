"""Merges and departures of teachers: every verb in every state, four eyes, clashes."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.registry.teachers.rules import departures, merges
from services.registry.teachers.rules.departures import Departure, DepartureAhead, DepartureKind, TeacherDeparted
from services.registry.teachers.rules.engagements import Engagement, restore
from services.registry.teachers.rules.merges import (
    MOVES,
    SameTeacher,
    TeacherMerge,
    TeacherMergeClashes,
    TeacherMergeStatus,
    TeacherMergeVerb,
)
from services.registry.teachers.rules.teachers import Teacher
from shared.kernel.periods import Period
from shared.kernel.refusals import IllegalMove, SamePerson
from tests.registry.builders import NOON, TODAY


def merge(status: TeacherMergeStatus = TeacherMergeStatus.PROPOSED) -> TeacherMerge:
    return TeacherMerge(UUID(int=1), UUID(int=2), UUID(int=3), "one", status, version=4)


def teacher(number: int, merged_into: UUID | None = None) -> Teacher:
    return Teacher(UUID(int=number), UUID(int=90), "resident_id", b"", None, frozenset(), (), 1, merged_into)


def engagement(number: int, institution: int, first: date, last: date | None, *, full_time: bool = False) -> Engagement:
    return Engagement(UUID(int=number), UUID(int=2), UUID(int=institution), "J1", full_time, Period(first, last))


@pytest.mark.parametrize("status", TeacherMergeStatus)
@pytest.mark.parametrize("verb", TeacherMergeVerb)
@pytest.mark.parametrize("by", ["one", "other"])
def test_a_merge_moves_by_its_table_and_is_confirmed_by_another(
    status: TeacherMergeStatus, verb: TeacherMergeVerb, by: str
) -> None:
    def step() -> TeacherMerge:
        if verb is TeacherMergeVerb.CONFIRM:
            return merges.confirm(merge(status), by=by)
        return merges.advance(merge(status), verb)

    if verb not in MOVES[status]:
        with pytest.raises(IllegalMove):
            step()
    elif verb is TeacherMergeVerb.CONFIRM and by == "one":
        with pytest.raises(SamePerson):
            step()
    else:
        assert (step().status, step().version) == (MOVES[status][verb], 5)


def test_two_different_entries_are_merged() -> None:
    merges.require_two(teacher(2), teacher(3))
    for one, other in (
        (teacher(2), teacher(2)),
        (teacher(2, UUID(int=3)), teacher(4)),
        (teacher(4), teacher(2, UUID(int=3))),
    ):
        with pytest.raises(SameTeacher):
            merges.require_two(one, other)


def test_engagements_at_one_institution_on_one_day_and_lessons_at_one_time_clash() -> None:
    one = [engagement(1, 5, TODAY, None)]
    merges.require_no_clash(one, [engagement(2, 6, TODAY, None)], lessons=0)
    with pytest.raises(TeacherMergeClashes) as refused:
        merges.require_no_clash(one, [engagement(2, 5, TODAY + timedelta(days=9), None)], lessons=0)
    assert refused.value.facts == {"engagements": [str(UUID(int=1))], "lessons": 0}
    with pytest.raises(TeacherMergeClashes):
        merges.require_no_clash([], [], lessons=2)


def test_an_engagement_gets_its_days_back_unless_another_has_them() -> None:
    ended = engagement(1, 5, date(2025, 1, 1), TODAY, full_time=True)

    restored = restore(ended, [ended], last_on=None, at=NOON)

    assert restored is not None
    assert (restored[0].engaged.last, restored[1].last_on, restored[0].version) == (None, None, 2)
    again = engagement(2, 5, TODAY + timedelta(days=1), None)
    elsewhere = engagement(3, 6, TODAY + timedelta(days=1), None, full_time=True)
    for other in (again, elsewhere):
        assert restore(ended, [ended, other], last_on=None, at=NOON) is None


def test_a_departure_is_not_ahead_and_keeps_the_teacher_from_engagements() -> None:
    departure = Departure(
        UUID(int=1), UUID(int=2), DepartureKind.DIED, TODAY, "讣告", "officer", NOON, {str(UUID(int=7)): None}
    )

    departures.require_past(TODAY, today=TODAY)
    with pytest.raises(DepartureAhead):
        departures.require_past(TODAY + timedelta(days=1), today=TODAY)
    departures.require_there(None)
    with pytest.raises(TeacherDeparted):
        departures.require_there(departure)
    assert departure.last_days == {UUID(int=7): None}
    undone = departures.undo(departure, by="officer", reason="误登", at=NOON)
    with pytest.raises(departures.DepartureUndone):
        departures.undo(undone, by="officer", reason="误登", at=NOON)
