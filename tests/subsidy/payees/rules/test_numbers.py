"""How an account's number is written, and whose account it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.payees.rules import HolderDiffers, WrongAccountNumber, read_number, require_holder

NUMBERS = st.text("0123456789", min_size=8, max_size=32)


@given(NUMBERS, st.data())
def test_spaces_hyphens_and_width_do_not_matter(number: str, data: st.DataObject) -> None:
    written = "".join(
        data.draw(st.sampled_from([digit, chr(ord(digit) + 0xFEE0), f"{digit} ", f"{digit}-"])) for digit in number
    )

    assert read_number(written) == number


@pytest.mark.parametrize("written", ["1234567", "1" * 33, "1605010104001234X", "1605.0101.0400", "一六〇五〇一〇一"])
def test_what_is_no_number_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(WrongAccountNumber) as refused:
        read_number(written)

    assert written not in str(refused.value)


def test_a_holder_is_compared_as_names_are() -> None:
    require_holder("郑州市第一技工学校（甲）", "郑州市第一技工学校(甲)")

    with pytest.raises(HolderDiffers):
        require_holder("郑州市第二技工学校", "郑州市第一技工学校")
