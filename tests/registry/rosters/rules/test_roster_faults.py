"""A row's own faults: all are told at once, and who mends all that was told has a row without any."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.usecases.entry_checks import Checks, EntryStatement
from services.registry.rosters.usecases.forms import RosterRowRequest, roster_row
from services.registry.rosters.usecases.row import RosterRow
from shared.kernel.identity import parse_document
from shared.kernel.refusals import Refusal
from shared.plan import Plan, Programme
from tests.registry.builders import policy, training_class
from tests.registry.school import trainee
from tests.support.people import identity_number

TODAY = date(2026, 3, 1)
CLASS = training_class(starts_on=TODAY, ends_on=date(2026, 3, 20))
PLAN = Plan.of([Programme("S02", None), Programme("S02-1", "S02")], [])
CHECKS = Checks(TODAY, PLAN, {CLASS.id: policy(TODAY)}, {}, {})
GROUP = {"group": "veteran", "evidence": "优待证 1", "dated_on": "2024-12-01"}

FLAWS: Final[dict[str, dict[str, Any]]] = {
    "unknown-programme": {"programme": "S99"},
    "programme-is-a-sum": {"programme": "S02"},
    "placeholder-name": {"name": "同上"},
    "placeholder-phone": {"phone": "13800000000"},
    "age-out-of-range": {"document_number": identity_number(date(1950, 1, 1), 1)},
    "paper-dated-ahead": {"consent": {"on": "2199-01-01"}},
    "paper-dated-too-early": {"groups": [GROUP | {"dated_on": "1900-01-01"}]},
    "placeholder-evidence": {"groups": [GROUP | {"evidence": "N/A"}]},
    "trainee-incomplete": {"employment": None},
}


def faults(row: dict[str, Any], class_: TrainingClass | None = CLASS) -> list[Refusal]:
    read = roster_row(0, RosterRowRequest.model_validate(row))
    stated = read.particulars()
    document = parse_document(stated.document_kind, stated.document_number, today=TODAY)
    return faults_of(read, document.number, class_)


def faults_of(row: RosterRow, number: str | None, class_: TrainingClass | None) -> list[Refusal]:
    stated = EntryStatement(row.document_kind, row.name, row.phone, row.programme, row.at_entry)
    return CHECKS.faults(stated, number=number, class_=class_)


def mended(row: dict[str, Any], fault: Refusal) -> dict[str, Any]:
    """`row` after a clerk has done what `fault` says where it points."""
    assert fault.pointer is not None
    good = trainee(1, programme=None, groups=[GROUP, GROUP])
    field, *way = fault.pointer.strip("/").split("/")
    if not way:
        return row | {field: good[field]}
    row = deepcopy(row)
    place: Any = row[field]
    right: Any = good[field]
    for step in way[:-1]:
        place, right = place[int(step)], right[int(step)]
    place[way[-1]] = right[way[-1]]
    return row


@given(st.sets(st.sampled_from(list(FLAWS))))
def test_all_that_is_wrong_is_told_at_once(wrong: set[str]) -> None:
    row = trainee(1)
    for flaw in wrong:
        row |= FLAWS[flaw]
    # Some flaws are of one field: the last written is what the row has.
    expected = {flaw for flaw in wrong if FLAWS[flaw].items() <= row.items()}

    assert {fault.slug for fault in faults(row)} == expected


@given(st.sets(st.sampled_from(list(FLAWS))))
def test_who_mends_all_that_was_told_has_a_good_row(wrong: set[str]) -> None:
    row = trainee(1)
    for flaw in wrong:
        row |= FLAWS[flaw]

    for fault in faults(row):
        row = mended(row, fault)

    assert faults(row) == []


def test_two_papers_that_are_wrong_are_both_told() -> None:
    papers = [GROUP | {"evidence": "无"}, GROUP | {"evidence": "略", "dated_on": "2199-01-01"}]

    told = [(fault.slug, fault.pointer) for fault in faults(trainee(1, groups=papers))]

    assert told == [
        ("placeholder-evidence", "/groups/0/evidence"), ("placeholder-evidence", "/groups/1/evidence"),
        ("paper-dated-ahead", "/groups/1/dated_on"),
    ]  # fmt: skip


def test_without_a_class_or_a_document_the_rest_is_looked_at() -> None:
    row = trainee(1, name="同上", phone="13800000000", employment=None, consent={"on": "2199-01-01"})
    read = roster_row(0, RosterRowRequest.model_validate(row))

    for number, class_ in ((None, CLASS), (None, None)):
        told = {fault.slug for fault in faults_of(read, number, class_)}
        assert told >= {"placeholder-name", "placeholder-phone", "paper-dated-ahead"}
        assert ("trainee-incomplete" in told) == (class_ is not None)
