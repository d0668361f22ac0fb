"""Reading Excel workbooks: what clerks do to them, and what hostile people do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from xlsxwriter import Workbook

from services.registry.rosters.usecases.files import parse
from services.registry.rosters.usecases.table import CLASS, ROSTER
from shared.kernel.refusals import Refusal
from shared.spreadsheets import file_faults as told
from shared.spreadsheets import reader, templates
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import FileFormat, Table
from shared.spreadsheets.wording import column_errors
from tests.shared.spreadsheets.workbooks import HEADINGS, line, rewritten, workbook, zipped

SHEET = "xl/worksheets/sheet1.xml"


def read(content: bytes, table: Table = ROSTER) -> list[FileRow]:
    return list(reader.read(FileFormat.XLSX, content, table).rows)


def refused(kind: type[Refusal], content: bytes) -> dict[str, Any]:
    """The facts of the refusal."""
    with pytest.raises(kind) as caught:
        read(content)
    return caught.value.facts


def faults(content: bytes) -> list[list[tuple[str | None, str]]]:
    return [row.faults for row in read(content)]


class TestAGoodWorkbook:
    def test_is_read_row_by_row_with_the_numbers_that_the_clerk_sees(self) -> None:
        rows = read(workbook(line(1), [], line(2)))

        assert [(row.row, row.values["local_id"]) for row in rows] == [(2, "T1"), (4, "T2")]
        assert rows[0].values["class"] == "2025-001"
        assert rows[0].faults == []

    def test_may_have_its_columns_in_another_order_and_its_headings_in_english(self) -> None:
        headings = ("Mobile phone", "document number", "name*", "Trainee Number", "class number")

        rows = read(workbook(list(reversed([*line(1)[:2], *line(1)[2:]])), headings=headings))

        assert set(rows[0].values) == {"phone", "document_number", "name", "local_id", "class"}

    def test_may_have_columns_that_nobody_reads(self) -> None:
        rows = read(workbook(["x", *line(1), "y", "z"], headings=("序号", *HEADINGS, "备注", "原因")))

        assert set(rows[0].values) == {"class", "local_id", "name", "document_number", "phone"}

    def test_may_start_right_of_the_first_column(self) -> None:
        rows = read(workbook(["", *line(1)], headings=("", *HEADINGS)))

        assert rows[0].values["local_id"] == "T1"

    def test_may_hold_full_width_digits_and_spaces(self) -> None:
        rows = read(workbook(line(1, 学员编号="\u3000Ｔ１ ", 手机号="１３９００００００01", 姓名=" 学员\u3000")))

        assert (rows[0].values["local_id"], rows[0].values["phone"]) == ("T1", "13900000001")
        assert rows[0].values["name"] == "学员"

    def test_may_hold_control_characters_which_nobody_sees(self) -> None:
        escaped = rewritten(
            workbook(line(1)), "xl/sharedStrings.xml", lambda xml: xml.replace(b"2025-", b"_x0000_2025-")
        )

        assert read(escaped)[0].values["class"] == "2025-001"

    def test_may_keep_phones_as_numbers_which_lose_nothing(self) -> None:
        assert read(workbook(line(1, 手机号=13912345678)))[0].values["phone"] == "13912345678"

    def test_needs_no_column_for_the_class_when_it_was_posted_for_one(self) -> None:
        content = workbook(line(1)[1:], headings=HEADINGS[1:])

        assert read(content, ROSTER.without({CLASS}))[0].faults == []
        assert refused(told.HeadingsMissing, content)["missing_zh"] == ["班级编号"]

    def test_is_the_template_filled_in(self) -> None:
        filled = rewritten(
            templates.xlsx(ROSTER),
            SHEET,
            lambda xml: xml.replace(
                b"</sheetData>",
                b'<row r="3">' + b"".join(
                    f'<c r="{place}3" t="inlineStr"><is><t>{cell}</t></is></c>'.encode()
                    for place, cell in zip("ABCDEFGH", ["C1", "T1", "何示例", "", "419999200208319443"], strict=False)
                    if cell
                ) + b"</row></sheetData>",
            ),
        )  # fmt: skip

        rows = read(filled)

        assert [(row.row, row.faults) for row in rows] == [(3, [])]
        assert rows[0].values["document_number"] == "419999200208319443"


class TestACell:
    @pytest.mark.parametrize(
        ("heading", "cell", "slug"),
        [
            ("证件号码", 4.19999200208319e17, "cell-digits-lost"),
            ("证件号码", "4.19999E+17", "cell-digits-lost"),
            ("学员编号", 17, "cell-zeros-lost"),
            ("班级编号", 2025001, "cell-zeros-lost"),
            ("手机号", 13912345678.5, "cell-zeros-lost"),
            ("学员编号", date(2025, 1, 1), "cell-turned-into-date"),
            ("姓名", 12, "cell-unfit"),
            ("学员编号", True, "cell-unfit"),
            ("姓名", "#N/A", "cell-error"),
            ("姓名", "", "cell-missing"),
            ("学员编号", "\u200b ", "cell-missing"),
        ],
    )
    def test_that_lost_something_is_told_by_its_column(self, heading: str, cell: Any, slug: str) -> None:
        def write(book: Workbook, page: Any) -> None:
            place = HEADINGS.index(heading)
            if isinstance(cell, date):
                page.write_datetime(
                    1,
                    place,
                    datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None),
                    book.add_format({"num_format": "yyyy-mm-dd"}),
                )

        content = workbook(line(1, **{heading: "" if isinstance(cell, date) else cell}), finish=write)

        assert [fault for _, fault in faults(content)[0]] == [slug]

    def test_with_a_formula_is_told_even_if_it_shows_the_right_thing(self) -> None:
        def write(book: Workbook, page: Any) -> None:
            page.write_formula("B2", '="T"&1', value="T1")
            page.write_formula("C3", "=NA()", value="#N/A")

        found = faults(workbook(line(1), line(2), line(3), finish=write))

        assert found[0] == [("local_id", "cell-formula")]
        assert ("name", "cell-formula") in found[1]
        assert found[2] == []

    def test_that_only_holds_a_formula_is_not_an_empty_row(self) -> None:
        content = workbook(line(1), finish=lambda book, page: page.write_formula("B3", "=A9", value=""))

        assert [row.row for row in read(content)] == [2, 3]

    def test_that_is_merged_refuses_each_row_of_the_merged(self) -> None:
        content = workbook(
            line(1), line(2), line(3), finish=lambda book, page: page.merge_range("A2:A3", "2025-001")
        )  # fmt: skip

        assert faults(content) == [[("class", "cell-merged")], [("class", "cell-merged")], []]

    def test_is_given_back_as_it_was(self) -> None:
        row = read(workbook(line(1, 证件号码=4.19999200208319e17, 学员编号=17)))[0]

        assert (row.cells["local_id"], row.cells["document_number"]) == ("17", "4.19999200208319e+17")


class TestAWorkbookThatIsNone:
    @pytest.mark.parametrize(
        ("content", "looks_like"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le") + b"\0\0", ".xls"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0\0", "password"),
            (b"%PDF-1.7", "PDF"),
            ("姓名,证件号码\n".encode(), "CSV"),
            (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
            (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
            (b"\x89PNG\r\n", "picture"),
            (zipped(word__document_xml=b""), ".docx"),
            (zipped(xl__workbook_bin=b""), ".xlsb"),
            (zipped(content_xml=b""), ".ods"),
            (zipped(a_txt=b""), "zip"),
            (b"\0\1\2\3" * 200, "another kind"),
        ],
    )
    def test_is_told_what_it_looks_like(self, content: bytes, looks_like: str) -> None:
        facts = refused(told.NotASpreadsheet, content)

        assert looks_like in facts["looks_like"]
        assert facts["looks_like_zh"]

    @pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET])
    def test_is_damaged_where_a_part_is_no_xml(self, part: str) -> None:
        content = rewritten(workbook(line(1)), part, lambda xml: xml[: len(xml) // 2] + b"<<<&")

        with pytest.raises((told.SpreadsheetDamaged, told.SpreadsheetEmpty)):
            read(content)

    def test_is_damaged_where_it_was_cut_short(self) -> None:
        content = workbook(line(1))

        refused(told.SpreadsheetDamaged, content[: len(content) // 2])

    def test_is_empty_without_rows(self) -> None:
        refused(told.SpreadsheetEmpty, workbook())
        refused(told.SpreadsheetEmpty, workbook(headings=None))
        refused(told.SpreadsheetEmpty, templates.xlsx(ROSTER))
        refused(told.SpreadsheetEmpty, b"")


class TestHeadings:
    def test_are_looked_for_in_the_first_row(self) -> None:
        facts = refused(told.HeadingsNotFound, workbook(["学员名册"], HEADINGS, line(1), headings=[""]))

        assert facts == {"row": 1, "found_in_row": 3}

    def test_that_are_nowhere_are_told(self) -> None:
        assert refused(told.HeadingsNotFound, workbook(line(1), headings=None)) == {"row": 1, "found_in_row": None}

    def test_that_are_unknown_are_told_by_their_letters_and_never_repeated(self) -> None:
        facts = refused(told.UnknownColumns, workbook(line(1), headings=(*HEADINGS, "419999200208319443", "工资")))

        assert facts == {"columns": ["F", "G"]}

    def test_of_twenty_more_columns_are_told(self) -> None:
        facts = refused(told.UnknownColumns, workbook(line(1), headings=(*HEADINGS, *(f"栏{n}" for n in range(22)))))

        assert facts["columns"][-1] == "AA"

    def test_that_stand_twice_are_told(self) -> None:
        assert refused(told.HeadingsTwice, workbook(line(1), headings=(*HEADINGS, "联系电话"))) == {"columns": ["F"]}

    def test_that_are_missing_are_told(self) -> None:
        facts = refused(told.HeadingsMissing, workbook(line(1)[:3], headings=HEADINGS[:3]))

        assert facts == {"missing": ["document number"], "missing_zh": ["证件号码"]}


class TestColumnsWithoutAHeading:
    def test_that_hold_something_refuse_the_row_and_are_named_by_their_letters(self) -> None:
        content = workbook([*line(1), *["x"] * 20], [*line(2), " "], headings=(*HEADINGS, *[""] * 20))

        letters = "F,G,H,I,J,K,L,M,N,O,P,Q,R,S,T,U,V,W,X,Y"
        assert faults(content) == [[(letters, "row-extra-cells")], []]
        (outcome,) = parse(read(content)[:1]).refused
        (error,) = column_errors(outcome, ROSTER)
        assert error["columns"] == letters.split(",")


class TestHiddenRows:
    def test_are_read_and_counted(self) -> None:
        def hide(book: Workbook, page: Any) -> None:
            page.set_row(2, None, None, {"hidden": True})

        found = reader.read(FileFormat.XLSX, workbook(line(1), line(2), line(3), finish=hide), ROSTER)

        assert (found.hidden, [row.row for row in found.rows]) == (1, [2, 3, 4])


class TestOtherSheets:
    @pytest.mark.parametrize(
        ("hide", "fault"), [("hide", told.HiddenSheets), ("very_hidden", told.VeryHiddenSheets)], ids=str
    )
    def test_that_are_hidden_are_told_if_they_hold_something_and_do_not_matter_if_they_are_empty(
        self, hide: str, fault: type[Refusal]
    ) -> None:
        def add(*cells: str) -> Callable[[Workbook, Any], None]:
            def finish(book: Workbook, page: Any) -> None:
                other = book.add_worksheet("旧")
                other.write_row(0, 0, cells)
                getattr(other, hide)()

            return finish

        assert refused(fault, workbook(line(1), finish=add("x"))) == {"count": 1}
        assert len(read(workbook(line(1), finish=add()))) == 1

    def test_that_are_hidden_and_empty_leave_a_lone_one_to_be_read_whatever_its_name(self) -> None:
        def add(book: Workbook, page: Any) -> None:
            book.add_worksheet("旧").hide()

        assert len(read(workbook(line(1), sheet="说明", finish=add))) == 1

    def test_that_are_empty_do_not_matter(self) -> None:
        content = workbook(line(1), finish=lambda book, page: book.add_worksheet("Sheet2"))

        assert len(read(content)) == 1

    def test_that_hold_something_make_it_unclear_which_is_meant(self) -> None:
        def add(book: Workbook, page: Any) -> None:
            book.add_worksheet("Sheet2").write(0, 0, "x")

        for sheet in ("Sheet1", "学员"):
            assert refused(told.SeveralSheets, workbook(line(1), sheet=sheet, finish=add)) == {"sheets": [1, 2]}

    def test_that_explain_the_template_do_not_matter(self) -> None:
        content = workbook(line(1), finish=lambda book, page: book.add_worksheet("说明").write(0, 0, "x"))

        assert len(read(content)) == 1
