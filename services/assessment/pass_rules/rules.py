"""Pass rules: the mark that each part of an exam needs, and what its place needs, by day and region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, get_type_hints

from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room

NATIONAL: Final = "000000"
"""The region of rules that hold in the whole nation, where no nearer row says otherwise."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an exam needs. Source: domain rules §3.3, §3.7."""

    pass_part_tenths_min: int
    """Tenths of a point that each part needs, of 1,000; nothing is averaged."""
    territory_agreement_needed: bool
    """Whether an exam outside the prefecture of its body needs the agreement of both authorities."""
    numbers_blocks_needed: bool
    """Whether a body draws numbers only from blocks that the province gave it."""
    conferral_publicity_working_days: int
    """Working days for which a list of people who are given an award without an exam is public; 0: none."""
    conferral_apprentice_publicity_working_days: int
    """The same for apprentices, whose conditions the employer sets."""
    young_age_below: int
    """Who is younger than this on the day of issue counts as young."""


_PART_MARK: Final = "pass.part_tenths_min"
_TERRITORY: Final = "territory.agreement_needed"
_BLOCKS: Final = "numbers.blocks_needed"
_PUBLICITY: Final = "conferral.publicity_working_days"
_APPRENTICE_PUBLICITY: Final = "conferral.apprentice_publicity_working_days"
_YOUNG: Final = "young.age_below"
FORMS: Final = Forms(get_type_hints(Figures))


class PassRule(NamedTuple):
    """The rule for an exam: its figure, and the row that it comes from.

    `marks` are those of each part by the occupation's `standard`, if there is one.
    """

    part_tenths_min: int
    row: FigureRow
    marks: Mapping[str, int] | None = None
    standard: str | None = None

    @property
    def ground(self) -> str:
        """What a result keeps of it: the standard, or the row."""
        return self.standard or self.row.id


def rule_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> PassRule:
    """The rule for an exam held on `day`, of the nearest region. Raises PolicyUnset."""
    found = nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL])
    return PassRule(_figure(found, _PART_MARK, day=day), found[_PART_MARK])


def agreement_needed(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> bool:
    """Whether an exam held there on `day` by a body of another prefecture needs both authorities.

    Raises PolicyUnset.
    """
    needed: bool = _figure(nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL]), _TERRITORY, day=day)
    return needed


def blocks_needed(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> bool:
    """Whether a body there draws numbers on `day` only from blocks of the province. Raises PolicyUnset."""
    needed: bool = _figure(nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL]), _BLOCKS, day=day)
    return needed


def conferral_publicity(
    rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str], of_apprentices: bool
) -> int:
    """Working days for which people who are given an award without an exam are public. Raises PolicyUnset."""
    key = _APPRENTICE_PUBLICITY if of_apprentices else _PUBLICITY
    days: int = _figure(nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL]), key, day=day)
    return days


def young_age_below(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> int:
    """The age from which on nobody counts as young on `day`. Raises PolicyUnset."""
    age: int = _figure(nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL]), _YOUNG, day=day)
    return age


def _figure(found: Mapping[str, FigureRow], key: str, *, day: date) -> Any:
    return FORMS.fill({key: "figure"}, {name: row.value for name, row in found.items()}, day=day)["figure"]


def require_sound(row: FigureRow, others: Iterable[FigureRow]) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, RowOverlaps."""
    if row.value is not None:
        FORMS.read_figure(row.key, row.value)
    require_room(row, others)
