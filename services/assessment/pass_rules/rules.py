"""Pass rules: the mark that each part of an exam needs, by day and region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, NamedTuple, get_type_hints

from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room

NATIONAL: Final = "000000"
"""The region of rules that hold in the whole nation, where no nearer row says otherwise."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What an exam needs to be passed. Source: domain rules §3.3."""

    pass_part_tenths_min: int
    """Tenths of a point that each part needs, of 1,000; nothing is averaged."""


_KEYS: Final = {field.name.replace("_", ".", 1): field.name for field in fields(Figures)}
FORMS: Final = Forms(get_type_hints(Figures))


class PassRule(NamedTuple):
    """The rule for an exam: its figure, and the row that it comes from."""

    part_tenths_min: int
    row: FigureRow


def rule_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> PassRule:
    """The rule for an exam held on `day`, of the nearest region. Raises PolicyUnset."""
    found = nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL])
    figures = Figures(**FORMS.fill(_KEYS, {key: row.value for key, row in found.items()}, day=day))
    return PassRule(figures.pass_part_tenths_min, found["pass.part_tenths_min"])


def require_sound(row: FigureRow, others: Iterable[FigureRow]) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, RowOverlaps."""
    if row.value is not None:
        FORMS.parse(row.key, row.value)
    require_room(row, others)
