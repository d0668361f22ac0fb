"""Unified social credit codes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from shared.kernel.credit_code import (
    PlaceholderCreditCode,
    WrongCreditCodeCharacters,
    WrongCreditCodeCheck,
    WrongCreditCodeLength,
    check_character,
    parse_credit_code,
)
from shared.kernel.refusals import Invalid

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GOOD = "91110000600037341L"


@st.composite
def credit_codes(draw: st.DrawFn, head: st.SearchStrategy[str]) -> str:
    region = draw(st.from_regex(r"[0-9]{6}", fullmatch=True))
    organisation = draw(st.text(ALPHABET, min_size=9, max_size=9))
    body = draw(head) + region + organisation
    return body + check_character(body)


DIGIT_HEADS = st.sampled_from(["11", "12", "51", "52", "91", "92", "93"])
LETTER_HEADS = st.sampled_from(["A1", "N1", "N2", "N3", "Y1"])


@given(credit_codes(DIGIT_HEADS))
def test_codes_that_the_peer_supports_are_right_for_both(code: str) -> None:
    assert uscc.validate(code) == code
    assert parse_credit_code(code) == code


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_the_check_character_is_the_peers(body: str) -> None:
    assert check_character(body) == uscc.calc_check_digit(body)


@given(credit_codes(LETTER_HEADS))
def test_registrars_with_a_letter_are_right_though_the_peer_refuses_them(code: str) -> None:
    with pytest.raises(ValidationError):
        uscc.validate(code)

    assert parse_credit_code(code) == code


@settings(max_examples=20)  # each example tries all 540 mistakes
@given(credit_codes(DIGIT_HEADS | LETTER_HEADS))
def test_every_single_mistyped_character_is_caught(code: str) -> None:
    for place, right in enumerate(code):
        for wrong in ALPHABET.replace(right, ""):
            with pytest.raises(Invalid):
                parse_credit_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize(
    "raw", [GOOD.lower(), f" {GOOD} ", "9 1 110000 600037341L", "９１１１００００６０００３７３４１Ｌ"]
)
def test_case_width_and_spaces_do_not_matter(raw: str) -> None:
    assert parse_credit_code(raw) == GOOD


@pytest.mark.parametrize("raw", ["", "9", GOOD[:-1], GOOD + "0"])
def test_another_length_is_refused(raw: str) -> None:
    with pytest.raises(WrongCreditCodeLength) as refusal:
        parse_credit_code(raw)

    assert refusal.value.facts == {"length": len(raw), "expected": 18}


@pytest.mark.parametrize("letter", "IOZSV-_中")
def test_characters_outside_the_alphabet_are_refused(letter: str) -> None:
    with pytest.raises(WrongCreditCodeCharacters):
        parse_credit_code(GOOD[:10] + letter + GOOD[11:])


def test_a_letter_among_the_region_digits_is_refused() -> None:
    with pytest.raises(WrongCreditCodeCharacters):
        parse_credit_code("911A" + GOOD[4:])


def test_a_wrong_check_character_is_refused() -> None:
    with pytest.raises(WrongCreditCodeCheck):
        parse_credit_code(GOOD[:-1] + "M")


def test_eighteen_zeros_are_refused_although_their_check_character_is_right() -> None:
    assert check_character("0" * 17) == "0"

    with pytest.raises(PlaceholderCreditCode):
        parse_credit_code("0" * 18)
