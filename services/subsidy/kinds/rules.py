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
    """A class: a line for each enrolment."""
    EXAM = "exam"
    """An exam session, or a list of people who are given an award without one: a line for each certificate."""
    CERTIFICATE = "certificate"
    """One certificate, for its holder: one line."""
    INSTALMENT = "instalment"
    """An instalment of a project's grant: one line."""


@dataclass(frozen=True)
class Kind:
    """What sets one kind of subsidy apart."""

    built_from: Basis
    paid_to: Role
    """Whose organisation claims for it, and is paid; a holder claims for themselves."""
    fund_source: FundSource | None
    """The fund that pays; None: the one that the class or project was filed with. Source: domain rules §4.4."""
    once_with: frozenset[SubsidyKind]
    """The kinds of which a person has one subsidy for an occupation and award. Source: domain rules §4.3."""
    a_year_max: str | None = None
    """The limit of how many of this kind a person can have in a calendar year, by its name among the limits."""
    of_ended: bool = True
    """Whether a class has to be completed before it is claimed for; otherwise it has to be running."""
    rates_of: SubsidyKind | None = None
    """The kind whose policy rows set the amount; None: its own."""


_FOR_LEARNING: Final = frozenset(
    {
        SubsidyKind.TRAINING,
        SubsidyKind.SKILL_UPGRADE,
        SubsidyKind.APPRENTICESHIP,
        SubsidyKind.APPRENTICESHIP_ADVANCE,
    }
)
"""The kinds that exclude each other for one occupation and award. Source: domain rules §4.3."""

KINDS: Final[Mapping[SubsidyKind, Kind]] = {
    SubsidyKind.TRAINING: Kind(
        built_from=Basis.CLASS,
        paid_to=Role.INSTITUTION,
        fund_source=None,
        once_with=_FOR_LEARNING,
        a_year_max="claim_trainings_a_year_max",
    ),
    SubsidyKind.ASSESSMENT: Kind(
        built_from=Basis.EXAM,
        paid_to=Role.ASSESSMENT_BODY,
        fund_source=FundSource.EMPLOYMENT_FUND,
        once_with=frozenset({SubsidyKind.ASSESSMENT}),
    ),
    SubsidyKind.SKILL_UPGRADE: Kind(
        built_from=Basis.CERTIFICATE,
        paid_to=Role.HOLDER,
        fund_source=FundSource.UNEMPLOYMENT_INSURANCE,
        once_with=_FOR_LEARNING,
        a_year_max="claim_upgrades_a_year_max",
    ),
    SubsidyKind.LIVING: Kind(
        built_from=Basis.CLASS,
        paid_to=Role.INSTITUTION,
        fund_source=FundSource.EMPLOYMENT_FUND,
        once_with=frozenset({SubsidyKind.LIVING}),
    ),
    SubsidyKind.APPRENTICESHIP_ADVANCE: Kind(
        built_from=Basis.CLASS,
        paid_to=Role.INSTITUTION,
        fund_source=FundSource.EMPLOYMENT_FUND,
        # What was advanced does not exclude what is due at the end, which is less by it.
        once_with=_FOR_LEARNING - {SubsidyKind.APPRENTICESHIP},
        of_ended=False,
        rates_of=SubsidyKind.APPRENTICESHIP,
    ),
    SubsidyKind.APPRENTICESHIP: Kind(
        built_from=Basis.CLASS,
        paid_to=Role.INSTITUTION,
        fund_source=FundSource.EMPLOYMENT_FUND,
        once_with=_FOR_LEARNING - {SubsidyKind.APPRENTICESHIP_ADVANCE},
    ),
    SubsidyKind.PROJECT_GRANT: Kind(
        built_from=Basis.INSTALMENT,
        paid_to=Role.INSTITUTION,
        fund_source=None,
        once_with=frozenset(),
    ),
}
"""The kinds that can be claimed for."""

_FIRST: Final[Mapping[Basis, SubsidyKind]] = {
    Basis.CLASS: SubsidyKind.TRAINING,
    Basis.EXAM: SubsidyKind.ASSESSMENT,
    Basis.CERTIFICATE: SubsidyKind.SKILL_UPGRADE,
    Basis.INSTALMENT: SubsidyKind.PROJECT_GRANT,
}
APPRENTICESHIPS: Final = frozenset({SubsidyKind.APPRENTICESHIP, SubsidyKind.APPRENTICESHIP_ADVANCE})


def kind_from(basis: Basis, asked: SubsidyKind | None = None) -> SubsidyKind | None:
    """The kind that is claimed for with `basis`: the one `asked` for, by default the usual one.

    None if the kind that is asked for is built from something else.
    """
    if asked is None:
        return _FIRST[basis]
    return asked if KINDS[asked].built_from is basis else None


def rates_of(kind: SubsidyKind) -> SubsidyKind:
    """The kind whose policy rows set the amounts of `kind`."""
    return KINDS[kind].rates_of or kind
