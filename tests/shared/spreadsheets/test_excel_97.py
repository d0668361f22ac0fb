"""Reading Excel 97 workbooks (.xls): the answers of an Excel workbook, for the same content."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from random import Random
from struct import pack
from typing import Any

import pytest
import xlwt

from services.registry.rosters.usecases.table import CLASS, ROSTER
from shared.kernel.refusals import Refusal
from shared.spreadsheets import file_faults as told
from shared.spreadsheets import reader
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.reading import ReaderPool
from shared.spreadsheets.tables import FileFormat, Table
from shared.spreadsheets.xls_texts import shared_texts
from tests.shared.spreadsheets.workbooks import (
    FULL,
    HEADINGS,
    full_line,
    line,
    rewritten_97,
    workbook,
    workbook_97,
    zipped,
)

DAY = xlwt.easyxf(num_format_str="yyyy-mm-dd")
BEGIN = b"\x09\x08\x10\0"
"""The head of the record with which the workbook and each sheet begins."""


def read(content: bytes, table: Table = ROSTER) -> list[FileRow]:
    return list(reader.read(FileFormat.XLS, content, table).rows)


def refused(kind: type[Refusal], content: bytes) -> dict[str, Any]:
    """The facts of the refusal."""
    with pytest.raises(kind) as caught:
        read(content)
    return caught.value.facts


def faults(content: bytes) -> list[list[tuple[str | None, str]]]:
    return [row.faults for row in read(content)]


class TestAGoodWorkbook:
    def test_is_read_as_the_same_in_xlsx(self) -> None:
        lines = [line(1), [], line(2, 手机号=13912345678), line(3, 证件号码=4.19999200208319e17, 学员编号=17)]

        assert read(workbook_97(*lines)) == list(reader.read(FileFormat.XLSX, workbook(*lines), ROSTER).rows)

    def test_may_start_right_of_the_first_column(self) -> None:
        assert read(workbook_97(["", *line(1)], headings=("", *HEADINGS)))[0].values["local_id"] == "T1"

    def test_needs_no_column_for_the_class_when_it_was_posted_for_one(self) -> None:
        content = workbook_97(line(1)[1:], headings=HEADINGS[1:])

        assert read(content, ROSTER.without({CLASS}))[0].faults == []
        assert refused(told.HeadingsMissing, content)["missing_zh"] == ["班级编号"]

    @pytest.mark.parametrize("since_1904", [False, True])
    def test_has_dates_of_either_calendar(self, since_1904: bool) -> None:
        def write(book: xlwt.Workbook, page: Any) -> None:
            book.dates_1904 = since_1904
            page.write(1, FULL.index("同意日期"), date(2025, 9, 1), DAY)

        (row,) = read(workbook_97(full_line(1), headings=FULL, finish=write))

        assert (row.values["consent/on"], row.faults) == ("2025-09-01", [])

    def test_of_many_rows_keeps_rare_characters_wherever_its_records_end(self) -> None:
        names = [chr(0x20000 + number) * (1 + number % 7) for number in range(3_000)]

        rows = read(workbook_97(*(line(number, 姓名=name) for number, name in enumerate(names, start=1))))

        assert [row.values["name"] for row in rows] == names

    def test_is_read_by_the_process_which_hears_no_warnings(self) -> None:
        # Of a file whose length is no multiple of a sector, which some programs write.
        content = workbook_97(line(1)) + b"\0"

        assert len(read(content)) == 1

    async def test_is_read_in_the_process_of_its_own(self) -> None:
        async with ReaderPool().open(FileFormat.XLS, workbook_97(line(1), line(2)) + b"\0", ROSTER) as file:
            rows = [row async for chunk in file.chunks() for row in chunk]

        assert [row.row for row in rows] == [2, 3]


class TestACell:
    @pytest.mark.parametrize(
        ("heading", "cell", "slug"),
        [
            ("证件号码", 4.19999200208319e17, "cell-digits-lost"),
            ("学员编号", 17, "cell-zeros-lost"),
            ("手机号", 13912345678.5, "cell-zeros-lost"),
            ("姓名", 12, "cell-unfit"),
            ("学员编号", True, "cell-unfit"),
            ("姓名", "#N/A", "cell-error"),
            ("姓名", "", "cell-missing"),
        ],
    )
    def test_that_lost_something_is_told_by_its_column(self, heading: str, cell: Any, slug: str) -> None:
        assert [fault for _, fault in faults(workbook_97(line(1, **{heading: cell})))[0]] == [slug]

    @pytest.mark.parametrize("cell", [date(2025, 1, 1), datetime(2025, 1, 1, 12, 30), time(12, 30)])  # noqa: DTZ001
    def test_that_became_a_date_is_told(self, cell: Any) -> None:
        content = workbook_97(line(1), finish=lambda book, page: page.write(1, 1, cell, DAY))

        assert faults(content) == [[("local_id", "cell-turned-into-date")]]

    @pytest.mark.parametrize("day", [-3.0, 1e9])
    def test_that_shows_a_day_that_does_not_exist_is_a_number(self, day: float) -> None:
        content = workbook_97(
            full_line(1), headings=FULL, finish=lambda book, page: page.write(1, FULL.index("同意日期"), day, DAY)
        )

        assert faults(content) == [[("consent/on", "cell-date-as-number")]]

    def test_with_an_error_is_told_and_is_not_an_empty_row(self) -> None:
        def write(book: xlwt.Workbook, page: Any) -> None:
            page.row(1).set_cell_error(2, "#DIV/0!")
            page.row(2).set_cell_error(2, "#REF!")

        rows = read(workbook_97(line(1), finish=write))

        assert rows[0].faults == [("name", "cell-error")]
        assert (rows[1].row, rows[1].faults[0]) == (3, ("name", "cell-error"))

    def test_with_a_formula_is_told_whatever_it_shows(self) -> None:
        content = workbook_97(
            line(1), line(2), line(3), finish=lambda book, page: page.write(1, 1, xlwt.Formula('"T"&1'))
        )

        found = faults(content)

        assert found == [[("local_id", "cell-formula")], [], []]

    def test_that_only_holds_a_formula_is_not_an_empty_row(self) -> None:
        content = workbook_97(line(1), finish=lambda book, page: page.write(2, 1, xlwt.Formula("A9")))

        assert [row.row for row in read(content)] == [2, 3]

    def test_that_is_merged_refuses_each_row_of_the_merged(self) -> None:
        content = workbook_97(
            line(1), line(2), line(3), finish=lambda book, page: page.write_merge(1, 2, 0, 0, "2025-001")
        )  # fmt: skip

        assert faults(content) == [[("class", "cell-merged")], [("class", "cell-merged")], []]

    def test_with_half_a_character_spoils_its_row_alone(self) -> None:
        whole, half = "何\U00020bb7".encode("utf-16-le"), "何甲".encode("utf-16-le")[:2] + b"\x42\xd8\x32\x53"
        content = rewritten_97(
            workbook_97(line(1, 学员编号="何\U00020bb7"), line(2)), lambda records: records.replace(whole, half)
        )

        assert faults(content) == [[("local_id", "row-unreadable")], []]


class TestHiddenRows:
    def test_are_read_and_counted(self) -> None:
        def hide(book: xlwt.Workbook, page: Any) -> None:
            page.row(2).hidden = True

        found = reader.read(FileFormat.XLS, workbook_97(line(1), line(2), line(3), finish=hide), ROSTER)

        assert (found.hidden, [row.row for row in found.rows]) == (1, [2, 3, 4])


class TestOtherSheets:
    @pytest.mark.parametrize(("visibility", "fault"), [(1, told.HiddenSheets), (2, told.VeryHiddenSheets)])
    def test_that_are_hidden_are_told_if_they_hold_something_and_do_not_matter_if_they_are_empty(
        self, visibility: int, fault: type[Refusal]
    ) -> None:
        def add(*cells: str) -> Callable[[xlwt.Workbook, Any], None]:
            def finish(book: xlwt.Workbook, page: Any) -> None:
                other = book.add_sheet("旧")
                other.visibility = visibility
                for column, cell in enumerate(cells):
                    other.write(0, column, cell)

            return finish

        assert refused(fault, workbook_97(line(1), finish=add("x"))) == {"count": 1}
        assert len(read(workbook_97(line(1), finish=add()))) == 1

    def test_that_hold_something_make_it_unclear_which_is_meant_unless_they_explain_the_template(self) -> None:
        def add(name: str) -> Callable[[xlwt.Workbook, Any], None]:
            return lambda book, page: book.add_sheet(name).write(0, 0, "x")

        assert refused(told.SeveralSheets, workbook_97(line(1), finish=add("Sheet2"))) == {"sheets": [1, 2]}
        assert len(read(workbook_97(line(1), finish=add("说明")))) == 1

    @pytest.mark.parametrize(("visibility", "kind"), [(0, 1), (0, 2), (1, 2)])
    def test_of_macros_or_a_chart_are_not_read_but_told_if_they_are_hidden(self, visibility: int, kind: int) -> None:
        def before(book: xlwt.Workbook, page: Any) -> None:
            book.add_sheet("宏").write(0, 0, "x")
            book._Workbook__worksheets.reverse()

        def change(records: bytes) -> bytes:
            at = records.index(b"\x85\0") + 4
            return records[: at + 4] + bytes([visibility, kind]) + records[at + 6 :]

        content = rewritten_97(workbook_97(line(1), finish=before), change)

        if visibility:
            assert refused(told.HiddenSheets, content) == {"count": 1}
        else:
            assert len(read(content)) == 1


class TestAFileThatIsNone:
    @pytest.mark.parametrize(
        ("content", "looks_like"),
        [
            (b"<html><head/><body><table><tr><td>1</td></tr></table></body></html>", "web page"),
            (b"\xef\xbb\xbf\r\n<table border=1><tr><td>1</td></tr></table>", "web page"),
            (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
            ("姓名\t证件号码\n".encode("gb18030"), "CSV"),
            (workbook(line(1)), ".xlsx"),
            (zipped(a_txt=b""), "zip"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0\0", "password"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Book".encode("utf-16-le") + b"\0\0", "Excel 95"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") + b"\0\0", ".doc"),
            (pack("<6H", 0x809, 8, 0, 0x10, 0, 0), "Excel 95"),
        ],
    )
    def test_is_told_what_it_looks_like(self, content: bytes, looks_like: str) -> None:
        facts = refused(told.NotASpreadsheet, content)

        assert looks_like in facts["looks_like"]
        assert facts["looks_like_zh"]
        assert facts["form"] == "xls"

    def test_that_is_locked_is_told_so(self) -> None:
        def lock(records: bytes) -> bytes:
            after = records.index(BEGIN) + 20
            return records[:after] + pack("<HH", 0x2F, 6) + b"\0" * 6 + records[after:]

        facts = refused(told.NotASpreadsheet, rewritten_97(workbook_97(line(1)), lock))

        assert "password" in facts["looks_like"]

    def test_of_an_older_excel_in_the_files_of_a_newer_is_told_so(self) -> None:
        older = rewritten_97(workbook_97(line(1)), lambda records: records[:4] + b"\0\x05" + records[6:])

        assert "Excel 95" in refused(told.NotASpreadsheet, older)["looks_like"]

    def test_is_empty_without_rows(self) -> None:
        refused(told.SpreadsheetEmpty, workbook_97())
        refused(told.SpreadsheetEmpty, workbook_97(headings=None))


class TestAHostileWorkbook:
    def test_that_was_cut_short_is_damaged_wherever_that_was(self) -> None:
        content = workbook_97(*map(line, range(1, 60)))

        for kept in range(512, len(content) - 512, 512):
            with pytest.raises((told.SpreadsheetDamaged, told.NotASpreadsheet)):
                read(content[:kept])

    @pytest.mark.parametrize("number", range(60))
    def test_whose_bytes_were_changed_is_read_or_refused(self, number: int) -> None:
        chance = Random(number)
        content = bytearray(workbook_97(*map(line, range(1, 30))))
        for _ in range(chance.choice((1, 3, 20))):
            content[chance.randrange(len(content))] = chance.randrange(256)

        with suppress(*told.FILE_FAULTS.values()):
            read(bytes(content))

    def test_whose_sectors_go_round_in_a_circle_is_damaged(self) -> None:
        content = bytearray(workbook_97(*map(line, range(1, 200))))
        table = 512 + 512 * int.from_bytes(content[76:80], "little")
        # The third sector of the workbook is followed by the first.
        content[table + 8 : table + 12] = (0).to_bytes(4, "little")

        refused(told.SpreadsheetDamaged, bytes(content))

    def test_that_reaches_to_the_last_column_is_refused_before_it_is_laid_out(self) -> None:
        def write(book: xlwt.Workbook, page: Any) -> None:
            # Numbers side by side are one record.
            for column in range(57, 63):
                page.write(9, column, 1)

        refused(told.TooManyColumns, workbook_97(line(1), finish=lambda book, page: page.write(9, 255, "x")))
        refused(told.TooManyColumns, workbook_97(line(1), finish=write))

    def test_whose_last_columns_only_have_a_colour_is_read(self) -> None:
        def paint(book: xlwt.Workbook, page: Any) -> None:
            for column in (100, 255):
                page.write(65_535, column, None, xlwt.easyxf("pattern: pattern solid, fore_colour red"))

        assert len(read(workbook_97(line(1), finish=paint))) == 1

    def test_whose_merged_cells_are_more_than_can_be_told_is_refused(self) -> None:
        def merge(book: xlwt.Workbook, page: Any) -> None:
            page.merged_ranges.extend([(1, 65_535, 0, 59)] * 2)

        refused(told.MergedEverywhere, workbook_97(line(1), finish=merge))

    def test_whose_texts_are_fewer_than_it_says_is_damaged(self) -> None:
        records = pack("<II", 2, 2) + pack("<HB", 1, 0) + b"A"

        with pytest.raises(IndexError):
            shared_texts([records], 2)


def test_texts_with_fonts_and_readings_are_the_texts_alone() -> None:
    fonts = pack("<HBH", 2, 0x08, 2) + b"AB" + b"\1" * 8
    readings = pack("<HBI", 1, 0x05, 6) + "何".encode("utf-16-le") + b"\2" * 6
    cut = pack("<HB", 4, 0x01) + "甲乙".encode("utf-16-le")

    # The last goes on in single bytes; what belongs to the first is cut, too.
    first, second = fonts[:-3], fonts[-3:] + readings + cut
    texts = shared_texts([b"\0" * 8 + first, second, b"\0" + b"CD"], 3)

    assert texts == ["AB", "何", "甲乙CD"]
