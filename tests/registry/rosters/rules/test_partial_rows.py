"""A row whose form is wrong in some fields: what is wrong with the others is told in the same round."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rosters.usecases.forms import FiledRowRequest, RosterRowRequest, read_rows
from services.registry.rosters.usecases.people import recognise
from shared.kernel.outcomes import refused
from shared.kernel.person_key import PersonKeys
from shared.persons import Persons
from shared.rows import Posted, errors_of
from shared.sealed import Seal
from tests.registry.rosters.rules.test_roster_faults import CHECKS, CLASS, FLAWS, GROUP
from tests.registry.school import trainee

PERSONS = Persons(PersonKeys(b"s" * 32), Seal(current="1", keys={"1": b"k" * 32}))
GOOD: Final[dict[str, Any]] = trainee(1, **{"class": CLASS.local_id}, groups=[GROUP])

OF_FORM: Final[dict[str, dict[str, Any]]] = {
    "/local_id": {"local_id": "a b"},
    "/class": {"class": ""},
    "/document_kind": {"document_kind": "passport"},
    "/document_number": {"document_number": 7},
    "/birth_date": {"birth_date": "2025-02-30"},
    "/name": {"name": " "},
    "/phone": {"phone": "1391234567"},
    "/programme": {"programme": ["S02"]},
    "/tags/0": {"tags": [7, "S06"]},
    "/employment": {"employment": "idle"},
    "/groups": {"groups": "veteran"},
    "/groups/0": {"groups": [7]},
    "/groups/0/group": {"groups": [GROUP | {"group": "rich"}]},
    "/groups/0/dated_on": {"groups": [{key: GROUP[key] for key in ("group", "evidence")}]},
    "/draws_pension": {"draws_pension": "no"},
    "/consent": {"consent": "2025-01-02"},
    "/consent/on": {"consent": {"on": "yesterday", "version": "1"}},
    "/consent/version": {"consent": {"on": "2025-01-02", "version": 7}},
    "/nick~1name": {"nick/name": {"7": []}},
}
"""What is wrong with the form of a row, by where the answer points."""
BY_RULE: Final = {
    "identity-wrong-check-digit": {"document_number": "410102199003070010"},
    "birth-date-differs": {"birth_date": "1990-01-02"},
    "roster-class-unknown": {"class": "unknown"},
    **{slug: flaw for slug, flaw in FLAWS.items() if slug != "trainee-incomplete"},
}


def told(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Each code with its pointer."""
    rows, unreadable = read_rows(FiledRowRequest, Posted([(0, deepcopy(row))], ()))
    assert unreadable == []
    recognised, outcomes = recognise(rows, [CLASS], CHECKS, persons=PERSONS)
    outcomes += [refused(0, "T1", each.entry.faults) for each in recognised if each.entry.faults]
    return [(str(error["code"]), str(error.get("pointer"))) for outcome in outcomes for error in errors_of(outcome)]


def fields_of(flaw: dict[str, Any]) -> set[str]:
    # The checks of a number, and of an age, are those of a kind of document as well.
    return set(flaw) | ({"document_number"} if "document_kind" in flaw else set())


@given(st.sets(st.sampled_from(sorted(OF_FORM))), st.sets(st.sampled_from(sorted(BY_RULE))))
def test_faults_of_form_and_of_rules_in_different_fields_are_told_in_one_round(form: set[str], rules: set[str]) -> None:
    row, taken = dict(GOOD), set[str]()
    pointers, slugs = set[str](), set[str]()
    for name, flaw, found in [
        *((each, OF_FORM[each], pointers) for each in sorted(form)),
        *((each, BY_RULE[each], slugs) for each in sorted(rules)),
    ]:
        if taken.isdisjoint(fields_of(flaw)):
            row |= flaw
            taken |= fields_of(flaw)
            found.add(name)
    is_shown = "document_number" not in taken or "age-out-of-range" in slugs
    if not is_shown:
        slugs.discard("birth-date-differs")
    if taken & {"class", "draws_pension"}:
        # How old somebody may be depends on both.
        slugs.discard("age-out-of-range")

    faults = told(row)

    assert {pointer for _, pointer in faults} >= pointers
    assert {code for code, pointer in faults if pointer not in pointers} == slugs
    assert len({pointer for _, pointer in faults}) == len(faults)


@pytest.mark.parametrize("pointer", sorted(OF_FORM))
def test_a_field_that_cannot_be_read_is_told_once_and_nothing_that_depends_on_it(pointer: str) -> None:
    assert [where for _, where in told(GOOD | OF_FORM[pointer])] == [pointer]


def test_what_is_wrong_beside_a_field_of_a_group_or_a_consent_is_told() -> None:
    groups = [GROUP | {"evidence": "N/A", "dated_on": "soon"}, GROUP | {"group": "rich", "dated_on": "2199-01-01"}]
    consent = {"on": "2199-01-01", "version": 7}

    assert told(GOOD | {"groups": groups, "consent": consent})[3:] == [
        ("placeholder-evidence", "/groups/0/evidence"),
        ("paper-dated-ahead", "/groups/1/dated_on"),
        ("paper-dated-ahead", "/consent/on"),
    ]


def test_somebody_too_old_is_not_told_so_while_nobody_knows_whether_they_draw_a_pension() -> None:
    old = GOOD | FLAWS["age-out-of-range"]

    assert told(old | {"draws_pension": "no"}) == [("bool-type", "/draws_pension")]
    assert [code for code, _ in told(old | {"draws_pension": True})] == ["age-out-of-range"]


def test_a_class_in_a_row_for_one_class_is_a_field_that_nobody_knows_and_hides_nothing() -> None:
    (row,), _ = read_rows(RosterRowRequest, Posted([(0, GOOD | {"name": "同上"})], ()))

    assert (row.unread, row.name, row.class_local_id) == (frozenset({"/class"}), "同上", None)


@pytest.mark.parametrize("content", [None, 7, [], "row"])
def test_what_is_no_row_at_all_is_refused_for_that(content: object) -> None:
    rows, (outcome,) = read_rows(FiledRowRequest, Posted([(3, content)], ()))

    assert (rows, outcome.row, len(errors_of(outcome))) == ([], 3, 1)


def test_a_row_that_could_be_read_in_part_stands_where_it_stood() -> None:
    contents = [GOOD, GOOD | OF_FORM["/phone"], GOOD]

    rows, _ = read_rows(FiledRowRequest, Posted(list(enumerate(deepcopy(contents))), ()))

    assert [(row.row, len(row.flaws)) for row in rows] == [(0, 0), (1, 1), (2, 0)]
