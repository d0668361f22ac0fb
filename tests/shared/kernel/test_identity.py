"""Identity documents: who passes, what is caught, and that nothing leaks."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn.ric import calc_check_digit

from shared.kernel.identity import (
    DocumentKind,
    IdentityDocument,
    ImpossibleBirthDate,
    PlaceholderNumber,
    WrongCharacters,
    WrongCheckDigit,
    WrongDocumentKind,
    WrongLength,
    contains_identity_number,
    last_four,
    masked,
    parse_document,
)
from shared.kernel.refusals import Invalid

TODAY = date(2025, 6, 3)
RESIDENT = DocumentKind.RESIDENT_ID
PERMIT = DocumentKind.RESIDENCE_PERMIT
FOREIGN = DocumentKind.FOREIGN_PERMANENT_RESIDENT
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def number_of(region: str = "410102", born: str = "19850607", order: str = "123") -> str:
    """A number with the right last character, whatever its other places say."""
    body = region + born + order
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def number_ending_in_x() -> str:
    return next(number for order in range(100, 200) if (number := number_of(order=str(order))).endswith("X"))


PERMIT_REGIONS = ("810000", "820000", "830000")
REGIONS = st.integers(100_000, 899_999).map(str).filter(lambda region: region not in PERMIT_REGIONS)
BIRTHS = st.dates(date(1900, 1, 1), TODAY).map(lambda day: f"{day:%Y%m%d}")
ORDERS = st.integers(0, 999).map("{:03}".format)
RESIDENT_NUMBERS = st.builds(number_of, REGIONS, BIRTHS, ORDERS)


class TestParse:
    @given(RESIDENT_NUMBERS)
    def test_a_right_number_passes_and_is_kept_as_it_is(self, number: str) -> None:
        document = parse_document(RESIDENT, number, today=TODAY)

        assert document == IdentityDocument(RESIDENT, number)
        assert parse_document(RESIDENT, document.number, today=TODAY) == document

    @given(st.text("0123456789", min_size=17, max_size=17))
    def test_the_check_digit_is_the_weighted_sum_of_the_standard(self, body: str) -> None:
        assert number_of(body[:6], body[6:14], body[14:])[-1] == calc_check_digit(body + "0")

    @pytest.mark.parametrize(
        ("region", "born"),
        [("410102", "19600307"), ("419001", "19850607"), ("410173", "20010101"), ("412521", "19700101")],
    )
    def test_a_person_older_than_the_county_code_passes(self, region: str, born: str) -> None:
        number = number_of(region, born)

        assert parse_document(RESIDENT, number, today=TODAY).number == number

    @pytest.mark.parametrize("region", PERMIT_REGIONS)
    def test_a_residence_permit_passes_as_such(self, region: str) -> None:
        number = number_of(region)

        assert parse_document(PERMIT, number, today=TODAY) == IdentityDocument(PERMIT, number)

    @given(st.integers(900_000, 999_999).map(str), st.integers(0, 99_999_999).map("{:08}".format), ORDERS)
    def test_a_new_foreign_card_passes_whatever_its_middle_places_say(self, head: str, middle: str, order: str) -> None:
        number = number_of(head, middle, order)
        if number[:17] in {"9" * 17, "98765432109876543"}:
            return

        document = parse_document(FOREIGN, number, today=TODAY)

        assert document.birth_date is None
        assert document.age_on(TODAY) is None

    @pytest.mark.parametrize("raw", ["USA110085060712", "usa110085060712", " usa 1100 8506 0712 "])
    def test_an_old_foreign_card_passes(self, raw: str) -> None:
        document = parse_document(FOREIGN, raw, today=TODAY)

        assert document == IdentityDocument(FOREIGN, "USA110085060712")
        assert document.birth_date is None

    @given(RESIDENT_NUMBERS, st.integers(0, 18), st.sampled_from([" ", "  ", "\u3000", "\t", "\u200b"]))
    def test_spaces_widths_and_case_do_not_matter(self, number: str, place: int, gap: str) -> None:
        wide = number.translate({code: code - ord("0") + ord("０") for code in range(ord("0"), ord("9") + 1)})
        raw = gap + wide[:place] + gap + number[place:].lower() + gap

        assert parse_document(RESIDENT, raw, today=TODAY).number == number

    def test_a_lower_case_x_is_an_x(self) -> None:
        number = number_ending_in_x()

        assert parse_document(RESIDENT, number.lower(), today=TODAY).number == number

    def test_somebody_born_today_or_in_1900_passes(self) -> None:
        for born in ("20250603", "19000101", "20000229"):
            assert parse_document(RESIDENT, number_of(born=born), today=TODAY).birth_date is not None


class TestRefusals:
    @settings(max_examples=40)  # each example tries all 180 mistakes
    @given(RESIDENT_NUMBERS)
    def test_every_single_mistyped_character_is_caught(self, number: str) -> None:
        for place, right in enumerate(number):
            for wrong in "0123456789X".replace(right, ""):
                with pytest.raises(Invalid):
                    parse_document(RESIDENT, number[:place] + wrong + number[place + 1 :], today=TODAY)

    @given(RESIDENT_NUMBERS, st.integers(0, 16))
    def test_two_swapped_neighbours_are_caught(self, number: str, place: int) -> None:
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if swapped == number:
            return

        with pytest.raises(Invalid):
            parse_document(RESIDENT, swapped, today=TODAY)

    @pytest.mark.parametrize(("kind", "expected"), [(RESIDENT, [18]), (PERMIT, [18]), (FOREIGN, [18, 15])])
    def test_another_length_is_refused(self, kind: DocumentKind, expected: list[int]) -> None:
        for raw in ("", "1", "4101021985060712345"):
            with pytest.raises(WrongLength) as refusal:
                parse_document(kind, raw, today=TODAY)

            assert refusal.value.facts == {"length": len(raw), "expected": expected}

    def test_the_number_of_an_old_resident_card_is_refused_for_its_length(self) -> None:
        with pytest.raises(WrongLength):
            parse_document(RESIDENT, "410102850607123", today=TODAY)

    @pytest.mark.parametrize(
        "raw", ["41010219850607123A", "X10102198506071234", "4101021985-6071234", "四10102198506071234"]
    )
    def test_characters_out_of_place_are_refused(self, raw: str) -> None:
        with pytest.raises(WrongCharacters):
            parse_document(RESIDENT, raw, today=TODAY)

    @pytest.mark.parametrize("raw", ["US1110085060712", "USAA10085060712", "USA11008506071X", "110085060712USA"])
    def test_an_old_foreign_card_of_another_form_is_refused(self, raw: str) -> None:
        with pytest.raises(WrongCharacters):
            parse_document(FOREIGN, raw, today=TODAY)

    def test_digits_of_another_script_are_refused(self) -> None:
        with pytest.raises(WrongCharacters):
            parse_document(RESIDENT, number_of().replace("1", "١"), today=TODAY)

    def test_a_wrong_check_digit_is_refused(self) -> None:
        number = number_of()

        with pytest.raises(WrongCheckDigit):
            parse_document(RESIDENT, number[:-1] + str((int(number[-1]) + 1) % 10), today=TODAY)

    @pytest.mark.parametrize(
        "born", ["20990101", "20250604", "18991231", "19850230", "19851301", "19850600", "00000000", "19000229"]
    )
    def test_a_birth_date_that_cannot_be_is_refused(self, born: str) -> None:
        for kind, region in ((RESIDENT, "410102"), (PERMIT, "810000")):
            with pytest.raises(ImpossibleBirthDate) as refusal:
                parse_document(kind, number_of(region, born), today=TODAY)

            assert refusal.value.facts == {"earliest": "1900-01-01", "latest": "2025-06-03"}

    @pytest.mark.parametrize(
        "raw",
        [
            *(digit * 18 for digit in "0123456789"),
            "1" * 17 + "X",
            "123456789012345678",
            "12345678901234567X",
            "123456789123456789",
            "012345678901234567",
            "987654321098765432",
        ],
    )
    def test_placeholders_are_called_so(self, raw: str) -> None:
        for kind in DocumentKind:
            with pytest.raises(PlaceholderNumber):
                parse_document(kind, raw, today=TODAY)

    @pytest.mark.parametrize("raw", ["AAA000000000000", "ABC123456789012", "XXX999999999999"])
    def test_placeholders_on_old_foreign_cards_are_called_so(self, raw: str) -> None:
        with pytest.raises(PlaceholderNumber):
            parse_document(FOREIGN, raw, today=TODAY)

    @pytest.mark.parametrize("given_kind", DocumentKind)
    @pytest.mark.parametrize(("region", "kind"), [("410102", RESIDENT), ("820000", PERMIT), ("911000", FOREIGN)])
    def test_a_number_is_taken_under_its_own_kind_only(
        self, given_kind: DocumentKind, region: str, kind: DocumentKind
    ) -> None:
        if given_kind is kind:
            assert parse_document(kind, number_of(region), today=TODAY).kind is kind
            return

        with pytest.raises(WrongDocumentKind) as refusal:
            parse_document(given_kind, number_of(region), today=TODAY)

        assert refusal.value.facts == {"given": given_kind.value, "looks_like": kind.value}


class TestSilence:
    @given(st.sampled_from(DocumentKind), st.text("0123456789X", min_size=11, max_size=20))
    def test_no_refusal_holds_the_number(self, kind: DocumentKind, raw: str) -> None:
        try:
            parse_document(kind, raw, today=TODAY)
        except Invalid as refusal:
            told = f"{refusal!r} {refusal} {refusal.facts} {refusal.__context__!r} {refusal.__cause__!r}"
            assert raw not in told
            assert raw[6:14] not in told

    def test_a_birth_date_refusal_drags_no_other_error_along(self) -> None:
        with pytest.raises(ImpossibleBirthDate) as refusal:
            parse_document(RESIDENT, number_of(born="19851301"), today=TODAY)

        assert refusal.value.__context__ is None

    @given(RESIDENT_NUMBERS)
    def test_a_document_does_not_show_its_number(self, number: str) -> None:
        document = parse_document(RESIDENT, number, today=TODAY)

        assert number not in f"{document} {document!r}"

    @given(st.text(max_size=25))
    def test_a_mask_keeps_the_length_and_shows_ten_characters_at_most(self, number: str) -> None:
        mask = masked(number)

        assert len(mask) == len(number)
        assert mask.count("*") >= min(len(number), 5)
        assert sum(char != "*" for char in mask) <= 10

    def test_a_mask_hides_the_birth_date(self) -> None:
        assert masked("41010219850607123X") == "410102********123X"
        assert masked("USA110085060712") == "USA110*****0712"
        assert masked("4101021985") == "**********"

    @given(st.text(max_size=25))
    def test_everybody_is_shown_four_characters_of_a_whole_number_and_none_of_a_part(self, number: str) -> None:
        mask = last_four(number)

        hidden, tail = (mask[:-4], mask[-4:]) if len(number) >= 15 else (mask, "")
        assert (len(mask), set(hidden) <= {"*"}) == (len(number), True)
        assert number.endswith(tail)

    @pytest.mark.parametrize(
        "refusal",
        [WrongLength, WrongCharacters, WrongCheckDigit, ImpossibleBirthDate, PlaceholderNumber, WrongDocumentKind],
    )
    def test_every_refusal_says_in_both_languages_what_is_wrong_and_how_to_mend_it(
        self, refusal: type[Invalid]
    ) -> None:
        own = vars(refusal)

        assert all(own.get(name) for name in ("slug", "title_en", "title_zh", "cure_en", "cure_zh"))


class TestAge:
    @given(RESIDENT_NUMBERS)
    def test_the_birth_date_is_the_one_in_the_number(self, number: str) -> None:
        born = parse_document(RESIDENT, number, today=TODAY).birth_date

        assert born is not None
        assert f"{born:%Y%m%d}" == number[6:14]

    @pytest.mark.parametrize(
        ("day", "age"), [(date(2025, 6, 6), 39), (date(2025, 6, 7), 40), (date(2026, 6, 6), 40), (date(1985, 6, 7), 0)]
    )
    def test_a_year_is_full_on_the_birthday(self, day: date, age: int) -> None:
        assert parse_document(RESIDENT, number_of(born="19850607"), today=TODAY).age_on(day) == age

    def test_a_leap_day_child_turns_older_on_the_first_of_march(self) -> None:
        document = parse_document(RESIDENT, number_of(born="20040229"), today=TODAY)

        assert document.age_on(date(2025, 2, 28)) == 20
        assert document.age_on(date(2025, 3, 1)) == 21
        assert document.age_on(date(2024, 2, 29)) == 20

    @given(RESIDENT_NUMBERS, st.integers(0, 40_000))
    def test_age_never_goes_down(self, number: str, days: int) -> None:
        document = parse_document(RESIDENT, number, today=TODAY)
        day = date(2025, 1, 1) + timedelta(days=days)
        before, after = document.age_on(day), document.age_on(day + timedelta(days=1))

        assert before is not None
        assert after is not None
        assert 0 <= after - before <= 1


class TestContainsIdentityNumber:
    @given(RESIDENT_NUMBERS, st.sampled_from(["", "no-", "2025/", "x"]), st.sampled_from(["", "-1", "/a"]))
    def test_finds_a_number_wherever_it_stands(self, number: str, before: str, after: str) -> None:
        assert contains_identity_number(before + number + after)
        assert contains_identity_number(before + number.lower() + after)

    @given(RESIDENT_NUMBERS, st.sampled_from(["T", "2025", "No.7-"]), st.sampled_from(["9", "-01", "x"]))
    def test_finds_one_inside_a_longer_run_of_digits(self, number: str, before: str, after: str) -> None:
        assert contains_identity_number(before + number + after)

    @given(RESIDENT_NUMBERS, st.sampled_from("-/._ "))
    def test_finds_one_that_is_written_apart(self, number: str, mark: str) -> None:
        assert contains_identity_number(mark.join([number[:6], number[6:14], number[14:]]))
        assert contains_identity_number(mark.join(number[at : at + 4] for at in range(0, 18, 4)))

    @pytest.mark.parametrize("text", ["", "2025-001", "T0000001", "1" * 17, "2025" * 6, "52410000MJ00123452"])
    def test_lets_ordinary_ids_pass(self, text: str) -> None:
        assert not contains_identity_number(text)
