"""The name of a file, as its sender gives it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.file_jobs.names import LENGTH_MAX, file_name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename*=UTF-8''%E5%90%8D%E5%86%8C.xlsx", "名册.xlsx"),
        ('attachment; filename="roster.csv"', "roster.csv"),
        ('attachment; filename="C:\\\\rosters\\\\may.xlsx"', "may.xlsx"),
        ("attachment; filename*=UTF-8''%E7%8E%8B419999200608319442.xlsx", "王***.xlsx"),
        ("attachment", None),
        ("", None),
        ("attachment; filename*=UTF-8''%FF.xlsx", None),
        ("attachment; filename*=NONE''a.xlsx", "a.xlsx"),
        ("attachment; filename*=UTF-8''a%E2%80%AEb.xlsx", None),
    ],
)
def test_is_read_without_folders_and_numbers(disposition: str, name: str | None) -> None:
    assert file_name(disposition) == name


@given(st.text())
def test_any_header_is_read_or_passed_over(disposition: str) -> None:
    name = file_name(disposition)

    assert name is None or 0 < len(name) <= LENGTH_MAX
