"""Phones that many trainees gave: counted by people, in one class, over classes of the same days, and elsewhere."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registry.flags.rules.kinds import FlagKind
from services.registry.rosters.rules.phones import PhoneOwner, PhoneUse, shared, spread
from tests.registry.builders import policy, training_class

MARK = UUID(int=7)
CLASSES = {
    class_.id: class_
    for class_ in (
        training_class(id=UUID(int=number), starts_on=first, ends_on=first + timedelta(days=days))
        for number, first, days in (
            (1, date(2025, 3, 1), 19), (2, date(2025, 3, 20), 10), (3, date(2025, 3, 21), 5), (4, date(2025, 6, 1), 9),
        )
    )
}  # fmt: skip
"""The second meets the first on one day, and has the third inside it."""
POLICIES = dict.fromkeys(CLASSES, policy(date(2025, 3, 1), attendance_trainees_per_phone_max=2))


def use(person: int, class_: int, mark: UUID = MARK) -> PhoneUse:
    about = CLASSES[UUID(int=class_)]
    return PhoneUse(mark, UUID(int=person), about.id, about.starts_on, about.ends_on)


def kinds(given_: list[PhoneUse], before: list[PhoneUse] | None = None) -> dict[int, FlagKind]:
    """The kind of flag by class."""
    return {class_id.int: seen.kind for (class_id, _), seen in shared(given_, before or [], CLASSES, POLICIES).items()}


def test_a_phone_of_more_trainees_than_allowed_is_seen_in_the_class() -> None:
    assert kinds([use(1, 1), use(2, 1)]) == {}
    assert kinds([use(1, 1), use(2, 1), use(3, 1)]) == {1: FlagKind.ONE_PHONE_MANY_TRAINEES}
    assert kinds([use(3, 1)], [use(1, 1), use(2, 1)]) == {1: FlagKind.ONE_PHONE_MANY_TRAINEES}


def test_a_phone_of_few_trainees_in_each_of_many_classes_of_the_same_days_is_seen() -> None:
    assert kinds([use(3, 2)], [use(1, 1), use(2, 1)]) == {2: FlagKind.ONE_PHONE_MANY_CLASSES}
    assert kinds([use(1, 1), use(2, 2), use(3, 3)]) == {2: FlagKind.ONE_PHONE_MANY_CLASSES}


def test_classes_that_follow_each_other_may_share_a_phone() -> None:
    assert kinds([use(3, 4)], [use(1, 1), use(2, 1)]) == {}


def test_what_was_seen_is_one_thing_however_often_and_tells_no_number() -> None:
    found = shared([use(1, 1), use(2, 1), use(3, 1)], [], CLASSES, POLICIES)

    (seen,) = found.values()
    assert (seen.check, seen.seen) == ("C16", f"{UUID(int=1)}/{MARK}")
    assert seen.facts == {"trainees": 3, "trainees_max": 2}


uses = st.builds(use, st.integers(1, 6), st.integers(1, 4), st.sampled_from([MARK, UUID(int=8)]))


@given(st.lists(uses, max_size=12), st.lists(uses, max_size=12))
def test_nobody_counts_twice(now: list[PhoneUse], before: list[PhoneUse]) -> None:
    assert shared(now, before, CLASSES, POLICIES) == shared(now, [*before, *before, *now], CLASSES, POLICIES)


@given(st.lists(uses, max_size=12), st.lists(uses, max_size=12))
def test_at_most_as_many_people_as_allowed_are_never_seen(now: list[PhoneUse], before: list[PhoneUse]) -> None:
    for (_, mark), seen in shared(now, before, CLASSES, POLICIES).items():
        assert len({each.person for each in (*now, *before) if each.mark == mark}) >= seen.facts["trainees"] > 2


HERE = CLASSES[UUID(int=1)].institution_id
owners = st.builds(
    lambda person, institution: PhoneOwner(MARK, UUID(int=person), UUID(int=institution)),
    st.integers(1, 6),
    st.integers(50, 52),
)


def elsewhere(person: int, institution: int = 50) -> PhoneOwner:
    return PhoneOwner(MARK, UUID(int=person), UUID(int=institution))


def spreads(given_: list[PhoneUse], known: list[PhoneOwner]) -> dict[int, dict[str, object]]:
    """What was seen of a phone across institutions, by class."""
    found = list(spread(given_, known, CLASSES, POLICIES))
    assert all(each.kind is FlagKind.ONE_PHONE_MANY_INSTITUTIONS for each in found)
    return {each.class_id.int: dict(each.facts) for each in found if each.class_id is not None}


def test_a_phone_of_many_people_at_several_institutions_is_seen_in_the_class_that_comes_last() -> None:
    three = {"trainees": 3, "trainees_max": 2, "institutions": 3}

    assert spreads([use(1, 1)], [elsewhere(2)]) == {}
    assert spreads([use(1, 1)], [elsewhere(2), elsewhere(3, 51)]) == {1: three}
    assert spreads([use(1, 1)], [elsewhere(2), PhoneOwner(MARK, UUID(int=3), HERE)]) == {1: three | {"institutions": 2}}


def test_many_people_of_one_institution_or_one_person_of_many_are_not_seen_across_institutions() -> None:
    own = [PhoneOwner(MARK, UUID(int=number), HERE) for number in range(2, 9)]

    assert spreads([use(1, 1)], own) == {}
    assert spreads([use(1, 1)], [elsewhere(1, number) for number in range(50, 60)]) == {}
    # Whoever was at another institution as well, with others of this one, has a phone that is shared here.
    assert spreads([use(1, 1)], [*own, elsewhere(1)]) == {}


@given(st.lists(uses, max_size=6), st.lists(owners, max_size=6))
def test_across_institutions_nobody_counts_twice_either(now: list[PhoneUse], known: list[PhoneOwner]) -> None:
    again = [PhoneOwner(each.mark, each.person, HERE) for each in now]

    assert spreads(now, known) == spreads([*now, *now], [*known, *known, *again])
    for seen in spreads(now, known).values():
        assert {each.institution_id for each in known} - {HERE}
        assert isinstance(seen["trainees"], int)
        assert seen["trainees"] > 2
