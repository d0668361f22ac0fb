"""Numbers of people in ids, keys and free text are found; the ids that people really use are not taken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.personal_numbers import contains_personal_number
from tests.shared.kernel.test_identity import RESIDENT_NUMBERS

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(RESIDENT_NUMBERS)
def test_an_identity_number_is_found_in_full_width_too(number: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)

    assert contains_personal_number(f"学员{wide}已到")


@given(MOBILES, st.sampled_from(["", "T", "tel:", "+86", "+86 ", "电话"]), st.sampled_from(["", "。", " 请回电", "x"]))
def test_a_mobile_number_is_found(number: str, before: str, after: str) -> None:
    assert contains_personal_number(before + number + after)
    assert contains_personal_number(f"{before}{number[:3]}-{number[3:7]}-{number[7:]}{after}")


@given(st.uuids())
def test_a_uuid_is_none(made: object) -> None:
    assert not contains_personal_number(str(made))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "T00042",
        "2025-09-01/17",
        "C001-T00179",
        "410102-2025-000123",
        "20250901083000",
        "室 302",
        "补课 12 学时，9:00 至 11:00",
    ],
)
def test_ordinary_ids_and_remarks_pass(text: str) -> None:
    assert not contains_personal_number(text)


@given(st.integers(2020, 2030), st.integers(1, 12), st.integers(1, 28), st.integers(0, 9999))
def test_numbers_made_of_a_day_and_a_serial_pass(year: int, month: int, day: int, serial: int) -> None:
    assert not contains_personal_number(f"{year}{month:02}{day:02}{serial:04}")
