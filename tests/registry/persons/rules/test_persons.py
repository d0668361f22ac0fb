"""Merges of persons, and what is left after they are undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules import interruptions
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.interruptions import TransferTarget
from services.registry.persons.rules import merges as persons
from services.registry.persons.rules.merges import (
    Merge,
    MergeChains,
    MergeContext,
    MergeOverlaps,
    MergeStatus,
    OnePersonAlready,
)
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import NOON, enrolment, training_class

GONE, INTO, THIRD = UUID(int=101), UUID(int=102), UUID(int=103)
CLASSES = {UUID(int=number): training_class(id=UUID(int=number)) for number in range(1, 60)}
DAY = date(2025, 3, 1)


def merge(**changes: Any) -> Merge:
    usual: dict[str, Any] = {
        "id": UUID(int=500), "person": GONE, "into_person": INTO, "region": "410102", "reporting_region": "410100",
        "reason": "同一人", "merged_by": "officer", "merged_at": NOON,
    }  # fmt: skip
    return Merge(**usual | changes)


def known(enrolments: Sequence[Enrolment], version: int = 0, **earlier: Any) -> MergeContext:
    return MergeContext(enrolments, CLASSES, version, **({"earlier": {}} | earlier))


def in_a_row(owners: Sequence[tuple[UUID, EnrolmentStatus]]) -> list[Enrolment]:
    """One enrolment for each, in classes that follow each other."""
    return [
        enrolment(
            id=UUID(int=1000 + place), class_id=UUID(int=1 + place), person=person, status=status,
            version=1 + place % 3, from_on=DAY + timedelta(days=10 * place),
            until_on=DAY + timedelta(days=10 * place + 9),
        )
        for place, (person, status) in enumerate(owners)
    ]  # fmt: skip


def apart(each: Enrolment) -> Enrolment:
    return replace(each, version=0)


def came_since(shown: UUID, place: int) -> Enrolment:
    """Of a roster that showed one of the two papers while the merge stood."""
    came_as = GONE if shown == GONE else None
    return enrolment(id=UUID(int=3000 + place), class_id=UUID(int=30), person=INTO, came_as=came_as)


def transferred(each: Enrolment, place: int) -> Enrolment:
    at_new_place = TransferTarget(
        training_class(id=UUID(int=31), ends_on=date(2025, 12, 31)), UUID(int=2000 + place), "N1"
    )
    in_training = replace(each, status=EnrolmentStatus.IN_TRAINING, from_on=DAY)
    return interruptions.transfer(in_training, CLASSES[UUID(int=1)], at_new_place, at=NOON).entered


OWNERS = st.lists(st.tuples(st.sampled_from([GONE, INTO]), st.sampled_from(list(EnrolmentStatus))), max_size=12)


class TestMergeAndUndo:
    @given(OWNERS)
    def test_all_is_the_intos_while_it_stands_and_as_before_after_it(
        self, owners: list[tuple[UUID, EnrolmentStatus]]
    ) -> None:
        before = in_a_row(owners)

        merged, fact, steps = persons.merge(merge(), known(before), standing=())
        moved = {each.id: each for each, _ in steps}
        between = [moved.get(each.id, each) for each in before]
        undone, separated, steps_back = persons.undo(merged, known(between, 1), by="officer", reason="", at=NOON)
        back = {each.id: each for each, _ in steps_back}
        after = [back.get(each.id, each) for each in between]

        assert {each.person for each in between} <= {INTO}
        assert [(each.version, told.version, told.person) for each, told in steps] == [
            (each.version + 1, each.version + 1, INTO) for each in before if each.person == GONE
        ]
        assert [apart(each) for each in after] == [apart(each) for each in before]
        assert (fact.subject, fact.version, separated.subject, separated.version) == (
            f"persons/{GONE}", 1, f"persons/{GONE}", 2,
        )  # fmt: skip
        assert (merged.status, undone.status) == (MergeStatus.STANDING, MergeStatus.UNDONE)

    @given(OWNERS, st.lists(st.tuples(st.sampled_from([GONE, INTO]), st.booleans()), max_size=8))
    def test_each_enrolment_returns_to_the_paper_that_it_or_what_it_goes_on_from_came_with(
        self, owners: list[tuple[UUID, EnrolmentStatus]], since: list[tuple[UUID, bool]]
    ) -> None:
        before = in_a_row(owners)
        paper = {each.id: each.person for each in before}
        merged, _, steps = persons.merge(merge(), known(before), standing=())
        moved = {each.id: each for each, _ in steps}
        between = [moved.get(each.id, each) for each in before]
        for place, (shown, is_transfer) in enumerate(since):
            if is_transfer and between:
                new = transferred(between[place % len(between)], place)
                paper[new.id] = paper[between[place % len(between)].id]
            else:
                new = came_since(shown, place)
                paper[new.id] = shown
            between.append(new)

        _, _, steps_back = persons.undo(merged, known(between, 1), by="officer", reason="", at=NOON)
        back = {each.id: each for each, _ in steps_back}
        after = [back.get(each.id, each) for each in between]

        assert {each.id: each.person for each in after} == paper
        assert {each.came_as for each in after} <= {None}

    def test_is_undone_once(self) -> None:
        undone, _, _ = persons.undo(merge(), known([], 1), by="officer", reason="", at=NOON)

        with pytest.raises(IllegalMove):
            persons.undo(undone, known([], 2), by="officer", reason="", at=NOON)


class TestRefusals:
    def test_one_person_is_not_merged_with_themselves(self) -> None:
        with pytest.raises(OnePersonAlready):
            persons.merge(merge(into_person=GONE), known([]), standing=())

    @pytest.mark.parametrize(
        "standing",
        [
            {"person": GONE, "into_person": THIRD},
            {"person": INTO, "into_person": THIRD},
            {"person": THIRD, "into_person": GONE},
        ],
    )
    def test_merges_make_no_chain(self, standing: dict[str, UUID]) -> None:
        with pytest.raises(MergeChains) as refused:
            persons.merge(merge(), known([]), standing=[merge(id=UUID(int=501), **standing)])
        assert refused.value.facts == {"merge": str(UUID(int=501))}

    def test_several_are_merged_into_one(self) -> None:
        persons.merge(merge(), known([]), standing=[merge(id=UUID(int=501), person=THIRD)])

    def test_who_were_in_two_classes_on_one_day_are_counted_and_refused(self) -> None:
        one, other, free = in_a_row([(person, EnrolmentStatus.COMPLETED) for person in (GONE, INTO, INTO)])
        overlapping = replace(other, from_on=one.until_on)

        with pytest.raises(MergeOverlaps) as refused:
            persons.merge(merge(), known([one, overlapping, free]), standing=())

        assert (refused.value.check, refused.value.facts) == ("C04", {"overlaps": 1})

    def test_days_before_a_resumption_count_as_well(self) -> None:
        one, other = in_a_row([(person, EnrolmentStatus.IN_TRAINING) for person in (GONE, INTO)])
        earlier = {other.id: [(one.from_on - timedelta(days=5), one.from_on)]}

        with pytest.raises(MergeOverlaps):
            persons.merge(merge(), known([one, other], earlier=earlier), standing=())

    @pytest.mark.parametrize("given_up", [EnrolmentStatus.WITHDRAWN, EnrolmentStatus.TRANSFERRED])
    def test_two_seats_in_one_class_are_refused_unless_one_was_given_up(self, given_up: EnrolmentStatus) -> None:
        one, other = in_a_row([(person, EnrolmentStatus.DEFERRED) for person in (GONE, INTO)])
        same_class = replace(other, class_id=one.class_id)

        with pytest.raises(MergeOverlaps):
            persons.merge(merge(), known([one, same_class]), standing=())
        persons.merge(merge(), known([one, replace(same_class, status=given_up)]), standing=())
