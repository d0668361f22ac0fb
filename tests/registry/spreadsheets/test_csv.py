"""Reading CSV: encodings, separators, quotes, and rows that are broken each in its own way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.roster_file_faults import (
    HeadingsNotFound,
    NotASpreadsheet,
    SpreadsheetEmpty,
    TooManyRows,
    UnknownColumns,
)
from services.registry.domain.roster_files import ROWS_MAX, RosterFileForm
from services.registry.usecases.spreadsheets import failed_rows, reader, templates
from services.registry.usecases.spreadsheets.columns import BY_FIELD, BY_HEADING, COLUMNS, plain
from services.registry.usecases.spreadsheets.failed_rows import FailedRow
from services.registry.usecases.spreadsheets.reader import FileRow
from tests.registry.spreadsheets.workbooks import HEADINGS, csv_file, line, workbook


def read(content: bytes | str) -> list[FileRow]:
    body = content.encode() if isinstance(content, str) else content
    return list(reader.read(RosterFileForm.CSV, body, names_class=True).rows)


def faults(content: bytes | str) -> list[list[tuple[str | None, str]]]:
    return [row.faults for row in read(content)]


class TestAGoodFile:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_may_be_of_any_usual_encoding_and_separator(self, encoding: str, separator: str) -> None:
        rows = read(csv_file(line(1), line(2, 姓名="联通"), separator=separator).encode(encoding))

        assert [(row.row, row.values["name"], row.faults) for row in rows] == [(2, "学员1", []), (3, "联通", [])]

    def test_may_say_its_separator_in_a_line_that_nobody_sees(self) -> None:
        assert [row.row for row in read("sep=;\r\n" + csv_file(line(1), separator=";"))] == [2]

    def test_may_hold_quotes_separators_and_line_ends_inside_quotes(self) -> None:
        rows = read(csv_file(line(1, 姓名='"何,\n""示""例"'), line(2)))

        assert rows[0].values["name"] == '何,\n"示"例'
        assert [row.row for row in rows] == [2, 3]

    @pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
    def test_may_end_its_lines_as_any_system_does(self, end: str) -> None:
        assert len(read(csv_file(line(1), line(2)).replace("\r\n", end))) == 2

    def test_may_have_empty_rows_which_count_for_the_clerk(self) -> None:
        assert [row.row for row in read(csv_file(line(1), [], ["", "", ""], line(2)))] == [2, 5]

    def test_is_empty_without_rows(self) -> None:
        for content in ("", "\r\n\r\n", csv_file(), templates.csv_text()):
            with pytest.raises(SpreadsheetEmpty):
                read(content)


class TestARowOfItsOwn:
    def test_in_another_encoding_than_the_rest_is_refused_alone(self) -> None:
        content = csv_file(line(1), line(2)).encode() + csv_file(line(3)).encode("gb18030").split(b"\r\n")[1] + b"\r\n"

        assert faults(content) == [[], [], [(None, "row-mixed-encoding")]]

    def test_in_utf_8_among_those_in_gb18030_is_refused_alone(self) -> None:
        content = csv_file(line(1), line(2)).encode("gb18030") + csv_file(line(3)).encode().split(b"\r\n")[1]

        assert faults(content) == [[], [], [(None, "row-mixed-encoding")]]

    def test_that_is_no_text_is_refused_alone(self) -> None:
        bad = csv_file(line(2)).encode().split(b"\r\n")[1].replace("学员2".encode(), b"\xff\xff")

        assert faults(csv_file(line(1)).encode() + bad) == [[], [(None, "row-unreadable")]]

    def test_with_a_null_character_is_refused_alone(self) -> None:
        padding = [line(number) for number in range(1, 60)]

        found = faults(csv_file(*padding, line(60, 姓名="何\0例"), line(61)))

        assert (found[59], found[60]) == ([(None, "row-unreadable")], [])

    def test_with_a_quote_that_never_closes_is_refused_alone(self) -> None:
        lines = [line(number) for number in range(2, 40)]

        found = faults(csv_file(line(1, 姓名='"何示例'), *lines))

        assert found == [[(None, "row-quote-not-closed")], *([[]] * 38)]

    def test_with_more_cells_than_headings_is_refused_alone(self) -> None:
        assert faults(csv_file([*line(1), "x"], [*line(2), ""])) == [[(None, "row-extra-cells")], []]

    def test_with_a_formula_is_refused_alone(self) -> None:
        assert faults(csv_file(line(1, 姓名="=1+1"))) == [[("name", "cell-formula")]]

    def test_with_a_number_that_excel_shortened_is_told(self) -> None:
        assert faults(csv_file(line(1, 证件号码="4.2E+17"))) == [[("document_number", "cell-digits-lost")]]


class TestAFileThatIsNone:
    @pytest.mark.parametrize("content", [workbook(line(1)), "姓名,证件号码".encode("utf-16"), b"\0\1\2", b"<html>"])
    def test_is_told(self, content: bytes) -> None:
        with pytest.raises(NotASpreadsheet):
            read(content)

    def test_with_too_many_rows_is_refused_before_any_of_them(self) -> None:
        head, row = csv_file(line(1)).encode().split(b"\r\n")[:2]

        with pytest.raises(TooManyRows):
            read(b"\n".join([head, *([row] * (ROWS_MAX + 1))]))

    def test_without_headings_is_told(self) -> None:
        with pytest.raises(HeadingsNotFound):
            read(csv_file(line(1)).split("\r\n", 1)[1])

    def test_with_unknown_columns_is_told_by_their_letters(self) -> None:
        with pytest.raises(UnknownColumns) as caught:
            read(csv_file([*line(1), "x"], headings=(*HEADINGS, "工资")))

        assert caught.value.facts == {"columns": ["F"]}

    @given(st.binary(max_size=300))
    def test_whatever_it_holds_is_read_or_refused(self, content: bytes) -> None:
        try:
            read(csv_file(line(1)).encode() + content)
        except (NotASpreadsheet, HeadingsNotFound, SpreadsheetEmpty):
            return


class TestFailedRows:
    ERRORS = ({"title": "Wrong.", "cure": "See `seats`.", "title_zh": "错。", "cure_zh": "见 `seats`。", "seats": 3},)

    @pytest.mark.parametrize("form", list(RosterFileForm))
    def test_come_back_as_they_were_and_can_be_read_again(self, form: RosterFileForm) -> None:
        cells = {"class": "2025-001", "local_id": "T<1>", "name": "+何", "document_number": "419999200208319443"}

        content = failed_rows.write(form, [FailedRow(cells, self.ERRORS)] * 3)

        rows = list(reader.read(form, content, names_class=True).rows)
        assert [row.values for row in rows] == [cells] * 3
        assert [row.faults for row in rows] == [[]] * 3

    def test_say_what_is_wrong_in_both_languages_with_the_facts_in_place(self) -> None:
        error = self.ERRORS[0] | {"column": "name", "column_zh": "姓名"}

        text = failed_rows.write(RosterFileForm.CSV, [FailedRow({"local_id": "T1"}, [error])]).decode("utf-8-sig")

        assert "姓名：错。见 3。,name: Wrong. See 3." in text

    def test_that_a_spreadsheet_would_work_out_are_kept_from_it(self) -> None:
        text = failed_rows.write(RosterFileForm.CSV, [FailedRow({"name": "=cmd()"}, ())]).decode()

        assert "\t=cmd()" in text

    def test_keep_the_format_of_text_in_a_workbook(self) -> None:
        from io import BytesIO
        from zipfile import ZipFile

        content = failed_rows.write(RosterFileForm.XLSX, [FailedRow({"document_number": "1"}, ())])

        with ZipFile(BytesIO(content)) as package:
            sheet = package.read("xl/worksheets/sheet1.xml").decode()
        assert 's="0"' not in sheet.partition('<row r="3">')[2].partition("</row>")[0]
        assert "<dataValidation " in sheet


def test_every_heading_means_one_column() -> None:
    headings: list[Any] = [plain(heading) for column in COLUMNS for heading in set(column.headings)]

    assert len(set(headings)) == len(BY_HEADING)
    assert len({column.field for column in COLUMNS}) == len(BY_FIELD)
