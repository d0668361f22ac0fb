"""Certificate numbers of 22 characters."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.assessment.numbers.rules.blocks import SERIAL_MAX
from services.assessment.numbers.rules.numbers import (
    CertificateNumber,
    NoCertificateNumber,
    WrongNumberCharacters,
    WrongNumberLength,
    build,
    parse,
)
from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid

PREFIXES = st.from_regex(r"[YS][0-9]{4}41[0-9]{6}", fullmatch=True)
NUMBERED = st.sampled_from([award for award in Award if award.certificate_mark])
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SERIALS = st.integers(1, SERIAL_MAX)
GOOD = "S000041000123253000042"


class TestBuildAndParse:
    @given(prefix=PREFIXES, day=DAYS, award=NUMBERED, serial=SERIALS)
    def test_a_number_that_was_built_is_taken_apart_into_the_same_parts(
        self, prefix: str, day: date, award: Award, serial: int
    ) -> None:
        [number] = build(prefix, issued_on=day, award=award, serials=[serial])

        assert len(number) == 22
        assert parse(number) == CertificateNumber(prefix, day.year % 100, award, serial)
        assert parse(number).agrees_with(issued_on=day, award=award)

    def test_the_places_are_those_of_the_rule(self) -> None:
        numbers = build("S000041000123", issued_on=date(2025, 6, 30), award=Award.SENIOR_WORKER, serials=[42, 43])

        assert numbers == [GOOD, GOOD[:-1] + "3"]

    def test_an_apprentice_gets_no_number(self) -> None:
        with pytest.raises(NoCertificateNumber):
            build("S000041000123", issued_on=date(2025, 1, 1), award=Award.APPRENTICE, serials=[1])


class TestParse:
    def test_spacing_width_and_case_do_not_matter(self) -> None:
        assert parse(" s0000 41000123 25 3 ０00042 ") == parse(GOOD)

    @given(st.text(max_size=40))
    def test_any_text_is_a_number_or_refused_without_being_repeated_in_the_refusal(self, raw: str) -> None:
        refusals: list[Invalid] = []
        try:
            parse(raw)
        except Invalid as refusal:
            refusals.append(refusal)

        assert not [value for refusal in refusals for value in refusal.facts.values() if value == raw]

    @pytest.mark.parametrize("length", [0, 1, 21, 23, 100])
    def test_another_length_is_refused(self, length: int) -> None:
        with pytest.raises(WrongNumberLength) as refused:
            parse((GOOD * 5)[:length])
        assert refused.value.facts == {"length": length, "expected": 22}

    @given(place=st.integers(0, 21), letter=st.characters(min_codepoint=33, max_codepoint=126))
    def test_a_character_that_cannot_stand_at_its_place_is_refused(self, place: int, letter: str) -> None:
        allowed = {0: "YS", 5: "4", 6: "1", 15: "654321TS"}.get(place, "0123456789")
        assume(letter.upper() not in allowed)

        with pytest.raises(WrongNumberCharacters):
            parse(GOOD[:place] + letter + GOOD[place + 1 :])

    def test_serials_count_from_one(self) -> None:
        with pytest.raises(WrongNumberCharacters):
            parse(GOOD[:16] + "000000")

    @given(day=DAYS, award=NUMBERED)
    def test_a_record_of_another_year_or_award_does_not_agree(self, day: date, award: Award) -> None:
        assume(day.year % 100 != 25 or award is not Award.SENIOR_WORKER)

        assert not parse(GOOD).agrees_with(issued_on=day, award=award)
