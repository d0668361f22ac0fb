"""Blocks of certificate numbers over HTTP, on a real database."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.kernel.callers import Role
from tests.assessment.centre import Centre, open_centre, pass_row, province

THIS_YEAR = "SELECT extract(year FROM now() AT TIME ZONE 'Asia/Shanghai')::integer"
WHY = {"reason": "年度号段"}


async def year_of(centre: Centre) -> int:
    return int((await centre.service.rows(THIS_YEAR))[0][0])


async def give(centre: Centre, count: int, **changes: object) -> httpx.Response:
    content = {"year": await year_of(centre), "count": count, **WHY, **changes}
    return await centre.post(f"/bodies/{centre.body['id']}/number-blocks", content, centre.province)


async def account(centre: Centre, block_id: str) -> dict[str, Any]:
    answer = await centre.get(f"/number-blocks/{block_id}/account")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def runs(found: dict[str, Any]) -> list[tuple[int, int, str]]:
    return [(run["first_serial"], run["last_serial"], run["state"]) for run in found["runs"]]


async def serials(centre: Centre, session_id: str) -> list[int]:
    return sorted(int(each["number"][-6:]) for each in await centre.certificates(session_id))


def number(centre: Centre, year: int, serial: int) -> str:
    return f"{centre.body['number_prefix']}{year % 100}3{serial:06}"


class TestBlocks:
    async def test_without_a_block_a_body_draws_from_all_serials_until_its_first_block_is_given(
        self, centre: Centre
    ) -> None:
        first = await centre.examined(pass_row(1), pass_row(2))
        await centre.conclude(first)

        given = await give(centre, 10)
        second = await centre.examined(pass_row(3), local_id="E2")
        await centre.conclude(second)

        assert await serials(centre, first) == [1, 2]
        assert (given.json()["first_serial"], given.json()["last_serial"]) == (3, 12)
        assert await serials(centre, second) == [3]
        rows = (await centre.get(f"/bodies/{centre.body['id']}/number-blocks")).json()["rows"]
        assert [(each["first_serial"], each["last_serial"], each["given_by"]) for each in rows] == [
            (1, 2, "rule"),
            (3, 12, "officer"),
        ]
        assert runs(await account(centre, rows[0]["id"])) == [(1, 2, "issued")]
        assert runs(await account(centre, rows[1]["id"])) == [(3, 3, "issued"), (4, 12, "left")]

    async def test_a_block_that_runs_out_stops_the_conclusion_until_another_one_is_given(self, centre: Centre) -> None:
        await give(centre, 1)
        session_id = await centre.examined(pass_row(1), pass_row(2))

        refused = await centre.conclude(session_id)
        await give(centre, 5)
        concluded = await centre.conclude(session_id)

        assert (refused.status_code, refused.json()["code"]) == (409, "certificate-numbers-exhausted")
        assert (refused.json()["left"], refused.json()["needed"]) == (1, 2)
        assert concluded.status_code == 200
        assert await serials(centre, session_id) == [1, 2]

    async def test_where_blocks_are_needed_a_body_without_one_issues_nothing(self, centre: Centre) -> None:
        row = {
            "key": "numbers.blocks_needed", "value": "yes", "region": "410100", "first_on": "2000-01-01",
            "source": "文件", "reason": "本市自始按号段编号",
        }  # fmt: skip
        added = await centre.post("/pass-rules", row, centre.province)
        approved = await centre.post(
            f"/pass-rules/{added.json()['id']}/approval", None, province(centre.service, person="second")
        )
        session_id = await centre.examined(pass_row(1))

        refused = await centre.conclude(session_id)
        await give(centre, 5)

        assert approved.status_code == 200, approved.text
        assert (refused.json()["code"], refused.json()["left"]) == ("certificate-numbers-exhausted", 0)
        assert (await centre.conclude(session_id)).status_code == 200

    async def test_what_is_left_goes_back_and_the_rest_stays(self, centre: Centre) -> None:
        block = (await give(centre, 10)).json()
        session_id = await centre.examined(pass_row(1), pass_row(2))
        await centre.conclude(session_id)

        path = f"/number-blocks/{block['id']}/ending"
        ended = await centre.post(path, {"reason": "收回"}, centre.province)
        again = await centre.post(path, {"reason": "收回"}, centre.province)
        third = await centre.examined(pass_row(3), local_id="E2")
        refused = await centre.conclude(third)
        further = (await give(centre, 4)).json()

        assert (ended.json()["last_serial"], ended.json()["given_last_serial"]) == (2, 10)
        assert again.json() == ended.json()
        assert refused.json()["code"] == "certificate-numbers-exhausted"
        assert (further["first_serial"], further["last_serial"]) == (3, 6)

    async def test_only_the_province_gives_and_takes_back(self, centre: Centre) -> None:
        block = (await give(centre, 10)).json()
        path = f"/bodies/{centre.body['id']}/number-blocks"
        content = {"year": 2027, "count": 5, **WHY}

        answers = [
            await centre.post(path, content),
            await centre.post(path, content, centre.officer()),
            await centre.post(path, content, centre.service.tokens.of(Role.PROVINCE, region="410100")),
            await centre.post(f"/number-blocks/{block['id']}/ending", {"reason": "收回"}, centre.officer()),
        ]

        assert [answer.json()["code"] for answer in answers] == [
            "wrong-role",
            "wrong-role",
            "foreign-region",
            "wrong-role",
        ]

    async def test_a_serial_has_six_digits(self, centre: Centre) -> None:
        await give(centre, 999_990)

        refused = await give(centre, 10)

        assert (refused.json()["code"], refused.json()["left"]) == ("no-serials-left-to-give", 9)

    async def test_a_successor_numbers_what_was_left_open_from_the_blocks_of_the_closed_body(
        self, centre: Centre
    ) -> None:
        await give(centre, 10)
        session_id = await centre.examined(pass_row(1))
        successor = await open_centre(centre.service, 124, name="承接中心")
        content = {
            "from_on": "2025-01-01", "successor_id": successor.body["id"], "reason": "合并",
        }  # fmt: skip
        proposed = await centre.post(f"/bodies/{centre.body['id']}/closing", content, centre.province)
        closed = await centre.confirm(proposed, province(centre.service, person="second"))
        assert closed.status_code == 200, closed.text

        refused = await give(centre, 5)
        concluded = await successor.conclude(session_id)

        assert refused.json()["code"] == "numbers-of-closed-body"
        assert concluded.status_code == 200, concluded.text
        [certificate] = await successor.certificates(session_id)
        assert certificate["number"].startswith(centre.body["number_prefix"])


class TestVoids:
    async def test_void_numbers_are_passed_over_and_told_with_their_reason(self, centre: Centre) -> None:
        block, year = (await give(centre, 10)).json(), await year_of(centre)
        path = f"/bodies/{centre.body['id']}/void-numbers"
        content = {"first": number(centre, year, 2), "last": number(centre, year, 3), "reason": "打印污损"}

        answers = [await centre.post(path, content) for _ in range(2)]
        session_id = await centre.examined(pass_row(1), pass_row(2))
        await centre.conclude(session_id)

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert await serials(centre, session_id) == [1, 4]
        found = await account(centre, block["id"])
        assert runs(found) == [(1, 1, "issued"), (2, 3, "void"), (4, 4, "issued"), (5, 10, "left")]
        assert found["runs"][1]["reason"] == "打印污损"
        assert [found[state] for state in ("issued", "void", "left", "unexplained")] == [2, 2, 6, 0]

    @pytest.mark.parametrize(
        ("which", "code"),
        [
            ("another body's", "number-of-another-block"),
            ("beyond the block", "number-of-another-block"),
            ("another year's", "number-of-another-block"),
            ("issued", "number-is-issued"),
            ("void for another reason", "number-is-void"),
            ("too short", "certificate-number-wrong-length"),
        ],
    )
    async def test_what_cannot_be_void_is_refused(self, centre: Centre, which: str, code: str) -> None:
        await give(centre, 10)
        year = await year_of(centre)
        await centre.conclude(await centre.examined(pass_row(1)))
        path = f"/bodies/{centre.body['id']}/void-numbers"
        void = await centre.post(path, {"first": number(centre, year, 5), "reason": "打印污损"})
        assert void.status_code == 201, void.text
        first = {
            "another body's": f"S000041000999{year % 100}3000002",
            "beyond the block": number(centre, year, 11),
            "another year's": number(centre, year - 1, 2),
            "issued": number(centre, year, 1),
            "void for another reason": number(centre, year, 5),
            "too short": number(centre, year, 2)[:-1],
        }[which]

        refused = await centre.post(path, {"first": first, "reason": "遗失空白证书"})

        assert refused.json()["code"] == code, refused.text

    async def test_the_number_of_an_earlier_edition_is_accounted_for(self, centre: Centre) -> None:
        block = (await give(centre, 10)).json()
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)

        await centre.confirm(
            await centre.post(f"/certificates/{certificate['id']}/correction", {"level": "L3", "reason": "登记有误"})
        )

        assert runs(await account(centre, block["id"])) == [(1, 2, "issued"), (3, 10, "left")]
