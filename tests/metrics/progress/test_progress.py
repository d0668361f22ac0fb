"""Progress against the plan's figures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.metrics.measures.rules.measures import Measure
from services.metrics.progress.rules import by_programme, percent
from services.metrics.targets.rules import Aim
from tests.support.facts import programme


@pytest.mark.parametrize(
    ("done", "aim", "expected"),
    [(0, 100, "0.0"), (1, 3, "33.3"), (2_841_000, 2_000_000, "142.1"), (1, 2000, "0.1"), (5, None, None), (5, 0, None)],
)
def test_percent_is_rounded_half_up_and_not_capped(done: int, aim: int | None, expected: str | None) -> None:
    assert percent(done, aim) == (None if expected is None else Decimal(expected))


def test_a_sum_has_what_its_parts_have_at_any_depth() -> None:
    listed = [programme("HN2025", parent=None), programme("S02"), programme("S02-1", parent="S02"), programme("S01")]
    reached = {"S02-1": {Measure.TRAININGS: 7}, "S01": {Measure.TRAININGS: 2}}

    done = {each.code: each.trainings.done for each in by_programme({p.code: p for p in listed}, reached, {})}

    assert done == {"HN2025": 9, "S01": 2, "S02": 7, "S02-1": 7}


def test_a_target_that_counts_something_narrower_is_not_compared() -> None:
    listed = programme("S06", high_skilled_counts=False)
    aims: dict[tuple[Aim, str | None], int | None] = {(Aim.HIGH_SKILLED_PERSONS, "S06"): 50}

    (young,) = by_programme({"S06": listed}, {"S06": {Measure.HIGH_SKILLED_PERSONS: 3}}, aims)

    assert (young.high_skilled.done, young.high_skilled.target, young.high_skilled.percent) == (None, 50, None)
