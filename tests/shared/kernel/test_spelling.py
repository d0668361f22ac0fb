"""The one spelling of typed codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.spelling import PRESENT, canonical, has_unseen, is_damaged, present, repairs


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


class TestPrivateUseCodesOfOldCodePages:
    def test_each_stands_for_its_present_character(self) -> None:
        assert present("\ue863\ue815\ue816\ue831\ue864") == "䶮⺁𠂇𡗗龻"
        assert len(PRESENT) == 80
        assert not [code for code in PRESENT.values() if 0xE000 <= code <= 0xF8FF]

    @given(st.sampled_from(sorted(PRESENT)))
    def test_is_the_same_text_in_either_code(self, code: int) -> None:
        assert canonical(f"赵{chr(code)}") == canonical(f"赵{chr(PRESENT[code])}")

    @given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=6))
    def test_other_text_is_not_touched(self, text: str) -> None:
        assert present(text) == text


class TestDamage:
    @pytest.mark.parametrize(
        ("right", "broken"),
        [
            ("王䶮", "王?"), ("王䶮", "王??"), ("王䶮", "王\ufffd"), ("王䶮", "王□"), ("王䶮兰", "王\ue000兰"),
            ("王二小", "王*小"), ("王二", "王二(1)"), ("王二", "王二3"), ("王二", "王二【二班】"),
            ("𠮷田", "?田"), ("王䶮", "王?(大)"),
        ],
    )  # fmt: skip
    def test_is_repaired_by_the_name_that_has_the_rest(self, right: str, broken: str) -> None:
        assert repairs(right, broken)

    @pytest.mark.parametrize(
        ("right", "broken"),
        [("李䶮", "王?"), ("王", "王?"), ("王二小", "王?"), ("王二", "??"), ("王二", "(1)"), ("王三", "王二(1)")],
    )
    def test_is_not_repaired_by_another_name(self, right: str, broken: str) -> None:
        assert not repairs(right, broken)

    @given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=6), st.data())
    def test_of_any_but_all_characters_is_repaired_by_the_whole_name(self, name: str, data: st.DataObject) -> None:
        lost = data.draw(st.sets(st.integers(0, len(name) - 1), max_size=len(name) - 1))

        assert repairs(name, "".join("?" if place in lost else char for place, char in enumerate(name)))


class TestUnseen:
    @pytest.mark.parametrize("char", "\u200b\u202e\x00\ue000\u0378\u2028\ud800\U000e0001")
    def test_is_found_wherever_it_stands(self, char: str) -> None:
        assert has_unseen(f"王{char}小")
        assert is_damaged(f"王{char}小")

    def test_may_be_allowed_where_text_has_lines(self) -> None:
        assert has_unseen("一\n二")
        assert not has_unseen("一\n二\t三", allowed="\n\t")

    @pytest.mark.parametrize("char", "𠮷\U0002ebf0\U00031350")
    def test_rare_ideographs_are_names_though_this_python_does_not_know_them_yet(self, char: str) -> None:
        assert not has_unseen(f"王{char}")
        assert not is_damaged(f"王{char}")
