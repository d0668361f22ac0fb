"""The columns of a file and the form of the JSON route's rows say the same."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.trainees import PriorityGroup
from services.registry.rosters.usecases.files import parse
from services.registry.rosters.usecases.forms import FiledRowRequest
from services.registry.rosters.usecases.table import ROSTER
from shared.contracts.registry import EmploymentState
from shared.kernel.identity import DocumentKind
from shared.kernel.outcomes import RowOutcome, refused
from shared.kernel.refusals import Refusal
from shared.spreadsheets import cells
from shared.spreadsheets.cell_faults import CELL_FAULTS, DateAsNumber, DateAsText, UnknownChoice
from shared.spreadsheets.file_faults import FILE_FAULTS
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import Column, Kind, plain
from shared.spreadsheets.wording import column_errors
from tests.registry.school import trainee

AGREED = ROSTER.by_field["consent/on"]


def schema() -> dict[str, Any]:
    properties: dict[str, Any] = FiledRowRequest.model_json_schema()["properties"]
    return properties


def file_row(**values: Any) -> FileRow:
    return FileRow(2, values, [], {})


def form_faults(row: FileRow) -> list[dict[str, Any]]:
    """What is told of the form of `row`, whether or not anything else could be read of it."""
    rows, unreadable = parse([row])
    outcomes = list(unreadable) + [refused(each.row, each.local_id, each.flaws) for each in rows]
    return column_errors(outcomes[0], ROSTER)


class TestTheColumns:
    def test_are_those_of_the_form_under_the_same_headings(self) -> None:
        found = {field: ROSTER.column_of(f"/{field}") for field in schema()}

        assert {field: (about["zh"], about["en"]) for field, about in schema().items()} == {
            field: (column.zh, column.en) for field, column in found.items() if column
        }
        assert {column.field.partition("/")[0] for column in ROSTER.columns} == set(schema())

    def test_are_required_where_the_form_requires_them(self) -> None:
        required = set(FiledRowRequest.model_json_schema()["required"])

        assert {column.field for column in ROSTER.columns if column.is_required} == required

    @pytest.mark.parametrize(
        ("field", "values"),
        [("employment", EmploymentState), ("groups/0/group", PriorityGroup), ("document_kind", DocumentKind)],
    )
    def test_offer_every_value_of_a_closed_list(self, field: str, values: Any) -> None:
        assert list(ROSTER.by_field[field].choices.values()) == [each.value for each in values]

    def test_fill_the_whole_form(self) -> None:
        row = trainee(1)
        values = {key: value for key, value in row.items() if key != "consent"} | {
            "class": "C1", "tags": ["S06"], "consent/on": "2025-01-02", "consent/version": "1", "draws_pension": False,
            "groups/0/group": "veteran", "groups/0/evidence": "退役证 1", "groups/0/dated_on": "2024-05-06",
            "groups/1/group": "disabled", "groups/1/evidence": "残疾证 2", "groups/1/dated_on": "2023-04-05",
        }  # fmt: skip

        (read,), unreadable = parse([file_row(**values)])

        assert (list(unreadable), read.flaws) == ([], ())
        assert (read.class_local_id, read.tags, read.at_entry.draws_pension) == ("C1", ("S06",), False)
        assert [tuple(group) for group in read.at_entry.groups] == [
            ("veteran", "退役证 1", date(2024, 5, 6)),
            ("disabled", "残疾证 2", date(2023, 4, 5)),
        ]
        assert (read.at_entry.consented_on, read.at_entry.consent_version) == (date(2025, 1, 2), "1")

    @pytest.mark.parametrize("number", ["2025\0-001", "2025\n001", "C" * 65])
    def test_for_the_class_are_as_strict_as_the_form(self, number: str) -> None:
        row = {key: value for key, value in trainee(1).items() if key != "consent"}

        told = form_faults(file_row(**row, **{"class": number}))

        assert [(error["code"], error["column_zh"]) for error in told] == [("cell-unfit", "班级编号")]

    def test_of_a_second_group_are_told_by_their_own_headings(self) -> None:
        row = {key: value for key, value in trainee(1).items() if key != "consent"}
        first = {"groups/0/group": "veteran", "groups/0/evidence": "退役证 1", "groups/0/dated_on": "2024-05-06"}

        faults = form_faults(file_row(**row, **first, **{"groups/1/group": "disabled"}))

        told = {error["column_zh"]: error["code"] for error in faults}
        assert told == {"重点群体证明2": "cell-missing", "证明日期2": "cell-missing"}

    def test_of_a_group_are_asked_for_together(self) -> None:
        row = {key: value for key, value in trainee(1).items() if key != "consent"}

        faults = form_faults(file_row(**row, **{"groups/0/group": "veteran"}))

        told = {error["column_zh"]: error["code"] for error in faults}
        assert told == {"重点群体证明": "cell-missing", "证明日期": "cell-missing"}


class TestADate:
    @pytest.mark.parametrize(
        "cell",
        [
            "2025-09-01", "2025/9/1", "２０２５-９-1", "2025年9月1日", "2025年09月01日", "2025 年 9 月 1 日",
            "2025.9.1", "20250901", "2025-09-01 00:00:00", "2025/9/1 0:00", "2025-09-01T00:00:00.000",
            20250901, 20250901.0,
            date(2025, 9, 1), datetime.fromisoformat("2025-09-01"),
        ],
    )  # fmt: skip
    def test_is_read_where_it_can_mean_one_day_only(self, cell: Any) -> None:
        assert cells.read(AGREED, cell) == "2025-09-01"

    @pytest.mark.parametrize(
        "cell",
        [
            "9/1/2025", "1-9-25", "09.01.2025", "01092025", "2025911", "2025-02-30", "20250230", "2025-9/1",
            "2025年9月", "9月1日", "2025-09-01 08:30:00", "昨天",
        ],
    )  # fmt: skip
    def test_as_a_text_that_may_mean_something_else_is_refused(self, cell: str) -> None:
        with pytest.raises(DateAsText):
            cells.read(AGREED, cell)

    def test_as_a_number_is_refused(self) -> None:
        with pytest.raises(DateAsNumber):
            cells.read(AGREED, 45901.0)

    @given(st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)))
    def test_given_back_is_read_as_the_same(self, day: date) -> None:
        assert cells.read(AGREED, cells.shown(day)) == day.isoformat()


class TestACode:
    @pytest.mark.parametrize(
        "cell", ["419999200208319443", "'419999200208319443", "’419999200208319443", '="419999200208319443"']
    )
    def test_may_be_marked_as_text_by_hand(self, cell: str) -> None:
        assert cells.read(ROSTER.by_field["document_number"], cell) == "419999200208319443"

    @pytest.mark.parametrize(
        "cell",
        [
            "13912345678", "139 1234 5678", "139-1234-5678", "+8613912345678", "+86 139-1234-5678", "8613912345678",
            "0086 13912345678", "'13912345678", 13912345678, 8613912345678.0,
        ],
    )  # fmt: skip
    def test_of_a_phone_may_be_written_as_people_write_it(self, cell: Any) -> None:
        assert cells.read(ROSTER.by_field["phone"], cell) == "13912345678"

    @pytest.mark.parametrize("cell", ["T-1", "2025/001", "a.b_c"])
    def test_keeps_the_marks_that_belong_to_it(self, cell: str) -> None:
        assert cells.read(ROSTER.by_field["local_id"], cell) == cell


class TestAChoice:
    @pytest.mark.parametrize("cell", ["身份证", "居民身份证", "二代身份证", "resident_id"])
    def test_may_be_said_in_the_words_of_every_day(self, cell: str) -> None:
        assert cells.read(ROSTER.by_field["document_kind"], cell) == DocumentKind.RESIDENT_ID

    @pytest.mark.parametrize(("cell", "value"), [(True, True), (False, False), ("TRUE", True), ("否", False)])
    def test_of_yes_and_no_may_be_a_truth_value(self, cell: Any, value: bool) -> None:
        assert cells.read(ROSTER.by_field["draws_pension"], cell) is value
        with pytest.raises(UnknownChoice):
            cells.read(ROSTER.by_field["employment"], True)
        with pytest.raises(UnknownChoice):
            cells.read(ROSTER.by_field["draws_pension"], 1.0)


class TestAnyCell:
    @given(
        st.sampled_from(ROSTER.columns),
        st.one_of(
            st.text(), st.floats(), st.booleans(), st.dates(), st.datetimes(timezones=st.none()), st.times(),
            st.timedeltas(), st.integers(),
        ),
    )  # fmt: skip
    def test_is_read_or_refused_and_can_be_given_back(self, column: Column, raw: Any) -> None:
        cells.shown(raw)
        found: object = None
        try:
            found = cells.read(column, raw)
        except Refusal as refusal:
            found = CELL_FAULTS.get(refusal.slug)
        assert isinstance(found, str | bool | list | type)

    @given(st.sampled_from([column for column in ROSTER.columns if column.kind is Kind.CHOICE]), st.text(min_size=1))
    def test_of_a_list_takes_its_labels_and_values_only(self, column: Column, text: str) -> None:
        for label, value in column.choices.items():
            assert cells.read(column, f" {label} ") == cells.read(column, str(value)) == value
        if cells.tidy(text) and cells.tidy(text).casefold() not in {
            str(each).casefold() for pair in column.choices.items() for each in pair
        }:
            with pytest.raises(UnknownChoice):
                cells.read(column, text)


def test_every_fault_has_words_in_both_languages() -> None:
    for fault in (*CELL_FAULTS.values(), *FILE_FAULTS.values()):
        assert all((fault.title_en, fault.title_zh, fault.cure_en, fault.cure_zh)), fault.slug


def test_every_fault_is_told_with_its_column() -> None:
    for slug in CELL_FAULTS:
        told = form_faults(FileRow(2, {}, [("employment", slug)], {}))

        assert any(error["code"] == slug and error["column_zh"] == "就业状态" for error in told)


def test_a_refusal_that_points_nowhere_is_told_without_a_column() -> None:
    (error,) = column_errors(RowOutcome(0, "refused", refusal=FILE_FAULTS["spreadsheet-empty"]()), ROSTER)

    assert error["code"] == "spreadsheet-empty"
    assert "column" not in error


def test_every_heading_means_one_column() -> None:
    headings: list[Any] = [plain(heading) for column in ROSTER.columns for heading in set(column.headings)]

    assert len(set(headings)) == len(ROSTER.by_heading)
    assert len({column.field for column in ROSTER.columns}) == len(ROSTER.by_field)
