"""Rosters as files over HTTP: posted, worked off step by step, reported, mended, posted again."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from services.registry.rosters.usecases.files import ROSTER_FILES
from services.registry.rosters.usecases.table import ROSTER
from shared.file_jobs import store, usecases
from shared.file_jobs.store import ReportedRow
from shared.kernel.callers import Role
from shared.sealed import Seal
from shared.spreadsheets import reader
from shared.spreadsheets.tables import FileFormat, SheetFormat
from tests.registry.rosters.spreadsheets.posting import counts, done, get, post, report, roster, stored, work
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_policy
from tests.registry.test_privacy import dump
from tests.shared.spreadsheets.workbooks import FULL, HEADINGS, csv_file, full_line, workbook_97


class TestAFile:
    async def test_waits_is_worked_on_and_is_done(self, school: School) -> None:
        await school.file()

        posted = await post(school, roster(full_line(1), full_line(2, 证件号码="410102199003070010"), full_line(3)))
        waiting = posted.json()
        await work(school)
        file = (await get(school, waiting["id"])).json()

        assert (posted.status_code, waiting["status"], waiting["percent"]) == (202, "waiting", 0)
        assert (file["status"], file["percent"], file["rows_total"], file["rows_done"]) == ("done", 100, 3, 3)
        assert counts(file) == (2, 0, 1)
        assert await stored(school) == ["T1", "T3"]
        assert len(await school.registry.told()) >= 2
        assert await report(school, file["id"]) == {3: ["identity-wrong-check-digit"]}

    async def test_may_be_csv_and_say_so_in_its_content_type(self, school: School) -> None:
        await school.file()
        headers = school.headers | {"Content-Type": "text/csv"}

        answer = await school.registry.http.post(
            "/v1/roster-files", content=csv_file(full_line(1), headings=FULL).encode("gb18030"), headers=headers
        )
        await work(school)

        assert answer.status_code == 202
        assert await stored(school) == ["T1"]

    async def test_may_be_an_excel_97_workbook_whose_refused_rows_come_back_as_xlsx(self, school: School) -> None:
        await school.file()
        headers = school.headers | {"Content-Type": "application/vnd.ms-excel"}
        content = workbook_97(full_line(1), full_line(2, 证件号码=4.19999200208319e17), headings=FULL)

        posted = await school.registry.http.post("/v1/roster-files", content=content, headers=headers)
        await work(school)
        file = (await get(school, posted.json()["id"])).json()
        failed = await get(school, f"{file['id']}/failed-rows")

        assert (posted.status_code, file["form"], file["status"]) == (202, "xls", "done")
        assert await stored(school) == ["T1"]
        assert await report(school, file["id"]) == {3: ["cell-digits-lost"]}
        rows = reader.read(FileFormat.XLSX, failed.content, ROSTER).rows
        assert [row.values["local_id"] for row in rows] == ["T2"]

    async def test_that_only_pretends_to_be_an_excel_97_workbook_is_told_what_it_is(self, school: School) -> None:
        await school.file()

        answer = await post(school, b"<html><table><tr><td>1</td></tr></table></html>", form="xls")

        assert (answer.status_code, answer.json()["code"]) == (422, "not-a-spreadsheet")
        assert answer.json()["looks_like"] == "a web page saved as a spreadsheet"

    async def test_may_hold_the_rows_of_many_classes(self, school: School) -> None:
        for number in (1, 2):
            await school.file(local_id=f"C{number}")

        file = await done(
            school, roster(full_line(1, 班级编号="C1"), full_line(2, 班级编号="C2"), full_line(3, 班级编号="C9"))
        )

        assert counts(file) == (2, 0, 1)
        assert await report(school, file["id"]) == {4: ["roster-class-unknown"]}

    async def test_may_be_for_one_class_and_then_names_no_other(self, school: School) -> None:
        class_id = await school.file()
        await school.file(local_id="C2")

        file = await done(
            school,
            roster(full_line(1, 班级编号=""), full_line(2), full_line(3, 班级编号="C2", 姓名="同上")),
            class_id=class_id,
        )

        assert counts(file) == (2, 0, 1)
        assert await report(school, file["id"]) == {4: ["roster-class-differs", "placeholder-name"]}

    async def test_posted_again_when_done_repeats_its_rows(self, school: School) -> None:
        await school.file()
        content = roster(full_line(1), full_line(2))

        first = await done(school, content)
        second = await done(school, content)

        assert first["id"] != second["id"]
        assert (counts(first), counts(second)) == ((2, 0, 0), (0, 2, 0))
        assert await stored(school) == ["T1", "T2"]

    async def test_posted_again_while_it_waits_is_the_same_file(self, school: School) -> None:
        await school.file()
        content = roster(full_line(1))

        answers = await asyncio.gather(*(post(school, content) for _ in range(4)))
        other = await post(school, content, mode="validate")

        assert len({answer.json()["id"] for answer in answers}) == 1
        assert other.json()["id"] != answers[0].json()["id"]
        assert await work(school) == 2

    async def test_is_sealed_while_it_waits_and_erased_when_done(self, school: School) -> None:
        await school.file()
        content = csv_file(full_line(1), headings=FULL).encode()

        await post(school, content, form="csv")
        ((sealed,),) = await school.registry.rows("SELECT sealed FROM file_job")
        await work(school)

        assert len(sealed) > len(content)
        assert not any(piece in sealed for piece in (b"T1", "姓名".encode(), content[-40:]))
        assert (await school.registry.rows("SELECT sealed FROM file_job"))[0].sealed is None

    async def test_is_listed_and_shown_to_its_institution_alone(self, school: School) -> None:
        await school.file()
        file_id = (await post(school, roster(full_line(1)))).json()["id"]
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        newest = (await post(school, roster(full_line(2)))).json()["id"]
        own = (await get(school, "", size=1)).json()
        older = (await get(school, "", size=1, cursor=own["next"])).json()
        theirs = (await get(other, "")).json()
        answers = [await get(other, f"{file_id}{path}") for path in ("", "/report", "/failed-rows")]

        assert [row["id"] for row in own["rows"] + older["rows"]] == [newest, file_id]
        assert theirs["rows"] == []
        assert {answer.json()["code"] for answer in answers} == {"foreign-organisation"}

    async def test_is_posted_by_institutions_alone(self, school: School) -> None:
        headers = school.registry.tokens.of(Role.PROVINCE, region="410000")

        answer = await school.registry.http.post("/v1/roster-files?form=csv", content=b"x", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


class TestTheReport:
    async def test_says_of_each_cell_what_is_wrong_in_both_languages_and_repeats_none(self, school: School) -> None:
        await school.file()
        secret = "419999200208319443"
        bad = full_line(1, 手机号="1391234", 学员编号=secret, 证件号码=4.19999200208319e17, 就业状态="不上班")

        file = await done(school, roster(bad))
        answer = await get(school, f"{file['id']}/report")

        (row,) = answer.json()["rows"]
        errors = {error["column_zh"]: error for error in row["errors"]}
        assert {name: error["code"] for name, error in errors.items()} == {
            "手机号": "cell-unfit", "学员编号": "cell-unfit", "证件号码": "cell-digits-lost",
            "就业状态": "cell-unknown-choice",
        }  # fmt: skip
        assert all(error["title"] and error["title_zh"] and error["cure_zh"] for error in row["errors"])
        assert errors["就业状态"]["choices"][0] == "在职"
        for cell in (secret, "1391234", "不上班", "4.19999"):
            assert cell not in answer.text

    async def test_names_what_a_trainee_lacks_by_the_headings(self, school: School) -> None:
        await set_policy(school.registry, "trainee.particulars_required", "yes")
        await school.file()

        file = await done(school, roster(full_line(1, 手机号="", 就业状态="")))
        (row,) = (await get(school, f"{file['id']}/report")).json()["rows"]

        assert row["errors"][0]["missing"] == ["mobile phone", "employment"]
        assert row["errors"][0]["missing_zh"] == ["手机号", "就业状态"]

    async def test_is_read_page_by_page(self, school: School) -> None:
        await school.file()
        file = await done(school, roster(*(full_line(number, 姓名="") for number in range(1, 4))))

        first = (await get(school, f"{file['id']}/report", size=2)).json()
        second = (await get(school, f"{file['id']}/report", size=2, after=first["next"])).json()

        assert [row["row"] for row in first["rows"] + second["rows"]] == [2, 3, 4]
        assert second["next"] is None

    @pytest.mark.parametrize("form", ["xlsx", "csv"])
    async def test_comes_as_a_file_that_is_mended_and_posted_again(self, school: School, form: str) -> None:
        await school.file()
        file = await done(school, roster(full_line(1), full_line(2, 手机号="139")))

        failed = await get(school, f"{file['id']}/failed-rows", form=form)
        again = await done(school, failed.content, form=form)
        rows = list(reader.read(FileFormat(form), failed.content, ROSTER).rows)
        mended = await done(school, roster(full_line(2)))

        assert "attachment" in failed.headers["content-disposition"]
        assert [row.values["local_id"] for row in rows] == ["T2"]
        assert counts(again) == (0, 0, 1)
        assert counts(mended) == (1, 0, 0)

    async def test_comes_whole_though_it_leaves_piece_by_piece(self, school: School) -> None:
        await school.file()
        file_id = (await done(school, roster(*(full_line(number, 姓名="") for number in range(1, 6)))))["id"]
        engine, seal = school.registry.engine, Seal.load(school.registry.settings.keys_directory)
        async with engine.connect() as connection:
            file = await store.load(connection, ROSTER_FILES.name, UUID(file_id))

        async def rows_after(after: int, limit: int) -> list[ReportedRow]:
            async with engine.connect() as connection:
                return await store.rows(connection, file.id, after=after, limit=limit)

        pieces = usecases.failed_rows(
            rows_after, ROSTER_FILES, file, format_=SheetFormat.XLSX, seal=seal, rows_a_piece=2
        )
        failed = b"".join([piece async for piece in pieces])

        rows = list(reader.read(FileFormat.XLSX, failed, ROSTER).rows)
        assert [row.values["local_id"] for row in rows] == ["T1", "T2", "T3", "T4", "T5"]


async def test_nothing_that_names_a_person_is_kept_in_clear(school: School) -> None:
    await school.file()
    lines = [full_line(1, 姓名="欧阳修竹"), full_line(2, 姓名="欧阳修竹", 证件号码="410102199003070010")]
    secrets = [
        "欧阳修竹",
        "410102199003070010",
        lines[0][HEADINGS.index("证件号码")],
        lines[0][HEADINGS.index("手机号")],
    ]

    await done(school, roster(*lines), mode="validate")
    await done(school, roster(*lines))
    await post(school, csv_file(*lines, headings=FULL).encode(), form="csv")

    content = await dump(school.registry.settings.database_url)
    assert b"identity-wrong-check-digit" in content
    assert [secret for secret in secrets if secret.encode() in content] == []


class TestTheTemplate:
    @pytest.mark.parametrize(("form", "start"), [("xlsx", b"PK"), ("csv", "\ufeff班级编号,".encode())])
    async def test_can_be_downloaded(self, school: School, form: str, start: bytes) -> None:
        answer = await get(school, "template", form=form)

        assert answer.status_code == 200
        assert answer.content.startswith(start)
