"""What sets the kinds of subsidy apart, as a table; which checks each has to pass stands with the checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.callers import Role


class Basis(StrEnum):
    """What a claim is built from."""

    CLASS = "class"
    """A class that ended: a line for each enrolment."""
    EXAM = "exam"
    """An exam session, or a list of people who are given an award without one: a line for each certificate."""


@dataclass(frozen=True)
class Kind:
    """What sets one kind of subsidy apart."""

    name_zh: str
    built_from: Basis
    paid_to: Role
    """Whose organisation claims for it, and is paid."""
    fund_source: FundSource | None
    """The fund that pays; None: the one that the class was filed with. Source: domain rules §4.4."""
    once_with: frozenset[SubsidyKind]
    """The kinds of which a person has one subsidy for an occupation and award. Source: domain rules §4.3."""
    fills_year: bool
    """Whether it is one of the subsidies that a person can have in a calendar year."""


KINDS: Final[Mapping[SubsidyKind, Kind]] = {
    SubsidyKind.TRAINING: Kind(
        name_zh="职业培训补贴",
        built_from=Basis.CLASS,
        paid_to=Role.INSTITUTION,
        fund_source=None,
        once_with=frozenset({SubsidyKind.TRAINING, SubsidyKind.SKILL_UPGRADE}),
        fills_year=True,
    ),
    SubsidyKind.ASSESSMENT: Kind(
        name_zh="职业技能评价补贴",
        built_from=Basis.EXAM,
        paid_to=Role.ASSESSMENT_BODY,
        fund_source=FundSource.EMPLOYMENT_FUND,
        once_with=frozenset({SubsidyKind.ASSESSMENT}),
        fills_year=False,
    ),
}
"""The kinds that can be claimed for. For the others there are amounts only."""


def kind_from(basis: Basis) -> SubsidyKind:
    """The kind that is claimed for with what was built from `basis`."""
    return next(kind for kind, each in KINDS.items() if each.built_from is basis)
