"""Rosters decided row by row: never more than the seats, never anybody twice, repeats harmless."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.rosters import (
    Admitted,
    AlreadyEnrolled,
    ClassFull,
    Decision,
    Entry,
    Refused,
    Repeated,
    Seated,
    decide,
)
from shared.kernel.refusals import LocalIdTaken
from tests.registry.domain.builders import training_class

CLASS = training_class()
ELSEWHERE = UUID(int=99)

people = st.builds(UUID, int=st.integers(1, 12))
local_ids = st.sampled_from([f"T{number}" for number in range(1, 13)])


@st.composite
def rosters(draw: st.DrawFn) -> list[Entry]:
    pairs = draw(st.lists(st.tuples(local_ids, people), max_size=40))
    return [Entry(row, local_id, person, "S02-1", ()) for row, (local_id, person) in enumerate(pairs)]


@st.composite
def seated(draw: st.DrawFn) -> list[Seated]:
    """Enrolments of the institution: no local_id twice, nobody twice in one class."""
    found: list[Seated] = []
    for local_id, person, class_id in draw(
        st.lists(st.tuples(local_ids, people, st.sampled_from([CLASS.id, ELSEWHERE])), max_size=8)
    ):
        if all(each.local_id != local_id and (each.class_id, each.person) != (class_id, person) for each in found):
            found.append(Seated(UUID(int=1000 + len(found)), class_id, person, local_id))
    return found


def decided(entries: list[Entry], known: list[Seated], seats_left: int) -> list[Decision]:
    return decide(
        CLASS,
        entries,
        by_local_id={each.local_id: each for each in known},
        by_person={each.person: each for each in known if each.class_id == CLASS.id},
        seats_left=seats_left,
    )


def after(decisions: list[Decision], known: list[Seated]) -> list[Seated]:
    """What is seated once `decisions` were stored."""
    admitted = [decision.entry for decision in decisions if isinstance(decision, Admitted)]
    return known + [Seated(UUID(int=5000 + entry.row), CLASS.id, entry.person, entry.local_id) for entry in admitted]


@given(rosters(), seated(), st.integers(0, 12))
def test_every_row_gets_one_decision_in_order(entries: list[Entry], known: list[Seated], seats: int) -> None:
    assert [decision.entry for decision in decided(entries, known, seats)] == entries


@given(rosters(), seated(), st.integers(0, 12))
def test_never_more_are_admitted_than_seats_are_left(entries: list[Entry], known: list[Seated], seats: int) -> None:
    admitted = sum(isinstance(decision, Admitted) for decision in decided(entries, known, seats))

    assert admitted <= seats


@given(rosters(), seated(), st.integers(0, 12))
def test_nobody_and_no_local_id_is_ever_seated_twice(entries: list[Entry], known: list[Seated], seats: int) -> None:
    everybody = after(decided(entries, known, seats), known)

    here = [each.person for each in everybody if each.class_id == CLASS.id]
    assert len(here) == len(set(here))
    assert len({each.local_id for each in everybody}) == len(everybody)


@given(rosters(), seated(), st.integers(0, 12))
def test_the_same_roster_again_admits_only_whom_a_seat_was_missing(
    entries: list[Entry], known: list[Seated], seats: int
) -> None:
    first = decided(entries, known, seats)
    admitted = sum(isinstance(decision, Admitted) for decision in first)

    again = decided(entries, after(first, known), seats - admitted)

    for one, other in zip(first, again, strict=True):
        if isinstance(one, Admitted | Repeated):
            assert isinstance(other, Repeated)
            assert other.id is not None
        else:
            assert isinstance(other, Refused)


@given(rosters(), seated())
def test_with_seats_for_all_only_what_is_taken_is_refused(entries: list[Entry], known: list[Seated]) -> None:
    for decision in decided(entries, known, len(entries)):
        if isinstance(decision, Refused):
            assert isinstance(decision.refusal, LocalIdTaken | AlreadyEnrolled)


@given(rosters(), seated(), st.integers(0, 12))
def test_a_roster_in_two_parts_is_decided_as_in_one(entries: list[Entry], known: list[Seated], seats: int) -> None:
    middle = len(entries) // 2
    first = decided(entries[:middle], known, seats)
    admitted = sum(isinstance(decision, Admitted) for decision in first)
    second = decided(entries[middle:], after(first, known), seats - admitted)

    whole = decided(entries, known, seats)

    assert [type(decision) for decision in whole] == [type(decision) for decision in [*first, *second]]


def test_a_full_class_says_how_many_seats_it_has() -> None:
    (decision,) = decided([Entry(0, "T1", UUID(int=1), "S02-1", ())], [], 0)

    assert isinstance(decision, Refused)
    assert isinstance(decision.refusal, ClassFull)
    assert decision.refusal.facts == {"seats": 40}
