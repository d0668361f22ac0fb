"""Reading NDJSON: each line by itself, in the form of JSON's rows, and shown as a spreadsheet would have it."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.follow_ups.usecases.table import FOLLOW_UPS
from services.registry.rosters.usecases.files import parse
from services.registry.rosters.usecases.table import ROSTER
from shared.spreadsheets import reader
from shared.spreadsheets.file_faults import NotASpreadsheet, SpreadsheetEmpty, TooManyRows
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import CELL_LENGTH_MAX, ROWS_MAX, FileFormat, Table
from tests.registry.school import trainee


def read(content: bytes, table: Table = ROSTER) -> list[FileRow]:
    return list(reader.read(FileFormat.NDJSON, content, table).rows)


def line(**changes: object) -> bytes:
    return orjson.dumps(trainee(1, **{"class": "C1"}) | changes)


def test_a_line_is_a_row_under_its_number_with_nested_fields_shown_by_column() -> None:
    group = {"group": "veteran", "evidence": "优待证 1", "dated_on": "2024-12-01"}

    (row,) = read(b"\xef\xbb\xbf\n" + line(groups=[group], tags=["S06", "S07"]) + b"\n\n")

    assert (row.row, row.faults) == (2, [])
    assert (row.cells["groups/0/evidence"], row.cells["tags"], row.cells["class"]) == ("优待证 1", "S06、S07", "C1")
    assert parse([row]).refused == []


def test_an_amount_in_fen_is_shown_in_yuan() -> None:
    (row,) = read(b'{"class_local_id": "C1", "trainee_local_id": "T1", "pay_before_fen": 450050}', FOLLOW_UPS)

    assert row.cells["pay_before_fen"] == "4500.50"


def test_what_a_table_requires_may_be_missing_where_the_file_says_it() -> None:
    content = line(**{"class": None})

    assert read(content)[0].faults == [("class", "cell-missing")]
    assert read(content, ROSTER.without({"class"}))[0].faults == []


def test_a_long_text_is_cut_where_it_is_given_back() -> None:
    assert len(read(line(name="甲" * 9_999))[0].cells["name"]) == CELL_LENGTH_MAX


@pytest.mark.parametrize("broken", [b"{", b"[]", b"7", b'{"a": NaN}', b'"\xff"', b'{"name": "\\ud842"}', b'{"a/b": 1}'])
def test_a_broken_line_is_refused_alone(broken: bytes) -> None:
    rows = read(b"\n".join((line(), broken, line())))

    assert [[slug for _, slug in row.faults] for row in rows] == [[], ["row-not-an-object"], []]


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers(0, 9) | st.text(), st.lists)))
def test_any_object_is_read(content: dict[str, object]) -> None:
    (row,) = read(orjson.dumps(content))

    assert len(parse([row]).rows) + len(parse([row]).refused) == 1


def test_a_file_that_is_none_empty_or_too_long_is_refused() -> None:
    with pytest.raises(NotASpreadsheet):
        read(b"%PDF-1.7")
    for empty in (b"", b"\n \n"):
        with pytest.raises(SpreadsheetEmpty):
            read(empty)
    with pytest.raises(TooManyRows):
        read(b"{}\n" * (ROWS_MAX + 1))
