"""The rows that were refused, given back as a file."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from services.registry.domain.roster_files import RosterFileForm
from services.registry.usecases.spreadsheets import failed_rows, reader
from services.registry.usecases.spreadsheets.failed_rows import FailedRow


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
        content = failed_rows.write(RosterFileForm.XLSX, [FailedRow({"document_number": "1"}, ())])

        with ZipFile(BytesIO(content)) as package:
            sheet = package.read("xl/worksheets/sheet1.xml").decode()
        assert 's="0"' not in sheet.partition('<row r="3">')[2].partition("</row>")[0]
        assert "<dataValidation " in sheet
