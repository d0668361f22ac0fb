"""What a rulebook answers: the policy of a place and a day, and the projects of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given

from services.registry.plan.rules.policy import PolicyRow
from services.registry.plan.rules.projects import Project
from services.registry.plan.rules.rulebook import Rulebook
from shared.dated_rules.figures import PolicyUnset
from shared.kernel.awards import Award
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound
from shared.plan import Plan, Region
from tests.registry.builders import POLICY_ROWS
from tests.registry.directory.rules.directory import project
from tests.registry.plan.rules.test_policy_rows import row
from tests.registry.plan.rules.test_projects import DAYS, histories, on

REGIONS = {
    "410000": Region("410000", None, None, None, None),
    "410100": Region("410100", "410000", "410100", None, None),
    "410102": Region("410102", "410100", "410100", None, None),
}
MARCH = date(2025, 3, 1)
ROWS = POLICY_ROWS


def rulebook(rows: Sequence[PolicyRow] = (), *, terms: Sequence[Project] = ()) -> Rulebook:
    return Rulebook(Plan({}, REGIONS), rows, terms)


class TestPolicy:
    def test_is_that_of_the_nearest_region_above(self) -> None:
        nearer = row(value="7", region="410100", validity=Period(MARCH))
        rules = rulebook([*ROWS, nearer])

        assert [rules.policy(MARCH, region).class_seats_max for region in ("410102", "410000")] == [7, 60]

    def test_is_worked_out_once_for_a_day_and_a_region(self) -> None:
        rules = rulebook(ROWS)

        assert rules.policy(MARCH, "410102") is rules.policy(MARCH, "410102")
        assert rules.policy(MARCH, "410100") is not rules.policy(MARCH, "410102")

    def test_that_is_not_there_is_named_each_time(self) -> None:
        rules = rulebook([each for each in ROWS if each.key != "class.seats_max"])

        for _ in range(2):
            with pytest.raises(PolicyUnset) as refused:
                rules.policy(MARCH, "410102")
            assert refused.value.facts == {"key": "class.seats_max", "day": "2025-03-01"}
        assert isinstance(rules.policy_or_fault(MARCH, "410102"), PolicyUnset)


class TestProjects:
    @given(histories())
    def test_a_project_is_as_it_stands_on_the_day_or_as_it_stood_last_or_will_first(self, terms: list[Project]) -> None:
        rules = rulebook(terms=terms)

        for day in DAYS if terms else []:
            found = rules.project(terms[0].code, day=day)
            standing = on(terms, day)
            if standing is not None:
                assert (found.id, found.is_listed_on(day)) == (standing.id, True)
            else:
                firsts = [each.listed.first for each in terms]
                begun = [first for first in firsts if first <= day]
                assert found.listed.first == (max(begun) if begun else min(firsts))
                assert not found.is_listed_on(day)

    def test_an_unknown_code_is_not_found_where_it_stood(self) -> None:
        with pytest.raises(NotFound) as refused:
            rulebook().project("X", day=MARCH, pointer="/project")

        assert (refused.value.pointer, refused.value.facts) == ("/project", {"what": "project", "id": "X"})

    def test_those_of_an_occupation_and_a_level_are_the_ones_listed_on_the_day(self) -> None:
        february, march = Period(date(2025, 2, 1), date(2025, 2, 28)), Period(MARCH)
        terms = [
            project(code="B"),
            project(code="A", listed=february, award=Award.TECHNICIAN),
            project(code="A", listed=march),
            project(code="C", listed=february),
            project(code="D", occupation="4-10-01-06"),
        ]

        found = rulebook(terms=terms).listed_projects("4-10-01-05", Award.SENIOR_WORKER, day=MARCH)

        assert [each.code for each in found] == ["A", "B"]
