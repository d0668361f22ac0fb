"""docs/checks.md says which function decides; those that decide about exams are pure rules."""

from __future__ import annotations

import pytest

from deploy.docs.checks import ABOUT, places
from deploy.docs.deciders import deciders
from services.subsidy.external_lists.rules import CHECKS as LISTS
from services.subsidy.holds.rules import ListKind

OF_EXAMS = ("C03", "C04", "C06", "C12", "C19", "C23")


Decided = dict[tuple[str, str, str], list[str]]


@pytest.fixture(scope="module")
def decided() -> Decided:
    """The functions that decide, by check, service and name."""
    found = [(code, place) for code, of_check in places().items() for place in of_check]
    by_id = deciders(place.made for _, place in found)
    return {(code, place.service, place.name): by_id.get(id(place.made), []) for code, place in found}


def test_every_check_of_the_domain_rules_is_implemented() -> None:
    assert ABOUT.keys() - places().keys() == set()


def test_every_list_that_holds_is_a_place_of_its_check() -> None:
    found = {(place.name, code) for code, of_check in places().items() for place in of_check
             if place.kind == "list that holds"}  # fmt: skip

    assert found == {(kind.value, LISTS[kind]) for kind in set(ListKind) - {ListKind.INSURED}}


def test_every_place_of_a_check_is_decided_by_some_function(decided: Decided) -> None:
    assert [place for place, functions in decided.items() if not functions] == []


@pytest.mark.parametrize("check", OF_EXAMS)
def test_a_check_of_exams_is_decided_by_rules_alone(decided: Decided, check: str) -> None:
    of_exams = {name: functions for (code, service, name), functions in decided.items() if code == check
                and service == "assessment"}  # fmt: skip

    assert of_exams
    assert [each for functions in of_exams.values() for each in functions if ".rules." not in each] == []


def test_what_is_only_caught_decides_nothing(decided: Decided) -> None:
    assert decided["C12", "assessment", "presented-certificate-differs"] == [
        "services.assessment.exams.rules.eligibility.require_consistent",
        "services.assessment.exams.rules.eligibility.require_genuine",
    ]
    assert decided["C12", "subsidy", "no_certificate"] == ["services.subsidy.claims.rules.checks.refuses"]
