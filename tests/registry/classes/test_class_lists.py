"""Lists of classes over HTTP: who sees what, in which order, a page at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.kernel.callers import Role
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_today


async def listed(school: School, headers: dict[str, str] | None = None, /, **asked: object) -> list[str]:
    """The local_ids of all pages."""
    path = str(asked.pop("path", "classes"))
    names: list[str] = []
    params: dict[str, Any] = {"size": 2} | asked
    while True:
        answer = await school.registry.http.get(f"/v1/{path}", params=params, headers=headers or school.headers)
        assert answer.status_code == 200, answer.text
        names += [row["local_id"] for row in answer.json()["rows"]]
        if answer.json()["next"] is None:
            return names
        params["cursor"] = answer.json()["next"]


async def file_five(school: School) -> list[str]:
    """Five classes in two counties of Zhengzhou, one in Luoyang and one in Jiyuan, filed in no order."""
    places = (("c", "2025-03-05", "410103"), ("a", "2025-03-01", "410102"), ("e", "2025-03-09", "419001"),
              ("b", "2025-03-01", "410102"), ("d", "2025-03-07", "410307"))  # fmt: skip
    return [
        await school.file(local_id=name, starts_on=day, ends_on="2025-03-20", region=region)
        for name, day, region in places
    ]


class TestList:
    async def test_classes_stand_in_the_order_of_their_first_days(self, school: School) -> None:
        await file_five(school)

        assert await listed(school) == ["a", "b", "c", "d", "e"]
        assert await listed(school, starts_from="2025-03-05", starts_to="2025-03-07") == ["c", "d"]

    @pytest.mark.parametrize(
        ("region", "seen"),
        [("410102", "ab"), ("410103", "c"), ("410100", "abc"), ("410300", "d"), ("419001", "e"), ("410000", "abcde"),
         ("410173", "")],
    )  # fmt: skip
    async def test_an_officer_sees_their_own_region_and_below(self, school: School, region: str, seen: str) -> None:
        await file_five(school)

        assert await listed(school, school.officer(region)) == list(seen)
        assert await listed(school, school.officer("410000"), region=region) == list(seen)

    async def test_an_officer_asks_for_no_region_but_those_below(self, school: School) -> None:
        for region in ("410100", "410103", "410300"):
            answer = await school.registry.http.get(
                "/v1/classes", params={"region": region}, headers=school.officer("410102")
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign-region")

    async def test_an_unknown_region_is_told(self, school: School) -> None:
        answer = await school.registry.http.get("/v1/classes", params={"region": "999999"}, headers=school.headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-region")

    async def test_an_institution_sees_its_own_wherever_they_are(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await file_five(school)
        await other.file(local_id="x")

        assert await listed(school, region="410100") == ["a", "b", "c"]
        assert await listed(other) == ["x"]
        assert await listed(school, school.officer(), institution_id=other.id) == ["x"]
        refused = await school.registry.http.get(
            "/v1/classes", params={"institution_id": other.id}, headers=school.headers
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign-organisation")

    async def test_classes_are_listed_by_what_became_of_them(self, school: School) -> None:
        ids = await file_five(school)
        await school.post(f"classes/{ids[0]}/approval", headers=school.officer("410103"))

        assert await listed(school, status="approved") == ["c"]
        assert await listed(school, school.officer("410100"), status="filed") == ["a", "b"]

    @pytest.mark.parametrize("cursor", ["x", "AAAA", "!!!!", "_" * 27, "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
    async def test_what_is_no_cursor_is_refused(self, school: School, cursor: str) -> None:
        answer = await school.registry.http.get("/v1/classes", params={"cursor": cursor}, headers=school.headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "wrong-cursor")

    @pytest.mark.parametrize("wrong", [{"starts_from": "yesterday"}, {"status": "lost"}, {"size": 501}], ids=str)
    async def test_a_question_without_sense_is_refused(self, school: School, wrong: dict[str, str]) -> None:
        answer = await school.registry.http.get("/v1/classes", params=wrong, headers=school.headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")


class TestWaiting:
    async def test_filed_classes_wait_in_the_order_in_which_answers_are_due(self, school: School) -> None:
        for name, day in (("late", date(2025, 3, 12)), ("early", date(2025, 3, 3)), ("unknown", date(2026, 12, 30))):
            set_today(school.registry, day)
            await school.file(local_id=name)
        answered = await school.file(local_id="answered")
        await school.post(f"classes/{answered}/approval", headers=school.officer())
        set_today(school.registry, date(2025, 3, 11))

        assert await listed(school, school.officer(), path="classes/waiting") == ["early", "late", "unknown"]
        rows = (await school.registry.http.get("/v1/classes/waiting", headers=school.officer())).json()["rows"]
        assert [(row["answer_due_on"], row["overdue"]) for row in rows] == [
            ("2025-03-10", True), ("2025-03-19", False), (None, False),
        ]  # fmt: skip

    async def test_on_the_day_itself_nothing_is_overdue(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 3))
        await school.file()
        set_today(school.registry, date(2025, 3, 10))

        (row,) = (await school.registry.http.get("/v1/classes/waiting", headers=school.officer())).json()["rows"]

        assert (row["answer_due_on"], row["overdue"]) == ("2025-03-10", False)

    @pytest.mark.parametrize(("region", "seen"), [("410102", "ab"), ("410100", "abc"), ("410300", "d")])
    async def test_an_officer_sees_what_waits_in_their_region(self, school: School, region: str, seen: str) -> None:
        await file_five(school)

        assert sorted(await listed(school, school.officer(region), path="classes/waiting")) == list(seen)

    @pytest.mark.parametrize("role", [Role.INSTITUTION, Role.FINANCE, Role.ASSESSMENT_BODY])
    async def test_it_is_for_officers(self, school: School, role: Role) -> None:
        headers = school.registry.tokens.of(role, organisation=school.id, region="410000")

        answer = await school.registry.http.get("/v1/classes/waiting", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")


class TestIndexes:
    """What a list asks for is answered from an index in its order: no sort, and no look at rows of others."""

    @pytest.mark.parametrize(
        ("where", "order"),
        [
            ("true", "starts_on, id"),
            ("status = 'filed'", "starts_on, id"),
            ("region = '410102'", "starts_on, id"),
            ("region = '410102' AND status = 'filed'", "starts_on, id"),
            ("reporting_region = '410100' AND status = 'filed' AND starts_on >= '2025-03-01'", "starts_on, id"),
            ("institution_id = '00000000-0000-0000-0000-000000000001' AND status = 'filed'", "starts_on, id"),
            ("status = 'filed'", "coalesce(answer_due_on, 'infinity'), id"),
            ("region = '410102' AND status = 'filed'", "coalesce(answer_due_on, 'infinity'), id"),
            ("reporting_region = '410100' AND status = 'filed'", "coalesce(answer_due_on, 'infinity'), id"),
        ],
    )
    async def test_each_list_has_its_index(self, school: School, where: str, order: str) -> None:
        await self.require_index(school, f"class WHERE {where} ORDER BY {order}")

    @pytest.mark.parametrize("where", ["", "AND region = '410102'", "AND reporting_region = '410100'"])
    async def test_so_have_reported_changes(self, school: School, where: str) -> None:
        reported = "verb IN ('change', 'plan') AND reasons <> '{}' AND id < '01980000-0000-7000-8000-000000000001'"

        await self.require_index(school, f"class_event WHERE {reported} {where} ORDER BY id DESC")

    @staticmethod
    async def require_index(school: School, asked: str) -> None:
        async with school.registry.engine.begin() as connection:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            await connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            await connection.exec_driver_sql("SET LOCAL enable_sort = off")
            await connection.exec_driver_sql("SET LOCAL enable_incremental_sort = off")
            plan = await connection.exec_driver_sql(f"EXPLAIN SELECT * FROM {asked} LIMIT 9")
            lines = [row[0] for row in plan]

        assert not [line for line in lines if "Sort" in line or "Filter" in line], lines
