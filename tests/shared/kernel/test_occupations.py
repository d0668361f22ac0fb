"""Occupation codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.occupations import MalformedOccupation, parse_occupation


@given(st.from_regex(r"[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}", fullmatch=True))
def test_a_well_formed_code_is_kept(code: str) -> None:
    assert parse_occupation(code) == code


@pytest.mark.parametrize("raw", [" 4-10-01-05 ", "４－１０－０１－０５", "4 - 10 - 01 - 05"])
def test_width_and_spaces_do_not_matter(raw: str) -> None:
    assert parse_occupation(raw) == "4-10-01-05"


@pytest.mark.parametrize("raw", ["", "4-10-01", "4100105", "4-10-01-5", "04-10-01-05", "4-10-01-05-01", "x-10-01-05"])
def test_another_form_is_refused_with_an_example(raw: str) -> None:
    with pytest.raises(MalformedOccupation) as refusal:
        parse_occupation(raw)

    assert refusal.value.facts == {"example": "4-10-01-05"}


def test_digits_of_another_script_are_refused() -> None:
    with pytest.raises(MalformedOccupation):
        parse_occupation("٤-10-01-05")
