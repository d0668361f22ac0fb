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


_PART_MARK: Final = "pass.part_tenths_min"
_TERRITORY: Final = "territory.agreement_needed"
_BLOCKS: Final = "numbers.blocks_needed"
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


def _figure(found: Mapping[str, FigureRow], key: str, *, day: date) -> Any:
    return FORMS.fill({key: "figure"}, {name: row.value for name, row in found.items()}, day=day)["figure"]


def require_sound(row: FigureRow, others: Iterable[FigureRow]) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, RowOverlaps."""
    if row.value is not None:
        FORMS.read_figure(row.key, row.value)
    require_room(row, others)
