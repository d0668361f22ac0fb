"""Rosters decided row by row: never more than the seats, never anybody twice, repeats harmless."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.rosters import AlreadyEnrolled, ClassFull, Entry, Seated, decide
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import LocalIdTaken
from tests.registry.domain.builders import training_class

CLASS = training_class()
ELSEWHERE = UUID(int=99)

people = st.builds(UUID, int=st.integers(1, 12))
local_ids = st.sampled_from([f"T{number}" for number in range(1, 13)])


def entry(row: int, local_id: str, person: UUID) -> Entry:
    return Entry(row, UUID(int=5000 + row), local_id, person, "S02-1", ())


def count(outcomes: list[RowOutcome], outcome: str) -> int:
    return sum(each.outcome == outcome for each in outcomes)


@st.composite
def rosters(draw: st.DrawFn) -> list[Entry]:
    pairs = draw(st.lists(st.tuples(local_ids, people), max_size=40))
    return [entry(row, local_id, person) for row, (local_id, person) in enumerate(pairs)]


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


def decided(entries: list[Entry], known: list[Seated], seats_left: int) -> list[RowOutcome]:
    return decide(
        CLASS,
        entries,
        by_local_id={each.local_id: each for each in known},
        by_person={each.person: each for each in known if each.class_id == CLASS.id},
        seats_left=seats_left,
    )


def after(outcomes: list[RowOutcome], entries: list[Entry], known: list[Seated]) -> list[Seated]:
    """Who is seated once `outcomes` of `entries` were stored."""
    accepted = {outcome.row for outcome in outcomes if outcome.outcome == "accepted"}
    return known + [Seated(each.id, CLASS.id, each.person, each.local_id) for each in entries if each.row in accepted]


@given(rosters(), seated(), st.integers(0, 12))
def test_every_row_gets_one_outcome_in_order(entries: list[Entry], known: list[Seated], seats: int) -> None:
    outcomes = decided(entries, known, seats)

    assert [(each.row, each.row_id) for each in outcomes] == [(each.row, each.local_id) for each in entries]
    assert all((each.id is None) == (each.outcome == "refused") == (each.refusal is not None) for each in outcomes)


@given(rosters(), seated(), st.integers(0, 12))
def test_never_more_are_accepted_than_seats_are_left(entries: list[Entry], known: list[Seated], seats: int) -> None:
    assert count(decided(entries, known, seats), "accepted") <= seats


@given(rosters(), seated(), st.integers(0, 12))
def test_nobody_and_no_local_id_is_ever_seated_twice(entries: list[Entry], known: list[Seated], seats: int) -> None:
    everybody = after(decided(entries, known, seats), entries, known)

    here = [each.person for each in everybody if each.class_id == CLASS.id]
    assert len(here) == len(set(here))
    assert len({each.local_id for each in everybody}) == len(everybody)


@given(rosters(), seated(), st.integers(0, 12))
def test_the_same_roster_again_accepts_only_whom_a_seat_was_missing(
    entries: list[Entry], known: list[Seated], seats: int
) -> None:
    first = decided(entries, known, seats)

    again = decided(entries, after(first, entries, known), seats - count(first, "accepted"))

    for one, other in zip(first, again, strict=True):
        if one.outcome == "refused":
            assert other.outcome == "refused"
        else:
            assert (other.outcome, other.id) == ("repeated", one.id)


@given(rosters(), seated())
def test_with_seats_for_all_only_what_is_taken_is_refused(entries: list[Entry], known: list[Seated]) -> None:
    for outcome in decided(entries, known, len(entries)):
        assert outcome.refusal is None or isinstance(outcome.refusal, LocalIdTaken | AlreadyEnrolled)


@given(rosters(), seated(), st.integers(0, 12))
def test_a_roster_in_two_parts_is_decided_as_in_one(entries: list[Entry], known: list[Seated], seats: int) -> None:
    middle = len(entries) // 2
    first = decided(entries[:middle], known, seats)
    second = decided(entries[middle:], after(first, entries, known), seats - count(first, "accepted"))

    whole = decided(entries, known, seats)

    assert [(each.outcome, each.id) for each in whole] == [(each.outcome, each.id) for each in [*first, *second]]


def test_a_full_class_says_how_many_seats_it_has() -> None:
    (outcome,) = decided([entry(0, "T1", UUID(int=1))], [], 0)

    assert isinstance(outcome.refusal, ClassFull)
    assert outcome.refusal.facts == {"seats": 40}
