"""What the rules of a request go by: the plan, the policy, the calendar and the catalogue of projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.registry.plan.rules.policy import Policy, PolicyRow, PolicyUnset, policy_on
from services.registry.plan.rules.projects import Project, holding
from services.registry.plan.rules.working_days import WorkingDays
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.plan import Plan

_POLICIES_MAX: Final = 2_000
"""Policies kept at once, each of some forty figures: about 4 MB."""


@dataclass(frozen=True)
class Rulebook:
    """One state of everything that the province decides for all. Requests share it, so what it says never changes.

    `catalogue` has all terms of each project by its code, in the order of their first days.
    """

    plan: Plan
    policy_rows: Sequence[PolicyRow]
    calendar: WorkingDays
    catalogue: Mapping[str, Sequence[Project]]
    _policies: dict[tuple[date, str], Policy] = field(default_factory=dict, repr=False, compare=False)
    """Those asked for so far, by day and region: finding and parsing the figures takes 0.2 ms each time."""

    def policy(self, day: date, region: str) -> Policy:
        """What holds on `day` in `region`. Raises PolicyUnset."""
        if (day, region) not in self._policies:
            if len(self._policies) >= _POLICIES_MAX:
                self._policies.clear()
            places = self.plan.region_and_above(region, on=day)
            self._policies[day, region] = policy_on(self.policy_rows, day=day, region_and_above=places)
        return self._policies[day, region]

    def policy_or_fault(self, day: date, region: str) -> Policy | PolicyUnset:
        """What holds on `day` in `region`; or why nothing can be said."""
        try:
            return self.policy(day, region)
        except PolicyUnset as unset:
            return unset

    def project(self, code: str, *, day: date, pointer: str | None = None) -> Project:
        """The project as it stands on `day`; where it does not then, as it stood last, or else will first.

        Raises NotFound.
        """
        terms = self.catalogue.get(code)
        if not terms:
            raise NotFound(pointer=pointer, what="project", id=code)
        return holding(terms, day=day)

    def listed_projects(self, occupation: str, award: Award, *, day: date) -> list[Project]:
        """The projects for an occupation and an award that are in the catalogue on `day`, by code."""
        found = (holding(terms, day=day) for _, terms in sorted(self.catalogue.items()))
        fitting = (each for each in found if (each.occupation, each.award) == (occupation, award))
        return [each for each in fitting if each.is_listed_on(day)]
