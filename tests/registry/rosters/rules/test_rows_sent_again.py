"""A row sent again: it is the row of then, or it is refused, whatever is stored by now."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.registry.classes.rules.classes import RosterClosed
from services.registry.enrolments.rules.trainees import NameDiffers
from services.registry.particulars.rules import PlaceholderPhone
from services.registry.rosters.rules.decisions import Entry, OtherContent, PriorEnrolment, RosterContext, decide
from shared.form_errors import MalformedRow
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Refusal
from tests.registry.builders import training_class

CLASS = training_class()
SEATED = PriorEnrolment(UUID(int=9), CLASS.id, UUID(int=101), "T1", mark=b"then")
ENTRY = Entry(0, UUID(int=1), "T1", UUID(int=101), CLASS, (), b"then")


def again(entry: Entry, before: PriorEnrolment = SEATED, closed: Mapping[UUID, Refusal] | None = None) -> RowOutcome:
    seats = {CLASS.id: 0}
    (outcome,) = decide([entry], RosterContext({"T1": before}, [], seats, closed or {})).outcomes
    return outcome


def test_a_row_sent_again_is_a_repeat_if_it_is_the_row_of_then_whatever_holds_now() -> None:
    faulty = ENTRY._replace(faults=[NameDiffers(), PlaceholderPhone()])
    closed = {CLASS.id: RosterClosed(state="completed")}

    assert [again(each, closed=closed).outcome for each in (ENTRY, faulty)] == ["repeated"] * 2
    assert again(ENTRY).id == SEATED.id


def test_a_row_sent_again_with_other_content_is_refused_and_says_which_enrolment_to_correct() -> None:
    outcome = again(ENTRY._replace(mark=b"now"))

    assert isinstance(outcome.refusal, OtherContent)
    assert outcome.refusal.facts == {"enrolment_id": f"{SEATED.id}"}


def test_a_row_sent_again_with_another_name_is_told_both() -> None:
    outcome = again(ENTRY._replace(mark=b"now", faults=[NameDiffers()]))

    assert [refusal.slug for refusal in outcome.refusals] == ["name-differs", "other-content"]


def test_a_row_of_before_rows_were_marked_is_a_repeat_but_for_another_name() -> None:
    before = SEATED._replace(mark=None)

    assert again(ENTRY, before).outcome == "repeated"
    assert again(ENTRY._replace(faults=[NameDiffers()]), before).outcome == "refused"


def test_a_row_that_could_be_read_in_part_only_is_no_repeat_and_is_compared_with_nothing() -> None:
    partly = ENTRY._replace(faults=[MalformedRow()], is_whole=False)

    for before in (SEATED, SEATED._replace(mark=None), SEATED._replace(mark=b"other")):
        assert [refusal.slug for refusal in again(partly, before).refusals] == ["malformed-row"]


def test_a_row_sent_again_inside_one_roster_is_compared_as_well() -> None:
    entries = [ENTRY, ENTRY, ENTRY._replace(mark=b"now")]

    outcomes = decide(entries, RosterContext({}, [], {CLASS.id: 9}, {})).outcomes

    assert [each.outcome for each in outcomes] == ["accepted", "repeated", "refused"]
