"""Who is in two places at once: of pairs of duties of one human, those whose hours meet, from both sides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.patterns.rules import Duty, DutySource, Hours, meetings

EIGHT = datetime(2026, 3, 10, tzinfo=UTC)
TEACHER, OTHER = UUID(int=1), UUID(int=2)


def source(number: int, *, is_exam: bool) -> DutySource:
    return DutySource(UUID(int=number), is_exam, UUID(int=100 + number), "410102", "410100")


CLASS, EXAM, SECOND_EXAM = source(11, is_exam=False), source(12, is_exam=True), source(13, is_exam=True)


def duty(of: DutySource, first: int, last: int, human: UUID = TEACHER) -> Duty:
    """From minute `first` to minute `last` after eight."""
    return Duty(human, of, Hours(EIGHT + timedelta(minutes=first), EIGHT + timedelta(minutes=last)))


def duties(of: st.SearchStrategy[DutySource]) -> st.SearchStrategy[Duty]:
    begins, lasts = st.integers(0, 120), st.integers(1, 60)
    return st.builds(lambda each, first, minutes: duty(each, first, first + minutes), of, begins, lasts)


ANY = duties(st.sampled_from([CLASS, EXAM, SECOND_EXAM]))


class TestMeetings:
    def test_a_lesson_and_an_exam_at_one_time_are_told_from_both_sides(self) -> None:
        [own, other] = meetings([(duty(CLASS, 0, 45), duty(EXAM, 30, 90))])

        assert (own.human, own.own, own.other) == (TEACHER, CLASS, EXAM)
        assert (other.human, other.own, other.other) == (TEACHER, EXAM, CLASS)
        assert own.hours == other.hours == [duty(CLASS, 30, 45).hours]

    def test_whoever_comes_when_the_other_is_over_is_in_one_place(self) -> None:
        assert list(meetings([(duty(CLASS, 0, 45), duty(EXAM, 45, 90))])) == []

    def test_two_lessons_one_exam_or_two_people_are_no_pair(self) -> None:
        another_class = source(14, is_exam=False)

        assert list(meetings([(duty(CLASS, 0, 45), duty(another_class, 0, 45))])) == []
        assert list(meetings([(duty(EXAM, 0, 45), duty(EXAM, 0, 45))])) == []
        assert list(meetings([(duty(CLASS, 0, 45), duty(EXAM, 0, 45, OTHER))])) == []

    @given(ANY, ANY)
    def test_order_and_repeats_of_pairs_change_nothing(self, one: Duty, two: Duty) -> None:
        def found(*pairs: tuple[Duty, Duty]) -> set[tuple[object, ...]]:
            return {(each.human, each.own, each.other, *each.hours) for each in meetings(pairs)}

        assert found((one, two)) == found((two, one)) == found((one, two), (two, one), (one, two))

    @given(st.lists(st.tuples(duties(st.just(CLASS)), duties(st.just(EXAM))), max_size=4))
    def test_the_hours_are_those_of_both_and_none_of_one(self, given_: list[tuple[Duty, Duty]]) -> None:
        met = [each.hours for each in meetings(given_) if each.own is CLASS]
        minutes = {minute for hours in met for each in hours for minute in _minutes(each)}

        assert len(met) <= 1
        assert minutes == {each for one, two in given_ for each in _minutes(one.hours) & _minutes(two.hours)}


def _minutes(hours: Hours) -> set[datetime]:
    span = (hours.ends_at - hours.begins_at) // timedelta(minutes=1)
    return {hours.begins_at + timedelta(minutes=each) for each in range(span)}
