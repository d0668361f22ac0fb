"""Names that no document has are refused alike in every channel, and private-use codes are one spelling of a name."""

from __future__ import annotations

import json

import pytest

from tests.registry.persons.test_persons import APRIL, MARCH
from tests.registry.rosters.spreadsheets.posting import done, report, roster
from tests.registry.school import School, trainee
from tests.shared.spreadsheets.workbooks import FULL, csv_file, full_line

DAMAGED = ("王?兰", "王？兰", "王□", "王\ufffd兰", "王\ue000兰", "王*", "王\u200b兰", "王兰\u202e", "王\x85兰")
BESIDE = ("王兰1", "王兰２", "王兰(大)", "王兰（二班）")
BAD = {**dict.fromkeys(DAMAGED, "damaged-name"), **dict.fromkeys(BESIDE, "name-has-suffix")}


async def of_rows(school: School, channel: str) -> list[str]:
    """The codes of the refused rows, in order: each of BAD is one row."""
    rows = [trainee(number, name=name) for number, name in enumerate(BAD, start=1)]
    class_id = await school.file()
    if channel == "json":
        answer = await school.enrol(class_id, *rows)
    else:
        lines = "\n".join(json.dumps(row) for row in rows)
        headers = school.headers | {"Content-Type": "application/x-ndjson"}
        answer = await school.registry.http.post(f"/v1/classes/{class_id}/enrolments", content=lines, headers=headers)
    return [error["code"] for row in answer.json()["rows"] for error in row["errors"]]


async def of_file(school: School, channel: str) -> list[str]:
    await school.file()
    lines = [full_line(number, 姓名=name) for number, name in enumerate(BAD, start=1)]
    content = {
        "csv": csv_file(*lines, headings=FULL).encode(),
        "utf-16": csv_file(*lines, headings=FULL).encode("utf-16"),
        "gb18030": csv_file(*lines, headings=FULL).encode("gb18030"),
        "xlsx": roster(*lines),
    }[channel]
    file = await done(school, content, form="xlsx" if channel == "xlsx" else "csv")
    return [code for _, codes in sorted((await report(school, file["id"])).items()) for code in codes]


@pytest.mark.parametrize("channel", ["json", "ndjson", "csv", "utf-16", "gb18030", "xlsx"])
async def test_a_damaged_name_is_refused_with_the_cure(school: School, channel: str) -> None:
    refused = await (of_rows if channel.endswith("json") else of_file)(school, channel)

    assert refused == list(BAD.values())
    assert await school.registry.rows("SELECT person FROM trainee") == []


async def test_a_name_in_an_old_private_use_code_is_the_name_in_its_present_character(school: School) -> None:
    march, april = await school.file(local_id="march", **MARCH), await school.file(local_id="april", **APRIL)

    old = await school.enrol(march, trainee(1, name="赵\ue863", local_id="a"))
    again = await school.enrol(march, trainee(1, name="赵䶮", local_id="a"))
    new = await school.enrol(april, trainee(1, name="赵䶮", local_id="b"))

    assert [answer.json()["rows"][0]["outcome"] for answer in (old, again, new)] == ["accepted", "repeated", "accepted"]
