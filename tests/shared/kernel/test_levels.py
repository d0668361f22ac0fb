"""Levels: order, codes and marks."""

import pytest

from shared.kernel.levels import Level, UnknownLevel


def test_levels_are_ordered_by_rank_although_the_certificate_digit_runs_backwards() -> None:
    digits = [level.certificate_mark for level in sorted(Level) if level.certificate_mark]

    assert digits == ["5", "4", "3", "2", "1", "T", "S"]
    assert Level.APPRENTICE < Level.JUNIOR_WORKER < Level.SENIOR_TECHNICIAN < Level.CHIEF_TECHNICIAN
    assert [level.value for level in Level] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_high_skilled_begins_at_senior_worker() -> None:
    assert [level for level in Level if level.is_high_skilled] == [
        Level.SENIOR_WORKER,
        Level.TECHNICIAN,
        Level.SENIOR_TECHNICIAN,
        Level.SPECIAL_GRADE_TECHNICIAN,
        Level.CHIEF_TECHNICIAN,
    ]


@pytest.mark.parametrize("level", Level)
def test_a_level_comes_back_from_its_code_and_from_its_mark(level: Level) -> None:
    assert Level.from_code(level.code) is level
    if level.certificate_mark is not None:
        assert Level.from_certificate_mark(level.certificate_mark) is level


def test_an_apprentice_has_no_certificate_mark() -> None:
    assert Level.APPRENTICE.certificate_mark is None


@pytest.mark.parametrize("code", ["", "L0", "L9", "4", "l4", "L4 ", "高级工"])
def test_an_unknown_code_is_refused_with_the_known_ones(code: str) -> None:
    with pytest.raises(UnknownLevel) as refusal:
        Level.from_code(code)

    assert refusal.value.facts == {"known": ["L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8"]}


@pytest.mark.parametrize("mark", ["", "0", "6", "t", "None"])
def test_an_unknown_mark_is_refused_with_the_known_ones(mark: str) -> None:
    with pytest.raises(UnknownLevel) as refusal:
        Level.from_certificate_mark(mark)

    assert refusal.value.facts == {"known": ["5", "4", "3", "2", "1", "T", "S"]}
