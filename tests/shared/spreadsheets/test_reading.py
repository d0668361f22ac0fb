"""The process that reads a file: what it may take, and how its end is told."""

from __future__ import annotations

import asyncio
import sys
import zlib
from collections.abc import Iterator

import orjson
import pytest

from services.registry.follow_ups.usecases.table import FOLLOW_UPS
from services.registry.rosters.usecases.table import ROSTER
from shared.spreadsheets import __main__ as process
from shared.spreadsheets import frames
from shared.spreadsheets.file_faults import (
    FormulasEverywhere,
    SpreadsheetDamaged,
    SpreadsheetEmpty,
    SpreadsheetTooLarge,
)
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.frames import ReadingRequest
from shared.spreadsheets.reading import ReaderPool
from shared.spreadsheets.tables import CELL_LENGTH_MAX, FileFormat
from shared.turns import Turns
from tests.shared.spreadsheets.workbooks import HEADINGS, line, rewritten, workbook

SHEET = "xl/worksheets/sheet1.xml"


async def rows_of(content: bytes, readers: ReaderPool | None = None) -> list[FileRow]:
    async with (readers or ReaderPool()).open(FileFormat.XLSX, content, ROSTER) as file:
        rows = [row async for chunk in file.chunks() for row in chunk]
        assert file.rows_total == len(rows)
    return rows


def answered(content: bytes, *, chunk_rows: int, output_bytes_max: int) -> Iterator[object]:
    """What the process answers, frame by frame."""
    request = ReadingRequest(FileFormat.XLSX, ROSTER, len(content), chunk_rows)
    for frame in process.frames(request, content, output_bytes_max=output_bytes_max):
        if frame != frames.LAST:
            yield frames.unpack(frame[frames.LENGTH_BYTES :])


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

    def test_that_makes_too_much_of_all_rows_together_is_refused_behind_the_first(self) -> None:
        found = list(answered(workbook(*map(line, range(1, 20))), chunk_rows=2, output_bytes_max=2_000))

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
    async def test_says_by_its_end_what_was_wrong_with_the_file(self, ends: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            await rows_of(b"", ReaderPool(command=(sys.executable, "-c", ends)))


class TestAPool:
    async def test_reads_no_more_files_at_a_time_than_it_may_and_serves_first_who_came_first(self) -> None:
        readers, content = ReaderPool(Turns("files", places=1, waiting_max=9, wait_seconds=60)), workbook(line(1))
        order: list[str] = []
        has_begun, may_end = asyncio.Event(), asyncio.Event()

        async def read(name: str, *, wait: bool) -> None:
            async with readers.open(FileFormat.XLSX, content, ROSTER):
                order.append(name)
                has_begun.set()
                if wait:
                    await may_end.wait()
                order.append(f"{name} is done")

        async with asyncio.TaskGroup() as tasks:
            for number in (1, 2, 3):
                tasks.create_task(read(f"{number}", wait=number == 1))
            await has_begun.wait()
            may_end.set()

        assert order == ["1", "1 is done", "2", "2 is done", "3", "3 is done"]

    async def test_has_a_place_again_after_a_file_that_could_not_be_read(self) -> None:
        readers = ReaderPool(Turns("files", places=1, waiting_max=9, wait_seconds=60))
        with pytest.raises(SpreadsheetDamaged):
            await rows_of(b"PK\3\4", readers)

        assert len(await rows_of(workbook(line(1)), readers)) == 1


def test_a_table_comes_to_the_process_as_it_was_sent() -> None:
    for table in (ROSTER, FOLLOW_UPS):
        request = ReadingRequest(FileFormat.CSV, table, 7, 2)

        arrived = ReadingRequest.parsed(request.serialised())

        assert arrived.serialised() == request.serialised()
        assert arrived.table.columns == table.columns


class TestAFrame:
    def test_that_would_burst_is_not_unpacked(self) -> None:
        bomb = zlib.compress(orjson.dumps("a" * (frames.CONTENT_BYTES_MAX + 10)))

        with pytest.raises(SpreadsheetTooLarge):
            frames.unpack(bomb)
