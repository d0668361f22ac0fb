"""The prefixes of certificate numbers that bodies are given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.bodies.rules.number_prefixes import WrongNumberPrefix, parse_prefix

PREFIXES = st.from_regex(r"[YS][0-9]{4}41[0-9]{6}", fullmatch=True)


class TestPrefix:
    @given(PREFIXES)
    def test_a_well_formed_prefix_is_taken_in_its_one_spelling(self, prefix: str) -> None:
        assert parse_prefix(f" {prefix.lower()} ") == prefix

    @pytest.mark.parametrize("wrong", ["", "X000041000123", "S000042000123", "S00004100012", "S0000410001234"])
    def test_anything_else_is_refused(self, wrong: str) -> None:
        with pytest.raises(WrongNumberPrefix):
            parse_prefix(wrong)
