"""The one spelling of typed codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.spelling import canonical


@pytest.mark.parametrize(
    "raw",
    ["12ab", "  12AB ", "1 2 a\tb\n", "１２ａｂ", "12\u3000AB", "\ufeff12AB\u200b", "\u202d12ab\u202c", "12\u00a0ab"],
)
def test_spaces_widths_cases_and_unseen_marks_do_not_matter(raw: str) -> None:
    assert canonical(raw) == "12AB"


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=30))
def test_bringing_plain_text_to_its_spelling_twice_changes_nothing_more(raw: str) -> None:
    assert canonical(canonical(raw)) == canonical(raw)


def test_what_is_neither_space_nor_mark_stays_to_be_judged() -> None:
    assert canonical("4-10－01") == "4-10-01"
    assert canonical("四-1") == "四-1"
