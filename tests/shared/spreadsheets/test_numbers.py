"""Columns of numbers: as they were typed, or a word of the column's list."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.spreadsheets.cell_faults import CellUnfit
from shared.spreadsheets.cells import Raw, read
from shared.spreadsheets.tables import Column, Kind

MARK = Column("mark", "成绩", "mark", Kind.NUMBER, "a number", "数字", choices={"缺考": "absent"})


@given(st.integers(0, 1000))
def test_a_number_and_its_text_are_one_value(tenths: int) -> None:
    mark = tenths / 10

    assert Decimal(str(read(MARK, mark))) == Decimal(str(read(MARK, str(mark)))) == Decimal(tenths) / 10


@pytest.mark.parametrize(
    ("raw", "value"), [("缺考", "absent"), (" Absent ", "absent"), ("８８．５", "88.5"), (60, "60")]
)
def test_words_of_the_list_and_wide_digits_are_read(raw: Raw, value: str) -> None:
    assert read(MARK, raw) == value


@pytest.mark.parametrize("raw", ["六十", "-1", "1e2", "60分", "88.", True])
def test_anything_else_is_unfit(raw: Raw) -> None:
    with pytest.raises(CellUnfit):
        read(MARK, raw)
