"""Workbooks that were made to burst, or to look like what they are not."""

from __future__ import annotations

from typing import Any

import pytest
from xlsxwriter import Workbook

from services.registry.rosters.usecases.table import ROSTER
from shared.kernel.refusals import Refusal
from shared.spreadsheets import file_faults as told
from shared.spreadsheets import packages, reader
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import ROWS_MAX, FileFormat
from tests.shared.spreadsheets.workbooks import line, rewritten, workbook, zipped

SHEET = "xl/worksheets/sheet1.xml"


def read(content: bytes) -> list[FileRow]:
    return list(reader.read(FileFormat.XLSX, content, ROSTER).rows)


def refused(kind: type[Refusal], content: bytes) -> dict[str, Any]:
    """The facts of the refusal."""
    with pytest.raises(kind) as caught:
        read(content)
    return caught.value.facts


class TestAHostileWorkbook:
    def test_that_would_burst_is_not_unpacked(self) -> None:
        bomb = zipped(xl__workbook_xml=b"", xl__media__a_bin=b"\0" * (packages.RATIO_FREE_BYTES + 1))

        assert refused(told.SpreadsheetTooLarge, bomb) == {"ratio_max": packages.RATIO_MAX}

    def test_that_unpacks_to_too_much_is_not_unpacked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(packages, "UNPACKED_BYTES_MAX", 1000)

        assert refused(told.SpreadsheetTooLarge, workbook(line(1))) == {"bytes_max": 1000}

    def test_that_lies_about_its_size_gets_no_further(self) -> None:
        content = bytearray(workbook(*map(line, range(1, 200))))
        # The announced sizes are in the central directory; each is made small.
        at = content.find(b"PK\x01\x02")
        while at >= 0:
            content[at + 24 : at + 28] = (100).to_bytes(4, "little")
            at = content.find(b"PK\x01\x02", at + 4)

        refused(told.SpreadsheetDamaged, bytes(content))

    def test_of_a_million_rows_is_refused_before_it_is_laid_out(self) -> None:
        far = workbook(line(1), finish=lambda book, page: page.write("A1048576", "x"))

        assert refused(told.TooManyRows, far) == {"rows_max": ROWS_MAX}

    def test_of_a_million_rows_that_only_have_a_colour_is_read(self) -> None:
        def paint(book: Workbook, page: Any) -> None:
            page.write_blank("A1048576", None, book.add_format({"bg_color": "red"}))

        assert len(read(workbook(line(1), finish=paint))) == 1

    def test_that_reaches_to_the_last_column_is_refused_before_it_is_laid_out(self) -> None:
        refused(told.TooManyColumns, workbook(line(1), finish=lambda book, page: page.write("XFD100000", "x")))

    def test_whose_cells_do_not_say_where_they_are_is_refused_if_they_hold_formulas(self) -> None:
        content = workbook(line(1), finish=lambda book, page: page.write_formula("B2", "=1"))

        refused(told.FormulasEverywhere, rewritten(content, SHEET, lambda xml: xml.replace(b'r="B2"', b"")))

    def test_whose_merged_cells_are_more_than_can_be_told_is_refused(self) -> None:
        merged = b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:BH100000"/>' * 30 + b"</mergeCells>"

        refused(
            told.MergedEverywhere,
            rewritten(workbook(line(1)), SHEET, lambda xml: xml.replace(b"</sheetData>", merged)),
        )

    def test_that_expands_entities_has_them_left_alone(self) -> None:
        entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        content = rewritten(workbook(line(1)), SHEET, lambda xml: xml.replace(b"<worksheet", entities + b"<worksheet"))

        assert len(read(content)) == 1
