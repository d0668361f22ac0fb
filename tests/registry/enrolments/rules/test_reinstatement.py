"""Withdrawals and transfers taken back by what their history holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules import enrolments, interruptions, reinstatement
from services.registry.enrolments.rules.enrolments import MOVES, Enrolment, EnrolmentVerb
from services.registry.enrolments.rules.history import EnrolmentEvent, event_of
from services.registry.enrolments.rules.interruptions import TransferTarget
from services.registry.enrolments.rules.reinstatement import ClassHasEnded, StateBeforeUnknown, TransferWentOn
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import ELSEWHERE, NOON, RUNNING, TODAY, enrolment

Step = Callable[[Enrolment, date], tuple[Enrolment, EnrolmentState]]


def withdraw(each: Enrolment, on: date) -> tuple[Enrolment, EnrolmentState]:
    return enrolments.withdraw(each, RUNNING, on=on, at=NOON)


def transfer(each: Enrolment, _: date) -> tuple[Enrolment, EnrolmentState]:
    moved = interruptions.transfer(each, RUNNING, TransferTarget(ELSEWHERE, UUID(int=77), "N1"), at=NOON)
    return moved.left, moved.left_fact


LEFT: dict[EnrolmentVerb, Step] = {EnrolmentVerb.WITHDRAW: withdraw, EnrolmentVerb.TRANSFER: transfer}
LEAVABLE = [(status, verb) for status, verbs in MOVES.items() for verb in LEFT if verb in verbs]


def given_up(before: Enrolment, verb: EnrolmentVerb, on: date = TODAY) -> tuple[Enrolment, EnrolmentEvent]:
    after, fact = LEFT[verb](before, on)
    return after, event_of(before, after, fact, by="clerk", reason=None)


@given(st.sampled_from(LEAVABLE), st.integers(0, 9), st.integers(0, 60))
def test_all_is_as_before_but_for_the_version(
    left: tuple[EnrolmentStatus, EnrolmentVerb], days: int, hours: int
) -> None:
    status, verb = left
    before = enrolment(status=status, hours=hours)
    after, event = given_up(before, verb, TODAY - timedelta(days=days))

    back, fact = reinstatement.reinstate(after, RUNNING, reinstatement.former(after, [event]), at=NOON)

    # Who is in training goes on to the last day of the class as it is now.
    expected = (
        before
        if status is not EnrolmentStatus.IN_TRAINING
        else replace(before, effective_on=RUNNING.starts_on, until_on=RUNNING.ends_on)
    )
    assert replace(back, version=0) == replace(expected, version=0)
    assert (back.version, fact.version, fact.status) == (after.version + 1, after.version + 1, status)


@pytest.mark.parametrize("status", [each for each in EnrolmentStatus if MOVES[each]])
def test_what_was_not_given_up_is_not_taken_back(status: EnrolmentStatus) -> None:
    _, event = given_up(enrolment(), EnrolmentVerb.WITHDRAW)
    standing = enrolment(status=status)

    with pytest.raises(IllegalMove):
        reinstatement.reinstate(standing, RUNNING, reinstatement.former(standing, [event]), at=NOON)


def test_a_step_without_its_changes_is_not_guessed() -> None:
    after, event = given_up(enrolment(), EnrolmentVerb.WITHDRAW)

    for events in ([], [event._replace(changed={})]):
        with pytest.raises(StateBeforeUnknown):
            reinstatement.former(after, events)


@pytest.mark.parametrize(
    ("status", "class_status", "refused"),
    [
        (EnrolmentStatus.IN_TRAINING, ClassStatus.COMPLETED, True),
        (EnrolmentStatus.DEFERRED, ClassStatus.COMPLETED, True),
        (EnrolmentStatus.COMPLETED, ClassStatus.COMPLETED, False),
        (EnrolmentStatus.COMPLETED, ClassStatus.CANCELLED, True),
        (EnrolmentStatus.FAILED, ClassStatus.COMPLETED, False),
    ],
)
def test_an_unfinished_training_needs_a_class_that_goes_on(
    status: EnrolmentStatus, class_status: ClassStatus, refused: bool
) -> None:
    after, event = given_up(enrolment(status=status), EnrolmentVerb.WITHDRAW)
    class_, former = replace(RUNNING, status=class_status), reinstatement.former(after, [event])

    if refused:
        with pytest.raises(ClassHasEnded):
            reinstatement.reinstate(after, class_, former, at=NOON)
    else:
        assert reinstatement.reinstate(after, class_, former, at=NOON)[0].status is status


def test_a_transfer_that_went_on_stays() -> None:
    reinstatement.require_not_begun(enrolment(), attended_on=None)

    for successor, attended_on in (
        (enrolment(status=EnrolmentStatus.COMPLETED), None), (enrolment(), TODAY),
    ):  # fmt: skip
        with pytest.raises(TransferWentOn):
            reinstatement.require_not_begun(successor, attended_on=attended_on)
