"""Reading CSV: encodings, separators, quotes, and rows that are broken each in its own way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rosters.usecases.table import ROSTER
from shared.spreadsheets import reader, templates
from shared.spreadsheets.file_faults import (
    HeadingsNotFound,
    NotASpreadsheet,
    SpreadsheetEmpty,
    TooManyRows,
    UnknownColumns,
)
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import ROWS_MAX, FileFormat
from tests.shared.spreadsheets.workbooks import HEADINGS, csv_file, line, workbook


def read(content: bytes | str) -> list[FileRow]:
    body = content.encode() if isinstance(content, str) else content
    return list(reader.read(FileFormat.CSV, body, ROSTER).rows)


def faults(content: bytes | str) -> list[list[tuple[str | None, str]]]:
    return [row.faults for row in read(content)]


class TestAGoodFile:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_may_be_of_any_usual_encoding_and_separator(self, encoding: str, separator: str) -> None:
        rows = read(csv_file(line(1), line(2, 姓名="联通"), separator=separator).encode(encoding))

        assert [(row.row, row.values["name"], row.faults) for row in rows] == [(2, "学员一", []), (3, "联通", [])]

    def test_may_say_its_separator_in_a_line_that_nobody_sees(self) -> None:
        assert [row.row for row in read("sep=;\r\n" + csv_file(line(1), separator=";"))] == [2]

    def test_may_hold_quotes_separators_and_line_ends_inside_quotes(self) -> None:
        papers = (*HEADINGS, "重点群体证明")

        rows = read(csv_file([*line(1), '"退役证,\n""1""号"'], [*line(2), ""], headings=papers))

        assert rows[0].values["groups/0/evidence"] == '退役证,\n"1"号'
        assert [row.row for row in rows] == [2, 3]

    @pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
    def test_may_end_its_lines_as_any_system_does(self, end: str) -> None:
        assert len(read(csv_file(line(1), line(2)).replace("\r\n", end))) == 2

    def test_may_have_empty_rows_which_count_for_the_clerk(self) -> None:
        assert [row.row for row in read(csv_file(line(1), [], ["", "", ""], line(2)))] == [2, 5]

    def test_may_hold_numbers_that_were_kept_as_text(self) -> None:
        number = line(1)[3]

        assert read(csv_file(line(1, 证件号码=f'="{number}"')))[0].values["document_number"] == number
        assert read(csv_file(line(1, 证件号码=f'"=""{number}"""')))[0].values["document_number"] == number

    def test_is_empty_without_rows(self) -> None:
        for content in ("", "\r\n\r\n", csv_file(), templates.csv_text(ROSTER)):
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
        bad = csv_file(line(2)).encode().split(b"\r\n")[1].replace("学员二".encode(), b"\xff\xff")

        assert faults(csv_file(line(1)).encode() + bad) == [[], [(None, "row-unreadable")]]

    def test_with_a_null_character_is_refused_alone(self) -> None:
        padding = [line(number) for number in range(1, 60)]

        found = faults(csv_file(*padding, line(60, 姓名="何\0例"), line(61)))

        assert (found[59], found[60]) == ([(None, "row-unreadable")], [])

    def test_with_a_quote_that_never_closes_is_refused_alone(self) -> None:
        lines = [line(number) for number in range(2, 40)]

        found = faults(csv_file(line(1, 姓名='"何示例'), *lines))

        assert found == [[(None, "row-quote-not-closed")], *([[]] * 38)]

    @pytest.mark.parametrize("names", [('"甲', '"乙'), ('甲"', '乙"'), ('"甲', '乙"'), ('甲"甲', '乙"乙')])
    def test_with_a_stray_quote_never_becomes_one_with_another(self, names: tuple[str, str]) -> None:
        rows = read(csv_file(line(1, 姓名=names[0]), line(2), line(3, 姓名=names[1]), line(4)))

        assert [row.row for row in rows] == [2, 3, 4, 5]
        assert [row.row for row in rows if not row.faults] == [3, 5]

    @given(st.data())
    def test_keeps_its_own_number_wherever_quotes_are_strewn(self, data: st.DataObject) -> None:
        width = data.draw(st.integers(4, len(HEADINGS)))
        lines = [",".join(line(number)[:width]) for number in range(1, 8)]
        for _ in range(data.draw(st.integers(1, 6))):
            place = data.draw(st.integers(0, len(lines) - 1))
            at = data.draw(st.integers(0, len(lines[place])))
            lines[place] = f'{lines[place][:at]}"{lines[place][at:]}'

        rows = read("\n".join([",".join(HEADINGS), *lines]))

        own = {local_id: number for _, local_id, _, number, _ in map(line, range(1, 8))}
        for row in rows:
            if not row.faults and row.values["local_id"] in own:
                assert row.values["document_number"] not in set(own.values()) - {own[row.values["local_id"]]}
        if width == len(HEADINGS):
            assert [row.row for row in rows] == list(range(2, 9))

    def test_with_more_cells_than_headings_is_refused_alone(self) -> None:
        assert faults(csv_file([*line(1), "x"], [*line(2), ""])) == [[("F", "row-extra-cells")], []]

    def test_with_a_formula_is_refused_alone(self) -> None:
        assert faults(csv_file(line(1, 姓名="=1+1"))) == [[("name", "cell-formula")]]

    def test_with_a_number_that_excel_shortened_is_told(self) -> None:
        for number in ("4.2E+17", "419999200208319000"):
            assert faults(csv_file(line(1, 证件号码=number))) == [[("document_number", "cell-digits-lost")]]


class TestAFileThatIsNone:
    @pytest.mark.parametrize("content", [workbook(line(1)), "姓名,证件号码".encode("utf-32"), b"\0\1\2", b"<html>"])
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
