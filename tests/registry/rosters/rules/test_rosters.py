"""Rosters decided row by row: never more than the seats, nobody twice, nobody in two classes on one day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules.classes import RosterClosed
from services.registry.enrolments.rules.overlaps import OccupiedDays, OverlappingClass, meet, overlaps
from services.registry.enrolments.rules.seats import ClassFull
from services.registry.particulars.rules import PlaceholderName, PlaceholderPhone
from services.registry.rosters.rules.decisions import AlreadyEnrolled, Entry, PriorEnrolment, RosterContext, decide
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import LocalIdTaken, Refusal
from tests.registry.builders import training_class

CLASSES = [
    training_class(id=UUID(int=number), local_id=f"C{number}", starts_on=first, ends_on=first + timedelta(days=length))
    for number, first, length in (
        (1, date(2025, 3, 1), 19), (2, date(2025, 3, 20), 10), (3, date(2025, 3, 21), 0), (4, date(2025, 6, 1), 30),
    )
]  # fmt: skip
"""Of one institution; the second meets the first on one day, and has the third inside it."""
BY_ID = {each.id: each for each in CLASSES}
STRANGER = UUID(int=77)
MARCH = (date(2025, 3, 1), date(2025, 3, 20))

people = st.builds(UUID, int=st.integers(101, 112))
local_ids = st.sampled_from([f"T{number}" for number in range(1, 13)])
classes = st.sampled_from(CLASSES)
seats_left = st.fixed_dictionaries({each.id: st.integers(0, 6) for each in CLASSES})


@st.composite
def rosters(draw: st.DrawFn) -> list[Entry]:
    drawn = draw(st.lists(st.tuples(local_ids, people, classes), max_size=40))
    return [Entry(row, UUID(int=5000 + row), *each) for row, each in enumerate(drawn)]


@st.composite
def stored(draw: st.DrawFn) -> list[OccupiedDays]:
    """Enrolments, some of another institution: no local_id twice in one, nobody twice in a class, none that meet."""
    found: list[OccupiedDays] = []
    drawn = draw(st.lists(st.tuples(local_ids, people, classes, st.booleans(), st.booleans()), max_size=8))
    for local_id, person, class_, is_own, is_withdrawn in drawn:
        owner = class_.institution_id if is_own else STRANGER
        class_id = class_.id if is_own else UUID(int=class_.id.int + 500)
        until_on = class_.starts_on - timedelta(days=1) if is_withdrawn else class_.ends_on
        each = OccupiedDays(UUID(int=1000 + len(found)), class_id, owner, person, local_id, class_.starts_on, until_on)
        if all(not _in_the_way(each, other) for other in found):
            found.append(each)
    return found


def _in_the_way(one: OccupiedDays, other: OccupiedDays) -> bool:
    return (
        (one.institution_id, one.local_id) == (other.institution_id, other.local_id)
        or (one.class_id, one.person) == (other.class_id, other.person)
        or (one.person == other.person and meet(one.days, other.days))
    )


def decided(
    entries: list[Entry],
    known: list[OccupiedDays],
    seats: Mapping[UUID, int],
    closed: Mapping[UUID, Refusal] | None = None,
) -> list[RowOutcome]:
    return decide(entries, known_of(known, seats, closed)).outcomes


def known_of(
    known: list[OccupiedDays], seats: Mapping[UUID, int], closed: Mapping[UUID, Refusal] | None = None
) -> RosterContext:
    own = [each for each in known if each.institution_id != STRANGER]
    by_local_id = {
        each.local_id: PriorEnrolment(each.enrolment_id, each.class_id, each.person, each.local_id) for each in own
    }
    return RosterContext(by_local_id, known, seats, closed or {})


def accepted(outcomes: list[RowOutcome], entries: list[Entry]) -> list[Entry]:
    rows = {outcome.row for outcome in outcomes if outcome.outcome == "accepted"}
    return [each for each in entries if each.row in rows]


def after(outcomes: list[RowOutcome], entries: list[Entry], known: list[OccupiedDays]) -> list[OccupiedDays]:
    """What is stored once `outcomes` of `entries` were."""
    return known + [
        OccupiedDays(
            each.id, each.class_.id, each.class_.institution_id, each.person, each.local_id, each.class_.starts_on,
            each.class_.ends_on,
        )
        for each in accepted(outcomes, entries)
    ]  # fmt: skip


def left(seats: Mapping[UUID, int], taken: list[Entry]) -> dict[UUID, int]:
    return {class_id: count - sum(each.class_.id == class_id for each in taken) for class_id, count in seats.items()}


@given(rosters(), stored(), seats_left)
def test_every_row_gets_one_outcome_in_order(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    outcomes = decided(entries, known, seats)

    assert [(each.row, each.row_id) for each in outcomes] == [(each.row, each.local_id) for each in entries]
    assert all((each.id is None) == (each.outcome == "refused") == (each.refusal is not None) for each in outcomes)


@given(rosters(), stored(), seats_left)
def test_never_more_are_accepted_than_seats_are_left(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    outcomes = decided(entries, known, seats)

    assert all(count >= 0 for count in left(seats, accepted(outcomes, entries)).values())


@given(rosters(), stored(), seats_left)
def test_nobody_is_seated_twice_and_no_local_id_used_twice(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    everybody = after(decided(entries, known, seats), entries, known)

    places = [(each.class_id, each.person) for each in everybody]
    own_ids = [each.local_id for each in everybody if each.institution_id != STRANGER]
    assert len(set(places)) == len(places)
    assert len(set(own_ids)) == len(own_ids)


@given(rosters(), stored(), seats_left)
def test_nobody_is_ever_in_two_classes_on_one_day(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    everybody = after(decided(entries, known, seats), entries, known)

    days = [
        (each.person, each.from_on + timedelta(days=day))
        for each in everybody
        for day in range((each.until_on - each.from_on).days + 1)
    ]
    assert len(set(days)) == len(days)


@given(rosters(), stored(), seats_left)
def test_whoever_is_refused_for_an_overlap_has_one(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    outcomes = decided(entries, known, seats)

    everybody = after(outcomes, entries, known)
    for entry, outcome in zip(entries, outcomes, strict=True):
        if any(isinstance(refusal, OverlappingClass) for refusal in outcome.refusals):
            spans = [(each.from_on, each.until_on) for each in everybody if each.person == entry.person]
            assert any(overlaps(span, (entry.class_.starts_on, entry.class_.ends_on)) for span in spans)


@given(rosters(), stored(), seats_left)
def test_the_same_roster_again_repeats_and_seats_nobody_new(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    first = decided(entries, known, seats)

    again = decided(entries, after(first, entries, known), left(seats, accepted(first, entries)))

    for one, other in zip(first, again, strict=True):
        if one.outcome == "refused":
            assert other.outcome == "refused"
        else:
            assert (other.outcome, other.id) == ("repeated", one.id)


@given(rosters(), stored(), seats_left)
def test_a_roster_in_two_parts_is_decided_as_in_one(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    head, tail = entries[: len(entries) // 2], entries[len(entries) // 2 :]
    first = decided(head, known, seats)
    second = decided(tail, after(first, head, known), left(seats, accepted(first, head)))

    whole = decided(entries, known, seats)

    assert [(each.outcome, each.id) for each in whole] == [(each.outcome, each.id) for each in [*first, *second]]


@given(rosters(), stored())
def test_with_seats_for_all_only_what_is_taken_is_refused(entries: list[Entry], known: list[OccupiedDays]) -> None:
    for outcome in decided(entries, known, {each.id: len(entries) for each in CLASSES}):
        assert all(isinstance(each, LocalIdTaken | AlreadyEnrolled | OverlappingClass) for each in outcome.refusals)


@given(rosters(), stored(), seats_left)
def test_a_class_that_takes_nobody_still_knows_who_is_in_it(
    entries: list[Entry], known: list[OccupiedDays], seats: dict[UUID, int]
) -> None:
    closed = dict.fromkeys(BY_ID, RosterClosed(state="completed"))

    for outcome in decided(entries, known, seats, closed):
        assert outcome.outcome == "repeated" or isinstance(outcome.refusal, RosterClosed)


def test_a_row_with_a_fault_is_refused_for_it_and_takes_no_seat() -> None:
    faulty = Entry(0, UUID(int=1), "T1", UUID(int=101), CLASSES[0], [PlaceholderName()])
    sound = Entry(1, UUID(int=2), "T1", UUID(int=101), CLASSES[0])

    outcomes = decided([faulty, sound], [], {CLASSES[0].id: 1})

    assert [each.outcome for each in outcomes] == ["refused", "accepted"]


def test_of_a_class_of_another_institution_nothing_is_told_but_the_days() -> None:
    elsewhere = OccupiedDays(
        UUID(int=9), UUID(int=8), STRANGER, UUID(int=101), "X1", date(2025, 3, 20), date(2025, 4, 2)
    )  # fmt: skip
    own = elsewhere._replace(institution_id=CLASSES[0].institution_id)
    entry = Entry(0, UUID(int=1), "T1", UUID(int=101), CLASSES[0])

    told = [decided([entry], [each], {CLASSES[0].id: 1})[0].refusal for each in (elsewhere, own)]

    days = {"first_on": "2025-03-20", "last_on": "2025-04-02"}
    assert [each and each.facts for each in told] == [days, days | {"local_id": "X1"}]
    assert {each and each.check for each in told} == {"C04"}


def told(entry: Entry, known: list[OccupiedDays], **changes: Any) -> list[str]:
    """The slugs of everything that a refused `entry` is told."""
    (outcome,) = decided([entry], known, {CLASSES[0].id: 1}, **changes)
    return [refusal.slug for refusal in outcome.refusals]


def test_everything_that_speaks_against_a_row_is_told_at_once() -> None:
    person, class_ = UUID(int=101), CLASSES[0]
    entry = Entry(0, UUID(int=1), "T1", person, class_, [PlaceholderName(), PlaceholderPhone()])
    known = [
        OccupiedDays(UUID(int=8), UUID(int=501), class_.institution_id, UUID(int=102), "T1", *MARCH),
        OccupiedDays(UUID(int=9), UUID(int=502), STRANGER, person, "X1", date(2025, 2, 1), date(2025, 3, 1)),
        OccupiedDays(UUID(int=10), UUID(int=503), STRANGER, person, "X2", date(2025, 3, 2), date(2025, 3, 9)),
    ]

    assert told(entry, known, closed={class_.id: RosterClosed(state="completed")}) == [
        "roster-closed", "placeholder-name", "placeholder-phone", "local-id-taken", "overlapping-class",
        "overlapping-class",
    ]  # fmt: skip


def test_that_a_class_is_full_is_told_if_nothing_else_speaks_against_a_row() -> None:
    sound = Entry(0, UUID(int=1), "T1", UUID(int=101), CLASSES[0])
    full = {CLASSES[0].id: 0}

    outcomes = [decided([each], [], full)[0] for each in (sound, sound._replace(faults=[PlaceholderName()]))]

    assert [[each.slug for each in outcome.refusals] for outcome in outcomes] == [["class-full"], ["placeholder-name"]]


@given(rosters(), stored())
def test_who_does_all_that_was_told_is_accepted(entries: list[Entry], known: list[OccupiedDays]) -> None:
    for entry in entries:
        (outcome,) = decided([entry], known, {entry.class_.id: 1})
        mended, in_the_way = entry, known
        for refusal in outcome.refusals:
            if isinstance(refusal, LocalIdTaken):
                mended = mended._replace(local_id="new")
            else:
                assert isinstance(refusal, AlreadyEnrolled | OverlappingClass)
                in_the_way = [each for each in in_the_way if not _is_told_by(refusal, each, entry)]

        (again,) = decided([mended], in_the_way, {entry.class_.id: 1})

        assert again.outcome == ("repeated" if outcome.outcome == "repeated" else "accepted")


def _is_told_by(refusal: Refusal, taken: OccupiedDays, entry: Entry) -> bool:
    """Whether `taken` is what `refusal` of `entry` names."""
    if taken.person != entry.person:
        return False
    if isinstance(refusal, AlreadyEnrolled):
        return taken.class_id == entry.class_.id
    return (f"{taken.from_on}", f"{taken.until_on}") == (refusal.facts["first_on"], refusal.facts["last_on"])


def test_a_full_class_says_how_many_seats_it_has() -> None:
    (outcome,) = decided([Entry(0, UUID(int=1), "T1", UUID(int=101), CLASSES[0])], [], {CLASSES[0].id: 0})

    assert isinstance(outcome.refusal, ClassFull)
    assert (outcome.refusal.facts, outcome.refusal.check) == ({"seats": 40}, "C18")
