"""The small dimensions of what is counted: few values each, packed into one number of a cell.

A number, not a column for each: a cell's key stays narrow, and the fold compares and moves it with every fact. What a
fact does not say is 0, and is shown as not said, never as "no".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.contracts.dimensions import FundSource

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

    @property
    def place_sql(self) -> str:
        """The place of the code in the column `traits`, as SQL."""
        return f"(traits >> {self.shift} & {self.mask})"

    @property
    def code_sql(self) -> str:
        """The code in the column `traits`, as SQL: an array has nothing at place 0."""
        codes = ", ".join(f"'{code}'" for code in self.codes)
        return f"(ARRAY[{codes}])[traits >> {self.shift} & {self.mask}]"


KIND: Final = Trait(tuple(OrganisationKind), shift=0, bits=4)
FUND: Final = Trait((NO_FUND, *FundSource), shift=4, bits=3)
GROUP: Final = Trait(tuple(Group), shift=7, bits=2)

IS_SUBSIDISED_SQL: Final = (
    f"CASE {FUND.place_sql} WHEN 0 THEN NULL ELSE {FUND.place_sql} > {FUND.packed(NO_FUND) >> 4} END"
)


def kind_of(told: str) -> int:
    """The bits for the kind of an organisation as its owner told it."""
    return KIND.packed(told if told in KIND.codes else OrganisationKind.OTHER)
