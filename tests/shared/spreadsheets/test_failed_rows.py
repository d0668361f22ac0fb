"""The rows that were refused, given back as a file."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from services.registry.rosters.usecases.table import ROSTER
from shared.spreadsheets import cells, failed_rows, reader
from shared.spreadsheets.failed_rows import FailedRow
from shared.spreadsheets.sheet_scan import letters_of
from shared.spreadsheets.tables import FileFormat, SheetFormat


def write(form: SheetFormat, rows: list[FailedRow]) -> bytes:
    """A file of pieces of two rows."""
    made = failed_rows.failed_rows_file(form, ROSTER)
    pieces = [made.begin(), *(made.add(rows[first : first + 2]) for first in range(0, len(rows), 2)), made.end()]
    return b"".join(pieces)


class TestFailedRows:
    ERRORS = ({"title": "Wrong.", "cure": "See 3.", "title_zh": "错。", "cure_zh": "见 3。", "seats": 3},)

    @pytest.mark.parametrize("form", list(SheetFormat))
    def test_come_back_as_they_were_and_can_be_read_again(self, form: SheetFormat) -> None:
        given = {"class": "2025-001", "local_id": "T<1>", "name": "+何", "document_number": "419999200208319443"}

        content = write(form, [FailedRow(given, self.ERRORS)] * 3)

        rows = list(reader.read(FileFormat(form), content, ROSTER).rows)
        assert [row.values for row in rows] == [given] * 3
        assert [row.faults for row in rows] == [[]] * 3

    def test_say_what_is_wrong_in_both_languages(self) -> None:
        error = self.ERRORS[0] | {"column": "name", "column_zh": "姓名"}

        text = write(SheetFormat.CSV, [FailedRow({"local_id": "T1"}, [error])]).decode("utf-8-sig")

        assert "姓名：错。见 3。,name: Wrong. See 3." in text

    def test_that_a_spreadsheet_would_work_out_are_kept_from_it(self) -> None:
        text = write(SheetFormat.CSV, [FailedRow({"name": "=cmd()"}, ())]).decode()

        assert "\t=cmd()" in text

    @pytest.mark.parametrize(
        ("field", "cell"),
        [
            ("document_number", "419999200208319443"), ("local_id", "007"), ("local_id", "2025-1"),
            ("class", "2025-001"), ("class", "1.2"), ("local_id", "1E5"), ("consent/on", "2025-09-01"),
            ("groups/0/evidence", "＝1+1"), ("name", "@何"),
        ],
    )  # fmt: skip
    def test_in_csv_keep_what_excel_would_change_and_are_read_as_they_were(self, field: str, cell: str) -> None:
        content = write(SheetFormat.CSV, [FailedRow({field: cell}, ())])
        (row,) = reader.read(FileFormat.CSV, content, ROSTER).rows

        assert f"\t{cell}" in content.decode()
        assert row.values[field] == cells.tidy(cell)

    @pytest.mark.parametrize("cell", ["13912345678", "T1", "何示例", "S02-1", "41999919911103426X"])
    def test_in_csv_are_left_alone_where_excel_leaves_them_alone(self, cell: str) -> None:
        assert "\t" not in write(SheetFormat.CSV, [FailedRow({"local_id": cell}, ())]).decode()

    def test_keep_the_format_of_text_in_a_workbook(self) -> None:
        content = write(SheetFormat.XLSX, [FailedRow({"document_number": "1"}, ())])

        with ZipFile(BytesIO(content)) as package:
            sheet = package.read("xl/worksheets/sheet1.xml").decode()
        assert 's="0"' not in sheet.partition('<row r="3">')[2].partition("</row>")[0]
        assert "<dataValidation " in sheet

    def test_mark_and_comment_each_wrong_cell_of_a_workbook(self) -> None:
        wrong = {
            "pointer": "/document_number",
            "title": "It is mistyped.",
            "title_zh": "证件号码有误。",
            "cure_zh": "请核对。",
        }
        empty = {"pointer": "/phone", "title": "It is missing.", "title_zh": "缺少此项。"}
        row = FailedRow({"name": "何示例", "document_number": "41"}, [wrong, empty])
        places = {column.field: letters_of(place) for place, column in enumerate(ROSTER.columns)}
        number, phone, name = (f"{places[field]}4" for field in ("document_number", "phone", "name"))

        package = ZipFile(BytesIO(write(SheetFormat.XLSX, [FailedRow({"name": "郑示例"}, []), row])))
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        comments = dict(
            re.findall(
                r'<comment ref="(\w+)".*?<t(?: [^>]*)?>(.*?)</t>', package.read("xl/comments1.xml").decode(), re.DOTALL
            )
        )
        shapes = package.read("xl/drawings/vmlDrawing1.vml").decode()
        styles = dict(re.findall(r'<c r="(\w+)" s="(\d+)"', sheet))

        assert comments[number] == "证件号码有误。请核对。\nIt is mistyped."
        assert comments[phone] == "缺少此项。\nIt is missing."
        assert name not in comments
        assert styles[number] == styles[phone] == styles[f"{letters_of(len(ROSTER.columns))}1"] != styles[name]
        assert "<x:Row>3</x:Row>" in shapes
        for part in ("xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/worksheets/sheet1.xml"):
            ElementTree.fromstring(package.read(part))
        assert shapes.count("<v:shape ") == len(comments) == len(set(re.findall(r'id="(_x0000_s\d+)"', shapes)))

    def test_are_all_marked_and_the_first_of_them_commented(self) -> None:
        error = {"pointer": "/name", "title_zh": "缺少此项。"}
        rows = [FailedRow({"local_id": f"T{number}"}, [error]) for number in range(failed_rows.COMMENTS_MAX + 50)]

        package = ZipFile(BytesIO(write(SheetFormat.XLSX, rows)))

        commented = package.read("xl/comments1.xml").decode().count("缺少此项。")
        assert commented == failed_rows.COMMENTS_MAX
