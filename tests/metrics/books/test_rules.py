"""What a difference means, by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.books.rules import KEEPERS, MEETS_WITHIN, Difference, Light, Side, light_of, published

AT = datetime(2025, 6, 1, 8, tzinfo=UTC)
SECONDS = 15
AMOUNTS = st.integers(-(10**9), 10**9)
MEASURES = st.sampled_from([measure.value for keeper in KEEPERS for measure in keeper.measures])


def difference(measure: str, told: int, shown: int, *, red_in: float = 0) -> Difference:
    sides = Side(1, told, "0" * 16), Side(1, shown, "0" * 16)
    return Difference("S01", "410100", 2025, measure, *sides, shown, AT, AT + timedelta(seconds=red_in))


class TestLight:
    @given(st.lists(st.floats(-100, 100)))
    def test_is_that_of_the_worst_cell(self, red_in: list[float]) -> None:
        found = [difference("trainings", 1, 0, red_in=each) for each in red_in]

        light = light_of(found, compared_at=AT, at=AT, seconds=SECONDS)

        reddest = min(red_in, default=None)
        if reddest is None:
            assert light is Light.GREEN
        else:
            assert light is (Light.RED if found[red_in.index(reddest)].red_from <= AT else Light.AMBER)

    def test_is_unknown_once_nobody_compares(self) -> None:
        late = MEETS_WITHIN + timedelta(seconds=4 * SECONDS)

        assert light_of([], compared_at=None, at=AT, seconds=SECONDS) is Light.UNKNOWN
        assert light_of([], compared_at=AT - late, at=AT, seconds=SECONDS) is Light.GREEN
        assert light_of([], compared_at=AT - late * 2, at=AT, seconds=SECONDS) is Light.UNKNOWN


class TestPublished:
    @given(st.lists(st.tuples(MEASURES, AMOUNTS, AMOUNTS)))
    def test_no_difference_hides_another(self, found: list[tuple[str, int, int]]) -> None:
        sums = published([difference(*each) for each in found])

        assert sum(sums.values()) == sum(abs(told - shown) for _, told, shown in found)
        assert (set(sums.values()) == {0}) is all(told == shown for _, told, shown in found)

    def test_every_measure_has_one_keeper(self) -> None:
        measures = [measure for keeper in KEEPERS for measure in keeper.measures]

        assert len(set(measures)) == len(measures)
