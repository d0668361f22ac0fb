"""A number of a person in a column where none belongs: refused, told with its place, and kept nowhere."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import orjson
import pytest

from services.registry.rosters.usecases.table import ROSTER
from shared.kernel.spelling import letters
from shared.sealed import Seal
from shared.spreadsheets import reader
from shared.spreadsheets.tables import FileFormat
from tests.registry.rosters.spreadsheets.posting import counts, done, get, roster, work
from tests.registry.school import School
from tests.registry.test_privacy import dump
from tests.shared.spreadsheets.workbooks import FULL, csv_file, full_line
from tests.support.people import identity_number

NUMBER = identity_number(date(1990, 3, 7), 987)
PHONE = "13800138000"
APART = {
    "plain": NUMBER,
    "spaced": f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
    "dashed": f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}",
    "long dashes": f"{NUMBER[:6]}—{NUMBER[6:14]}—{NUMBER[14:]}",
    "wide": NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "with a letter": f"T{NUMBER}",
}


async def kept(school: School) -> str:
    """All that is stored of files and their rows, deciphered."""
    seal = Seal.load(school.registry.settings.keys_directory)
    rows = await school.registry.rows("SELECT file_id, row_id, errors, sealed FROM file_job_row ORDER BY row")
    opened = [seal.decrypt(row.sealed, owner=UUID(str(row.file_id)).bytes).decode() for row in rows]
    clear = await dump(school.registry.settings.database_url)
    return "\n".join([*opened, *(f"{row.row_id} {row.errors}" for row in rows), clear.decode(errors="replace")])


def assert_nowhere(text: str, number: str = NUMBER) -> None:
    assert number not in text
    assert number not in letters(text)


class TestAnIdentityNumberAsAnIdOfOnesOwn:
    @pytest.mark.parametrize("written", APART.values(), ids=list(APART))
    async def test_is_in_no_channel_and_in_no_table(self, school: School, written: str) -> None:
        await school.file()

        file = await done(school, roster(full_line(1), full_line(2, 学员编号=written)))
        failed = {form: (await get(school, f"{file['id']}/failed-rows", form=form)) for form in ("xlsx", "csv")}
        report = await get(school, f"{file['id']}/report")

        assert counts(file) == (1, 0, 1)
        (row,) = report.json()["rows"]
        assert (row["row"], row["row_id"], [each["column_zh"] for each in row["errors"]]) == (3, None, ["学员编号"])
        for form, answer in failed.items():
            (back,) = reader.read(FileFormat(form), answer.content, ROSTER).rows
            assert (back.cells.get("local_id", ""), back.values["document_number"]) == ("", full_line(2)[3])
            assert_nowhere(" ".join(back.cells.values()))
        assert_nowhere(report.text)
        assert_nowhere(await kept(school))

    async def test_is_not_kept_when_the_cells_of_its_row_have_slipped(self, school: School) -> None:
        await school.file()
        # An extra cell on the left: the number of the document comes to stand under the phone, the phone further on.
        slipped = ["", *full_line(2, 证件号码=NUMBER, 手机号=PHONE)]
        content = csv_file(slipped, headings=FULL)

        answer = await school.registry.http.post(
            "/v1/roster-files", content=content.encode(), params={"form": "csv"}, headers=school.headers
        )
        await work(school)

        report = await get(school, f"{answer.json()['id']}/report")
        codes = {error["code"] for row in report.json()["rows"] for error in row["errors"]}
        assert {"row-extra-cells", "cell-number-misplaced"} <= codes
        text = await kept(school)
        assert_nowhere(text)
        assert_nowhere(text, PHONE)


async def test_a_number_of_the_document_stays_where_it_belongs(school: School) -> None:
    await school.file()

    file = await done(school, roster(full_line(1, 姓名="", 证件号码=NUMBER, 手机号=PHONE)))

    rows = await school.registry.rows("SELECT file_id, sealed FROM file_job_row")
    seal = Seal.load(school.registry.settings.keys_directory)
    cells = orjson.loads(seal.decrypt(rows[0].sealed, owner=UUID(file["id"]).bytes))
    assert (cells["document_number"], cells["phone"]) == (NUMBER, PHONE)
