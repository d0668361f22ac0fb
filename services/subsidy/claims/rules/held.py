"""A subsidy that a person holds, and which others the person cannot have beside it."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from services.subsidy.kinds.rules import KINDS
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award

RENEWAL_YEARS: Final = 3
"""A special-operations licence is reviewed every three years by law, so a renewal is paid once in as many."""


class HeldSubsidy(NamedTuple):
    """A subsidy committed or paid to a person: a payable line of a claim that was not rejected."""

    occupation: str
    award: Award
    year: int
    """The calendar year in which that training began, or the exam's first certificate was issued."""
    claim_id: UUID | None = None
    """The claim that holds it; this and what follows are None in decisions from before it was kept."""
    institution: str | None = None
    """The name of the claim's institution."""
    status: str | None = None
    until: date | None = None
    """The last day on which a draft or returned claim holds it."""
    paid_on: date | None = None
    kind: SubsidyKind = SubsidyKind.TRAINING

    def bars(self, other: HeldSubsidy) -> bool:
        """Whether the same person cannot have `other` too: the same award is paid once for all kinds that exclude each
        other, a renewal once a cycle.
        """
        if self.kind not in KINDS[other.kind].once_with:
            return False
        if (self.occupation, self.award) != (other.occupation, other.award):
            return False
        return self.award is not Award.SPECIAL_OPERATIONS_RENEWAL or abs(self.year - other.year) < RENEWAL_YEARS

    def is_above(self, other: HeldSubsidy) -> bool:
        """Whether it is for a higher level of the same occupation; an award without a level is never compared."""
        if self.kind is not other.kind:
            return False
        level, below = self.award.level, other.award.level
        return self.occupation == other.occupation and level is not None and below is not None and level > below

    def shares_year(self, other: HeldSubsidy) -> bool:
        """Whether both are among the subsidies of which a person can have some number in one calendar year."""
        return self.kind is other.kind and KINDS[self.kind].a_year_max is not None and self.year == other.year


def own_subsidy(kind: SubsidyKind, occupation: str, award: Award, starts_on: date) -> HeldSubsidy:
    """The subsidy that a payable line holds."""
    return HeldSubsidy(occupation, award, starts_on.year, kind=kind)
