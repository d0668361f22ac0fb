"""Days that repeat the minutes of an earlier day: what is flagged, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.attendance.rules.repeats import DAYS_SHOWN_MAX, Rhythm, TraineeDay, repeated_days
from services.registry.flags.rules.flags import Observation
from tests.registry.attendance.rules.marking import policy
from tests.registry.builders import training_class

MONDAY = date(2025, 3, 3)
CLASS = training_class()
Minutes = Callable[[int, int], Rhythm]
"""When a trainee, by number, came and went on a day, by number."""

OWN_MINUTES = st.lists(st.tuples(st.integers(480, 540), st.integers(690, 720)), min_size=5, max_size=30, unique=True)
"""For each trainee, minutes that nobody else has."""


def at(came: int, went: int) -> Rhythm:
    return Rhythm((came,), (went,))


def the_same_every_day(trainee: int, _: int) -> Rhythm:
    return at(500 + trainee, 700 + trainee)


def days(trainees: int, count: int, minutes: Minutes = the_same_every_day) -> list[TraineeDay]:
    return [
        TraineeDay(UUID(int=each), MONDAY + timedelta(day), minutes(each, day))
        for day in range(count)
        for each in range(trainees)
    ]


def seen(found: Iterable[TraineeDay], **figures: Any) -> list[Observation]:
    return list(repeated_days(found, CLASS, policy=policy(**figures)))


def facts(found: Iterable[TraineeDay], **figures: Any) -> list[Mapping[str, Any]]:
    return [each.facts for each in seen(found, **figures)]


def test_a_day_that_repeats_another_is_a_flag_of_the_class_that_holds() -> None:
    (flag,) = seen(days(6, 2))

    assert (flag.check, flag.kind, flag.holds, flag.class_id) == ("C20", "day-repeated", True, CLASS.id)
    assert (flag.person, flag.enrolment_id) == (None, None)
    assert flag.facts == {
        "day": "2025-03-03", "repeated_on": ["2025-03-04"], "days": 1, "trainees": 6, "share": 1.0
    }  # fmt: skip


def test_a_day_repeated_for_weeks_is_one_flag_that_names_some_days_and_counts_all() -> None:
    (found,) = facts(days(6, 21))

    assert (found["day"], found["days"], len(found["repeated_on"])) == ("2025-03-03", 20, DAYS_SHOWN_MAX)


@pytest.mark.parametrize(("trainees", "flagged"), [(4, False), (5, True)])
def test_it_takes_five_trainees(trainees: int, flagged: bool) -> None:
    assert bool(seen(days(trainees, 2))) is flagged


@pytest.mark.parametrize(("others", "flagged"), [(2, True), (3, False)])
def test_it_takes_four_of_five_who_were_there_on_both_days(others: int, flagged: bool) -> None:
    found = days(8 + others, 2, lambda each, day: at(500 + each, 700 + each + day * (each >= 8)))

    assert bool(seen(found)) is flagged


def test_who_was_there_on_one_of_the_days_only_does_not_matter() -> None:
    absent = [each for each in days(20, 2) if each.enrolment_id.int < 6 or each.day == MONDAY]

    assert [each["share"] for each in facts(absent)] == [1.0]


def test_who_came_at_the_same_minute_and_went_at_another_repeats_nothing() -> None:
    assert not seen(days(10, 5, lambda each, day: at(500 + each, 700 + each + day)))


def test_a_day_of_check_ins_alone_repeats_nothing() -> None:
    assert not seen(days(10, 2, lambda each, _: Rhythm((500 + each,), ())))


@pytest.mark.parametrize(("groups", "flagged"), [(1, False), (3, False), (4, False), (5, True), (10, True)])
def test_trainees_who_share_few_rhythms_were_marked_by_hand_at_the_times_of_lessons(groups: int, flagged: bool) -> None:
    found = days(10, 5, lambda each, _: at(480 + 45 * (each % groups), 525 + 45 * (each % groups)))

    assert bool(seen(found)) is flagged


def test_figures_are_policy() -> None:
    found = days(10, 2, lambda each, day: at(500 + each, 700 + each + day * (each >= 6)))

    assert not seen(found)
    assert seen(found, attendance_repeated_share_min=0.6)
    assert not seen(found, attendance_repeated_share_min=0.6, attendance_repeated_trainees_min=7)


@given(OWN_MINUTES, st.integers(2, 6))
def test_exact_copies_are_always_found(minutes: list[tuple[int, int]], count: int) -> None:
    (found,) = facts(days(len(minutes), count, lambda each, _: at(*minutes[each])))

    assert (found["days"], found["trainees"], found["share"]) == (count - 1, len(minutes), 1.0)


@given(st.data(), st.integers(5, 12), st.integers(2, 5))
def test_neither_the_order_nor_the_names_of_trainees_matter(data: st.DataObject, trainees: int, count: int) -> None:
    minutes = data.draw(st.lists(st.integers(0, 2), min_size=trainees * count, max_size=trainees * count))
    found = days(trainees, count, lambda each, day: at(500 + each, 700 + minutes[each * count + day]))
    renamed = dict(enumerate(data.draw(st.permutations(range(trainees)))))
    mixed = data.draw(
        st.permutations([each._replace(enrolment_id=UUID(int=renamed[each.enrolment_id.int])) for each in found])
    )

    assert facts(mixed) == facts(found)


@given(OWN_MINUTES, st.data())
def test_what_is_flagged_is_a_day_that_enough_of_those_on_both_repeat(
    minutes: list[tuple[int, int]], data: st.DataObject
) -> None:
    moved = data.draw(st.sets(st.integers(0, len(minutes) - 1)))
    found = days(len(minutes), 2, lambda each, day: at(minutes[each][0], minutes[each][1] + 60 * day * (each in moved)))
    same = len(minutes) - len(moved)

    assert bool(seen(found)) is (same >= 5 and 5 * same >= 4 * len(minutes))


def test_people_who_come_within_five_minutes_of_each_other_are_not_flagged_by_chance() -> None:
    # Two trainees' minutes agree by chance with 1/25; five of five on one of 1,225 pairs of days: 1 in 8,000.
    random = Random(20250303)
    for trainees in (5, 10, 30):
        found = days(trainees, 50, lambda *_: at(random.randint(500, 504), random.randint(700, 704)))

        assert not seen(found)
