"""Pass rules: the mark that each part of an exam needs, and what its place needs, by day and region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, get_type_hints

from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room
from shared.kernel.periods import months_after

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
    pass_kept_months: int
    """Months for which a part that was passed is kept, where no standard says otherwise; 0: not at all."""
    cheating_barred_months: int
    """Months after the exam for which a person who cheated is admitted to none."""
    conferral_publicity_working_days: int
    """Working days for which a list of people who are given an award without an exam is public; 0: none."""
    conferral_apprentice_publicity_working_days: int
    """The same for apprentices, whose conditions the employer sets."""
    young_age_below: int
    """Who is younger than this on the day of issue counts as young."""


_PART_MARK: Final = "pass.part_tenths_min"
_TERRITORY: Final = "territory.agreement_needed"
_BLOCKS: Final = "numbers.blocks_needed"
_KEPT: Final = "pass.kept_months"
_BARRED: Final = "cheating.barred_months"
_PUBLICITY: Final = "conferral.publicity_working_days"
_APPRENTICE_PUBLICITY: Final = "conferral.apprentice_publicity_working_days"
_YOUNG: Final = "young.age_below"
FORMS: Final = Forms(get_type_hints(Figures))


class PassRule(NamedTuple):
    """The rule for an exam: its figures, and the row that the mark comes from.

    `marks` are those of each part by the occupation's `standard`, if there is one, and `kept` the months for which each
    part is kept once it was passed; None for a part that is not kept.
    """

    part_tenths_min: int
    row: FigureRow
    marks: Mapping[str, int] | None = None
    standard: str | None = None
    kept: Mapping[str, int | None] | None = None
    kept_months: int = 0
    """What holds without a standard."""
    barred_months: int = 0

    def kept_until(self, part: str, *, held_on: date) -> date | None:
        """The last day on which the part counts that was passed on `held_on`; None if it is not kept."""
        months = self.kept_months if self.kept is None else self.kept.get(part)
        return months_after(held_on, months) if months else None

    def barred_until(self, *, held_on: date) -> date | None:
        """The last day on which who cheated on `held_on` is admitted to no exam; None if they are not barred."""
        return months_after(held_on, self.barred_months) if self.barred_months else None

    @property
    def ground(self) -> str:
        """What a result keeps of it: the standard, or the row."""
        return self.standard or self.row.id


def rule_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> PassRule:
    """The rule for an exam held on `day`, of the nearest region. Raises PolicyUnset."""
    found = nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL])
    return PassRule(
        _figure(found, _PART_MARK, day=day),
        found[_PART_MARK],
        kept_months=_figure(found, _KEPT, day=day),
        barred_months=_figure(found, _BARRED, day=day),
    )


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
