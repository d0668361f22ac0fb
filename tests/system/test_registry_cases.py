"""What one service puts right by itself, through four services as processes and on both logs."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from xlsxwriter import Workbook

from tests.registry.attending import mark
from tests.registry.school import filing, name_of
from tests.shared.spreadsheets.workbooks import FULL, csv_file, full_line, workbook
from tests.system.cases import Play, document
from tests.system.province import (
    ANOTHER,
    OFFICER,
    PROVINCE,
    REGION,
    WHY,
    Province,
    School,
    person,
)

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("cases")]

DAY = "2025-03-25"
NDJSON = "application/x-ndjson"


async def worked_on(province: Province, school: School, content: bytes, form: str) -> tuple[Any, str]:
    """A roster file after it was worked on, and its report as text."""
    path, clerk = "/v1/roster-files", school.clerk
    posted = await province.callers.send("registry", path, content, "application/octet-stream", by=clerk, form=form)
    path = f"{path}/{posted.json()['id']}"

    async def ask() -> Any:
        return await province.get("registry", path, by=clerk)

    file = await province.heard(ask, lambda file: file["status"] not in ("waiting", "working"))
    return file, (await province.callers.ask("registry", f"{path}/report", by=clerk)).text


def test_a_name_that_the_first_institution_got_wrong(play: Play) -> None:
    async def case(province: Province) -> None:
        before, first, second = await province.totals(), await province.school(), await province.school()
        class_id, _ = await province.begin(first, person(213, name="另名"))
        await province.conclude(first, class_id, T213=60)
        april = await province.file(second, local_id="april", starts_on="2025-04-02", ends_on="2025-04-20")

        [blocked] = await province.enrol(second, april, person(213))
        seen = document(213) | {"name": name_of("学员", 213), "seen_on": "2025-04-01"} | WHY
        await province.agree("registry", "/v1/persons/particulars", seen, by=OFFICER, second=ANOTHER)
        [enrolled] = await province.enrol(second, april, person(213))

        assert [(each["code"], each["region"]) for each in blocked["errors"]] == [("name-differs", REGION)]
        assert enrolled["outcome"] == "accepted"
        await province.certify(class_id, person(213))
        await province.expect(before, trainings=1, certificates=1, high_skilled_persons=1)

    play(case)


def test_a_damaged_name_and_a_number_in_the_wrong_column_in_every_channel(play: Play) -> None:
    number = str(person(214)["document_number"])
    wrong = {
        "学员?": "damaged-name", "学□一": "damaged-name", "学员\ufffd": "damaged-name", "学员一(1)": "name-has-suffix",
    }  # fmt: skip
    rows = [person(214, local_id=f"D{place}", name=name) for place, name in enumerate(wrong)]
    misplaced = person(214, local_id=f"T{number}")

    async def case(province: Province) -> None:
        school = await province.school()
        path = f"/v1/classes/{await province.file(school)}/enrolments"
        lines = [orjson.dumps(row) for row in [*rows, misplaced]]
        bodies = {"application/json": orjson.dumps({"rows": [*rows, misplaced]}), NDJSON: b"\n".join(lines)}
        for media_type, content in bodies.items():
            answer = await province.callers.send("registry", path, content, media_type, by=school.clerk)
            codes = [row["errors"][0]["code"] for row in answer.json()["rows"]]
            assert codes == [*wrong.values(), "identity-number"]
            assert number not in answer.text

        cells = [full_line(214, 学员编号=f"D{place}", 姓名=name) for place, name in enumerate(wrong)]
        cells.append(full_line(214, 学员编号=misplaced["local_id"]))
        for form, content in (
            ("csv", csv_file(*cells, headings=FULL).encode()),
            ("xlsx", workbook(*cells, headings=FULL)),
        ):
            _, report = await worked_on(province, school, content, form)
            codes = [row["errors"][0]["code"] for row in orjson.loads(report)["rows"]]
            assert codes == [*wrong.values(), "cell-unfit"]
            assert number not in report

    play(case)


def test_a_workbook_with_a_hidden_sheet(play: Play) -> None:
    def beside(hide: str, *cells: str) -> bytes:
        def finish(book: Workbook, page: Any) -> None:
            other = book.add_worksheet("旧")
            other.write_row(0, 0, cells)
            getattr(other, hide)()

        return workbook(full_line(215), headings=FULL, finish=finish)

    async def case(province: Province) -> None:
        school = await province.school()
        await province.file(school)

        files = [
            (await worked_on(province, school, beside(hide, *cells), "xlsx"))[0]
            for hide, cells in (("hide", ()), ("hide", ("x",)), ("very_hidden", ("x",)))
        ]

        assert [file["problem"] and file["problem"]["code"] for file in files] == [
            None, "spreadsheet-hidden-sheets", "spreadsheet-very-hidden-sheets",
        ]  # fmt: skip
        assert files[0]["accepted"] == 1

    play(case)


def test_a_region_that_does_not_exist_and_a_county_without_a_site(play: Play) -> None:
    lists = {
        "registry": "/v1/classes", "assessment": "/v1/sessions", "subsidy": "/v1/claims", "metrics": "/v1/progress",
    }  # fmt: skip

    async def case(province: Province) -> None:
        school = await province.school()
        elsewhere = filing(local_id="away", region="410202")

        for service, path in lists.items():
            unknown = await province.callers.ask(service, f"{path}?region=419999", by=PROVINCE)
            whole = await province.callers.ask(service, f"{path}?region=410000", by=PROVINCE)
            assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-region"), service
            assert whole.status_code == 200, service
        refused = await province.callers.send(
            "registry", "/v1/classes", orjson.dumps(elsewhere), "application/json", by=school.clerk
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "no-site-in-region")

    play(case)


def test_a_double_tap_and_a_second_late_cost_nobody_an_hour(play: Play) -> None:
    taps = [
        mark(216, "in", "08:30:01", day=DAY),
        mark(216, "out", "08:30:05", day=DAY),
        mark(216, "out", "11:30", day=DAY),
    ]

    async def case(province: Province) -> None:
        before, school = await province.totals(), await province.school()
        days = {"starts_on": "2025-03-24", "ends_on": "2025-04-18"}
        class_id, [enrolment] = await province.begin(school, person(216), local_id="2025-001", **days)

        answer = await province.post("registry", "/v1/attendance-marks", {"rows": taps}, by=school.clerk)
        counted = await province.get("registry", f"/v1/enrolments/{enrolment}/attendance", by=school.clerk)

        told = [[each["code"] for each in row.get("warnings", [])] for row in answer["rows"]]
        assert told == [[], ["double-tap"], []]
        assert [(day["day"], day["hours"]) for day in counted["days"]] == [(DAY, 4)]
        assert class_id
        await province.expect(before, in_training=1)

    play(case)
