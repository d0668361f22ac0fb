"""The process that reads a file: what it may take, and how its end is told."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator

import orjson
import pytest

from services.registry.rosters.rules.file_faults import (
    FormulasEverywhere,
    SpreadsheetDamaged,
    SpreadsheetEmpty,
    SpreadsheetTooLarge,
)
from services.registry.rosters.rules.files import CELL_LENGTH_MAX, RosterFileForm
from services.registry.rosters.usecases.spreadsheets import __main__ as process
from services.registry.rosters.usecases.spreadsheets import frames, reading
from services.registry.rosters.usecases.spreadsheets.reader import FileRow
from tests.registry.rosters.spreadsheets.workbooks import HEADINGS, line, rewritten, workbook

SHEET = "xl/worksheets/sheet1.xml"


async def rows_of(content: bytes) -> list[FileRow]:
    async with reading.opened(RosterFileForm.XLSX, content, names_class=True) as opened:
        listening = [row async for chunk in opened.chunks() for row in chunk]
        assert opened.rows_total == len(listening)
    return listening


def told(content: bytes) -> Iterator[object]:
    for frame in process.frames(RosterFileForm.XLSX, content, names_class=True):
        if frame != frames.LAST:
            yield frames.unpacked(frame[frames.LENGTH_BYTES :])


class TestAFile:
    async def test_is_read_row_by_row(self) -> None:
        rows = await rows_of(workbook(line(1), line(2)))

        assert [row.row for row in rows] == [2, 3]

    async def test_with_a_cell_that_holds_a_book_has_it_refused_and_cut(self) -> None:
        (row,) = await rows_of(workbook(line(1, 姓名="甲" * 32_767)))

        assert [tuple(fault) for fault in row.faults] == [("name", "cell-too-long")]
        assert len(row.cells["name"]) == CELL_LENGTH_MAX

    async def test_that_is_small_but_makes_much_is_refused(self) -> None:
        # One text, shared by all cells of a kind, costs the file next to nothing.
        headings = (*HEADINGS, "重点群体证明", "同意书版本", "标签", "专项编码", "就业状态", "证件类型", "重点群体")
        lines = [[*line(number), *["甲" * 5_000] * 7] for number in range(1, 1_500)]
        content = workbook(*lines, headings=headings)

        with pytest.raises(SpreadsheetTooLarge):
            await rows_of(content)

        assert len(content) < 200_000

    @pytest.mark.parametrize(
        "bomb", [b"<row ", b"<c ", b'<c r="A1" t="e"', b"<mergeCell ", b'<c><f r="', b"<a:c\t", b"<mergeCell ref= "]
    )
    async def test_takes_time_by_its_length_alone(self, bomb: bytes) -> None:
        content = rewritten(workbook(line(1)), SHEET, lambda _: b"<worksheet><sheetData>" + bomb * 400_000)

        with pytest.raises((SpreadsheetDamaged, SpreadsheetEmpty, FormulasEverywhere)):
            await rows_of(content)

    def test_that_makes_too_much_of_all_rows_together_is_refused_behind_the_first(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(process, "CHUNK_ROWS", 2)
        monkeypatch.setattr(process, "OUTPUT_BYTES_MAX", 2_000)

        found = list(told(workbook(*map(line, range(1, 20)))))

        assert found[0] == {"about": 19, "hidden": 0}
        assert len(found) > 2
        assert found[-1] == {"refusal": "spreadsheet-too-large", "facts": {}}


class TestTheProcess:
    @pytest.mark.parametrize(
        ("ends", "refusal"),
        [
            ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", SpreadsheetTooLarge),
            ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", SpreadsheetTooLarge),
            ("import os; os.abort()", SpreadsheetTooLarge),
            ("raise SystemExit(1)", SpreadsheetDamaged),
            ("print('x')", SpreadsheetDamaged),
        ],
    )
    async def test_says_by_its_end_what_was_wrong_with_the_file(
        self, monkeypatch: pytest.MonkeyPatch, ends: str, refusal: type[Exception]
    ) -> None:
        monkeypatch.setattr(reading, "_COMMAND", (sys.executable, "-c", ends))

        with pytest.raises(refusal):
            await rows_of(b"")


class TestAFrame:
    def test_that_would_burst_is_not_unpacked(self) -> None:
        bomb = zlib.compress(orjson.dumps("a" * (frames.CONTENT_BYTES_MAX + 10)))

        with pytest.raises(SpreadsheetTooLarge):
            frames.unpacked(bomb)
