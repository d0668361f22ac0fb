"""Layouts of bank files: encodings, separators, lines around the rows, and the same bytes each time."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.batches.rules import layouts
from services.subsidy.batches.rules.layouts import SANDBOX, BankLayout, BankRow
from shared.kernel.money import Fen

BATCH = UUID(int=7)
TOML = """
[layouts.abc]
encoding = "gb18030"
separator = "|"
quotes = false
has_titles = false
extension = "txt"
first = "H|{batch}|{rows}|{amount_fen}"
last = "T|{amount_yuan}"
columns = [
    {field = "row"}, {field = "account"}, {field = "holder"}, {field = "amount_fen"}, {text = "补贴"},
]
"""


def row(number: int, **changes: object) -> BankRow:
    base = {"row": number, "claim_id": UUID(int=1), "holder": "甲校", "bank": "农行", "bank_code": "103491000017"}
    base["purpose"] = "职业培训补贴"
    return BankRow(**base | {"account": "16050101040012345", "amount_fen": Fen(200_050)} | changes)  # type: ignore[arg-type]


def test_a_layout_of_the_operator_is_read_and_rendered(tmp_path: Path) -> None:
    path = tmp_path / "layouts.toml"
    path.write_text(TOML, encoding="utf-8")

    layout = layouts.load(path)["abc"]
    content = layouts.render(layout, BATCH, [row(1, holder="甲|校")], count=1, amount=Fen(200_050))

    assert content.decode("gb18030") == (
        f"H|{BATCH}|1|200050\r\n1|16050101040012345|甲 校|200050|补贴\r\nT|2000.50\r\n"
    )
    assert layouts.read(layout.stored) == layout


@pytest.mark.parametrize("lines", ['separator = "||"', "", 'separator = "|"\ncolumns = [{field = "row"}]'])
def test_an_impossible_layout_is_refused(tmp_path: Path, lines: str) -> None:
    path = tmp_path / "layouts.toml"
    path.write_text(f"[layouts.abc]\n{lines}\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"bank layout|columns"):
        layouts.load(path)


@given(
    holders=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=5),
    encoding=st.sampled_from(layouts.Encoding),
    separator=st.sampled_from(",;|\t"),
)
def test_what_is_written_with_quotes_is_read_back(
    holders: list[str], encoding: layouts.Encoding, separator: str
) -> None:
    layout = BankLayout(name="x", columns=SANDBOX.columns, encoding=encoding, separator=separator)
    rows = [row(number, holder=holder) for number, holder in enumerate(holders, 1)]

    content = layouts.render(layout, BATCH, rows, count=len(rows), amount=Fen(0))

    read = list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=separator))
    assert [line[3] for line in read[1:]] == holders
    assert content == layouts.render(layout, BATCH, rows, count=len(rows), amount=Fen(0))
