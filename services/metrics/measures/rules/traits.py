"""The small dimensions of what is counted: few values each, stored as numbers.

Group, source of funds and kind of subsidy are in the fact and are packed into one number. The kind of an organisation
is told by itself, possibly later, and has a number of its own. What nobody says is 0, and is shown as not said, never
as "no".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind

NO_FUND: Final = "none"
"""The class is paid for by nobody's subsidy."""


class Group(StrEnum):
    """Whether the trainee was in a priority group."""

    PRIORITY = "priority"
    OTHER = "other"


class OrganisationKind(StrEnum):
    """What kind of institution trained, or what kind of body assessed."""

    TRAINING_SCHOOL = "training_school"
    TECHNICAL_SCHOOL = "technical_school"
    COLLEGE = "college"
    ENTERPRISE = "enterprise"
    PUBLIC_BASE = "public_base"
    EMPLOYER = "employer"
    SOCIAL = "social"
    OTHER = "other"
    """A kind that was told and that this code does not know."""


@dataclass(frozen=True)
class Trait:
    """A dimension in the `bits` of a number from `shift` on: 0 if not said, else the place of its code, from 1.

    Places are stored, so codes are only ever added at the end.
    """

    codes: Sequence[str]
    shift: int
    bits: int

    @property
    def mask(self) -> int:
        return (1 << self.bits) - 1

    def packed(self, code: str) -> int:
        """The bits for `code`. Raises ValueError for an unknown one."""
        return (self.codes.index(code) + 1) << self.shift

    def of(self, traits: int) -> str | None:
        """The code in `traits`; None if not said."""
        place = traits >> self.shift & self.mask
        return self.codes[place - 1] if place else None


FUND: Final = Trait((NO_FUND, *FundSource), shift=0, bits=3)
GROUP: Final = Trait(tuple(Group), shift=3, bits=2)
SUBSIDY_KIND: Final = Trait(tuple(SubsidyKind), shift=5, bits=3)
"""What a subsidy is for; of money alone. Claims from before it was told have none, and were all for trainings."""

KINDS: Final = tuple(OrganisationKind)
"""Their numbers are their places from 1 on; 0 is a kind that was not told."""


def is_subsidised(traits: int) -> bool | None:
    """Whether the class has a source of funds; None if not said."""
    fund = FUND.of(traits)
    return None if fund is None else fund != NO_FUND


def kind_of(told: str) -> int:
    """The number of the kind of an organisation as its owner told it. Stored, like the places of codes."""
    return KINDS.index(OrganisationKind(told) if told in KINDS else OrganisationKind.OTHER) + 1
