"""Progress against the plan: what was reached, what was aimed at, and the share, which may pass 100 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from services.metrics.figures.rules import OPENING, Figure
from services.metrics.measures.rules.indicators import COUNTED, SHARE_OF_STOCK
from services.metrics.measures.rules.measures import Measure
from services.metrics.targets.rules import Aim
from services.metrics.technicians.rules import Reached
from shared.contracts.registry.plan import IndicatorListed, ProgrammeListed


@dataclass(frozen=True)
class Entered:
    """A figure as it is published: without the people who entered it."""

    value: Decimal
    as_of: date
    source: str
    confirmed_at: datetime


class Source(StrEnum):
    """Where what was reached is from."""

    COUNTED = "counted"
    ENTERED = "entered"
    """Entered by hand, with a source and a second person, because no fact tells it."""
    OPENING_AND_COUNTED = "opening_and_counted"
    """Opening stocks that were entered, and what was counted since."""


@dataclass(frozen=True)
class Target:
    """`done` of `target`; `percent` to one decimal, rounded half up, never capped. None: unset, or not measured."""

    done: int | None
    target: int | None
    percent: Decimal | None


@dataclass(frozen=True)
class ProgrammeProgress:
    code: str
    parent: str | None
    name_zh: str
    name_en: str
    trainings: Target
    high_skilled: Target


@dataclass(frozen=True)
class IndicatorProgress:
    code: str
    programme: str
    name_zh: str
    name_en: str
    unit: str
    target: Decimal | None
    done: Decimal | int | None
    percent: Decimal | None
    source: Source
    entered: Entered | None
    """The figure that was entered; of the share of a stock, the opening stock of the skilled."""
    part: int | None = None
    whole: int | None = None
    """Of a share that was counted, the persons that are its two numbers."""


def target(done: int | None, aim: int | None) -> Target:
    """How far `done` is on the way to `aim`."""
    return Target(done, aim, percent(done, aim))


def percent(done: Decimal | int | None, aim: int | Decimal | None) -> Decimal | None:
    """`done` in percent of `aim`, to one decimal; None if either is unset or nothing was aimed at."""
    if done is None or not aim:
        return None
    return (Decimal(done) * 100 / aim).quantize(Decimal("0.1"), ROUND_HALF_UP)


def by_programme(
    programmes: Mapping[str, ProgrammeListed],
    totals: Mapping[str, Mapping[Measure, int]],
    aims: Mapping[tuple[Aim, str | None], int | None],
) -> list[ProgrammeProgress]:
    """Every programme with what it and its parts have reached, in the order of codes, beside its target in `aims`.

    Where the plan's target counts something narrower than high-skilled persons (S06: young technicians), `done` is
    None: the figures could not be compared. Source: domain trap 1.
    """

    def progress(programme: ProgrammeListed, measure: Measure, aim: Aim) -> Target:
        aimed = aims.get((aim, None if programme.parent is None else programme.code))
        is_comparable = aim is not Aim.HIGH_SKILLED_PERSONS or programme.high_skilled_counts
        return target(_done(programme.code, measure, programmes, totals) if is_comparable else None, aimed)

    return [
        ProgrammeProgress(
            code=programme.code,
            parent=programme.parent,
            name_zh=programme.name_zh,
            name_en=programme.name_en,
            trainings=progress(programme, Measure.TRAININGS, Aim.TRAININGS),
            high_skilled=progress(programme, Measure.HIGH_SKILLED_PERSONS, Aim.HIGH_SKILLED_PERSONS),
        )
        for programme in sorted(programmes.values(), key=lambda each: each.code)
    ]


_AIMS: Mapping[str, Aim] = {
    "I01": Aim.TRAININGS,
    "I02": Aim.SUBSIDISED_TRAININGS,
    "I03": Aim.HIGH_SKILLED_PERSONS,
}


def by_indicator(
    indicators: Mapping[str, IndicatorListed],
    total: Mapping[Measure, int],
    figures: Mapping[str, Figure],
    aims: Mapping[tuple[Aim, str | None], int | None] | None,
    technicians: Mapping[str, Reached],
) -> list[IndicatorProgress]:
    """The plan's indicators with what was counted, or entered by hand where no fact tells it.

    `technicians` are those that count technicians and enterprises. `aims` are the targets of a part of the plan: what
    has none there is held against nothing. None: of the whole plan.
    """
    found = []
    for indicator in sorted(indicators.values(), key=lambda each: each.code):
        reached, source, entered = _reached(indicator.code, total, figures, technicians)
        done = reached.done
        aimed: Decimal | int | None = indicator.target
        if aims is not None:
            aimed = aims.get((_AIMS[indicator.code], None)) if indicator.code in _AIMS else None
        found.append(
            IndicatorProgress(
                code=indicator.code,
                programme=indicator.programme,
                name_zh=indicator.name_zh,
                name_en=indicator.name_en,
                unit=indicator.unit,
                target=None if aimed is None else Decimal(aimed),
                done=done,
                percent=percent(done, aimed),
                source=source,
                entered=None
                if entered is None
                else Entered(entered.value, entered.as_of, entered.source, entered.confirmed_at),
                part=reached.part,
                whole=reached.whole,
            )
        )
    return found


def _reached(
    code: str, total: Mapping[Measure, int], figures: Mapping[str, Figure], technicians: Mapping[str, Reached]
) -> tuple[Reached, Source, Figure | None]:
    if code in COUNTED:
        return Reached(total.get(COUNTED[code], 0)), Source.COUNTED, None
    if code == SHARE_OF_STOCK:
        skilled, high_skilled = (figures.get(OPENING[each]) for each in ("skilled", "high_skilled"))
        return Reached(_share(skilled, high_skilled, total)), Source.OPENING_AND_COUNTED, skilled
    entered = figures.get(code)
    if entered is None and code in technicians:
        return technicians[code], Source.COUNTED, None
    return Reached(None if entered is None else entered.value), Source.ENTERED, entered


def _share(skilled: Figure | None, high_skilled: Figure | None, total: Mapping[Measure, int]) -> Decimal | None:
    """High-skilled persons as a share of the skilled: opening stocks, and who came to them in the year."""
    if skilled is None or high_skilled is None:
        return None
    above = high_skilled.value + total.get(Measure.HIGH_SKILLED_PERSONS, 0)
    below = skilled.value + total.get(Measure.SKILLED_PERSONS, 0)
    return (above / below).quantize(Decimal("0.0001"), ROUND_HALF_UP) if below else None


def _done(
    code: str,
    measure: Measure,
    programmes: Mapping[str, ProgrammeListed],
    totals: Mapping[str, Mapping[Measure, int]],
) -> int:
    own = totals.get(code, {}).get(measure, 0)
    parts = (each.code for each in programmes.values() if each.parent == code)
    return own + sum(_done(part, measure, programmes, totals) for part in parts)
