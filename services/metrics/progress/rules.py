"""Progress against the plan: what was reached, what was aimed at, and the share, which may pass 100 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.metrics.measures.rules.measures import Measure
from shared.contracts.registry.plan import IndicatorListed, ProgrammeListed

_INDICATORS: Mapping[str, Measure] = {
    "I01": Measure.TRAININGS,
    "I02": Measure.SUBSIDISED_TRAININGS,
    "I03": Measure.HIGH_SKILLED_PERSONS,
}
"""The plan's indicators that a measure of ours answers; the others need facts that no service tells yet."""


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
    target: Decimal
    done: int | None
    percent: Decimal | None


def target(done: int | None, aim: int | None) -> Target:
    """How far `done` is on the way to `aim`."""
    return Target(done, aim, percent(done, aim))


def percent(done: int | None, aim: int | Decimal | None) -> Decimal | None:
    """`done` in percent of `aim`, to one decimal; None if either is unset or nothing was aimed at."""
    if done is None or not aim:
        return None
    return (Decimal(done) * 100 / aim).quantize(Decimal("0.1"), ROUND_HALF_UP)


def by_programme(
    programmes: Mapping[str, ProgrammeListed], totals: Mapping[str, Mapping[Measure, int]]
) -> list[ProgrammeProgress]:
    """Every programme with what it and its parts have reached, in the order of codes.

    Where the plan's target counts something narrower than high-skilled persons (S06: young technicians), `done` is
    None: the figures could not be compared. Source: domain trap 1.
    """
    return [
        ProgrammeProgress(
            code=programme.code,
            parent=programme.parent,
            name_zh=programme.name_zh,
            name_en=programme.name_en,
            trainings=target(_done(programme.code, Measure.TRAININGS, programmes, totals), programme.trainings_target),
            high_skilled=target(
                _done(programme.code, Measure.HIGH_SKILLED_PERSONS, programmes, totals)
                if programme.high_skilled_counts
                else None,
                programme.high_skilled_target,
            ),
        )
        for programme in sorted(programmes.values(), key=lambda each: each.code)
    ]


def by_indicator(indicators: Mapping[str, IndicatorListed], total: Mapping[Measure, int]) -> list[IndicatorProgress]:
    """The plan's indicators with what was reached, where a measure answers them."""
    found = []
    for indicator in sorted(indicators.values(), key=lambda each: each.code):
        measure = _INDICATORS.get(indicator.code)
        done = None if measure is None else total.get(measure, 0)
        found.append(
            IndicatorProgress(
                code=indicator.code,
                programme=indicator.programme,
                name_zh=indicator.name_zh,
                name_en=indicator.name_en,
                unit=indicator.unit,
                target=indicator.target,
                done=done,
                percent=percent(done, indicator.target),
            )
        )
    return found


def _done(
    code: str,
    measure: Measure,
    programmes: Mapping[str, ProgrammeListed],
    totals: Mapping[str, Mapping[Measure, int]],
) -> int:
    own = totals.get(code, {}).get(measure, 0)
    parts = (each.code for each in programmes.values() if each.parent == code)
    return own + sum(_done(part, measure, programmes, totals) for part in parts)
