"""What the rules of a request go by: the plan, the policy, the calendar and the catalogue of projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, NamedTuple

from services.registry.plan.rules.policy import Policy, PolicyRow, policy_of, working_days
from services.registry.plan.rules.projects import Project, catalogue_of, holding
from shared.dated_rules.figures import PolicyUnset, nearest
from shared.dated_rules.rules import DatedRow, Grounds, ground, known
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.kernel.working_days import WorkingDays
from shared.plan import Plan

_POLICIES_MAX: Final = 2_000
"""Policies kept at once, each of some forty figures: about 4 MB."""


class _Held(NamedTuple):
    policy: Policy
    rows: Mapping[str, PolicyRow]


@dataclass(frozen=True)
class Rulebook:
    """One state of everything that the province decides for all. Requests share it, so what it says never changes.

    `policy_rows` and `terms` are all that were ever entered; proposals among them decide nothing.
    """

    plan: Plan
    policy_rows: Sequence[PolicyRow]
    terms: Sequence[Project]
    _policies: dict[tuple[date, str], _Held] = field(default_factory=dict, repr=False, compare=False)
    """Those asked for so far, by day and region: finding and parsing the figures takes 0.2 ms each time."""

    @cached_property
    def calendar(self) -> WorkingDays:
        return working_days(self.policy_rows)

    @cached_property
    def catalogue(self) -> Mapping[str, Sequence[Project]]:
        """The terms of each project by its code, each with the days on which it decides, by first day."""
        return catalogue_of(self.terms)

    @cached_property
    def sequence(self) -> int:
        """The number of the last approval that it knows."""
        rows: list[DatedRow] = [*self.policy_rows, *self.terms]
        return max((each.provenance.sequence or 0 for each in rows), default=0)

    def row(self, row_id: str) -> PolicyRow | Project:
        """The row with this id, which is one of the rulebook's."""
        rows: list[PolicyRow | Project] = [*self.policy_rows, *self.terms]
        return next(each for each in rows if each.id == row_id)

    def as_known(self, sequence: int) -> Rulebook:
        """The rulebook as it was after the approval with that number."""
        return Rulebook(self.plan, known(self.policy_rows, sequence=sequence), known(self.terms, sequence=sequence))

    def policy(self, day: date, region: str) -> Policy:
        """What holds on `day` in `region`. Raises PolicyUnset."""
        return self._held(day, region).policy

    def policy_or_fault(self, day: date, region: str) -> Policy | PolicyUnset:
        """What holds on `day` in `region`; or why nothing can be said."""
        try:
            return self.policy(day, region)
        except PolicyUnset as unset:
            return unset

    def grounds(self, day: date, region: str, *names: str, project: str | None = None) -> Grounds:
        """The rows that a decision for `day` in `region` goes by: of the keys in `names`, and of its project.

        A name is a key, or what a group of keys has before the dot. Raises PolicyUnset.
        """
        rows = self._held(day, region).rows
        found = [ground(rows[key], on=day) for key in sorted(rows) if {key, key.split(".")[0]} & set(names)]
        if project is not None:
            found.append(ground(self.project(project, day=day), on=day))
        return Grounds(self.sequence, tuple(found))

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

    def _held(self, day: date, region: str) -> _Held:
        if (day, region) not in self._policies:
            if len(self._policies) >= _POLICIES_MAX:
                self._policies.clear()
            places = self.plan.region_and_above(region, on=day)
            rows = nearest(self.policy_rows, day=day, region_and_above=places)
            figures = {key: row.value for key, row in rows.items()}
            self._policies[day, region] = _Held(policy_of(figures, day=day), rows)
        return self._policies[day, region]
