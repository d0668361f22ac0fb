"""Rosters for many classes in one call, and rosters as lines of JSON."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from shared.kernel.callers import Role
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee

NDJSON = {"Content-Type": "application/x-ndjson"}


def outcomes(answer: httpx.Response) -> list[tuple[int, str]]:
    return [(row["row"], row["outcome"]) for row in answer.json()["rows"]]


def code(answer: httpx.Response, row: int) -> str:
    found: str = answer.json()["rows"][row]["errors"][0]["code"]
    return found


def of(class_: str, number: int, **changes: object) -> dict[str, object]:
    return trainee(number, **({"class": class_} | changes))


async def post(school: School, *rows: object, **request: Any) -> httpx.Response:
    return await school.post("enrolments", {"rows": rows}, **request)


async def post_lines(school: School, body: bytes, path: str = "enrolments") -> httpx.Response:
    headers = school.headers | NDJSON
    return await school.registry.http.post(f"/v1/{path}", content=body, headers=headers)


def lines(*rows: object) -> bytes:
    return b"\n".join(orjson.dumps(row) for row in rows)


async def two_classes(school: School) -> None:
    await school.file(seats=2)
    await school.file(local_id="2025-002", starts_on="2025-03-21", ends_on="2025-04-10", seats=2)


class TestManyClasses:
    async def test_each_row_goes_to_the_class_that_it_names(self, school: School) -> None:
        await two_classes(school)

        answer = await post(school, of("2025-001", 1), of("2025-002", 2), of("2025-002", 1, local_id="again"))

        assert answer.json()["accepted"] == 3
        rows = await school.registry.rows(
            "SELECT e.local_id, c.local_id AS class FROM enrolment e JOIN class c ON c.id = class_id ORDER BY 1"
        )
        assert [tuple(row) for row in rows] == [("T1", "2025-001"), ("T2", "2025-002"), ("again", "2025-002")]

    async def test_a_rehearsal_waits_for_nobody(self, school: School) -> None:
        class_id = await school.file()

        async with school.registry.engine.begin() as connection:
            await connection.execute(text("SELECT id FROM class FOR UPDATE"))
            answers = [
                await post(school, of("2025-001", 1), params={"mode": "validate"}),
                await school.enrol(class_id, trainee(1), params={"mode": "validate"}),
            ]

        assert [outcomes(answer) for answer in answers] == [[(0, "accepted")]] * 2

    async def test_a_class_that_cannot_be_stored_spoils_its_own_row_alone(self, school: School) -> None:
        await school.file()

        answer = await post(school, of("2025-001", 1), of("2025\0-001", 2), of("2025-001", 3))

        assert outcomes(answer) == [(0, "accepted"), (1, "refused"), (2, "accepted")]

    async def test_seats_are_counted_for_each_class_by_itself(self, school: School) -> None:
        await two_classes(school)

        answer = await post(school, *(of("2025-001", number) for number in (1, 2, 3)), of("2025-002", 4))

        assert [each for _, each in outcomes(answer)] == ["accepted", "accepted", "refused", "accepted"]
        assert code(answer, 2) == "class-full"

    async def test_a_row_for_no_class_of_the_institution_is_refused_by_itself(self, school: School) -> None:
        await two_classes(school)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await other.file(local_id="theirs")

        answer = await post(school, of("theirs", 1), of("2025-001", 2), trainee(3))

        assert [each for _, each in outcomes(answer)] == ["refused", "accepted", "refused"]
        assert (code(answer, 0), code(answer, 2)) == ("roster-class-unknown", "missing")

    async def test_a_class_that_is_given_up_refuses_its_rows_also_those_it_had(self, school: School) -> None:
        await two_classes(school)
        await post(school, of("2025-001", 1))
        (class_,) = await school.registry.rows("SELECT id FROM class WHERE local_id = '2025-001'")
        await school.cancel(class_.id)

        answer = await post(school, of("2025-001", 1), of("2025-001", 2), of("2025-002", 3))

        assert [each for _, each in outcomes(answer)] == ["refused", "refused", "accepted"]
        assert [code(answer, row) for row in (0, 1)] == ["roster-closed"] * 2

    async def test_half_a_batch_that_was_lost_is_sent_again_without_harm(self, school: School) -> None:
        await two_classes(school)
        await post(school, of("2025-001", 1), of("2025-002", 2))

        answer = await post(school, *(of("2025-001", number) for number in (1, 3)), of("2025-002", 2))

        assert [each for _, each in outcomes(answer)] == ["repeated", "accepted", "repeated"]
        assert len(await school.registry.rows("SELECT id FROM enrolment")) == 3

    async def test_a_thousand_rows_of_twenty_classes_are_one_batch(self, school: School) -> None:
        for number in range(20):
            await school.file(local_id=f"C{number}", seats=50)

        answer = await post(school, *(of(f"C{number // 50}", number) for number in range(1000)))

        assert answer.json()["accepted"] == 1000
        assert len(await school.registry.rows("SELECT id FROM enrolment")) == 1000

    async def test_batches_that_cross_each_others_classes_both_end(self, school: School) -> None:
        names = [f"C{number}" for number in range(6)]
        for name in names:
            await school.file(local_id=name, seats=60)

        def batch(start: int, order: list[str]) -> list[dict[str, object]]:
            return [of(name, start + place) for place, name in enumerate(order * 5)]

        answers = await asyncio.gather(
            *(post(school, *batch(start * 100, names[:: (-1) ** start])) for start in range(6))
        )

        assert [answer.json()["accepted"] for answer in answers] == [30] * 6

    async def test_only_institutions_post(self, school: School) -> None:
        headers = school.registry.tokens.of(Role.PROVINCE, region="410000")

        assert (await post(school, headers=headers)).json()["code"] == "wrong-role"


class TestLines:
    async def test_are_read_one_by_one_and_a_broken_one_is_named(self, school: School) -> None:
        await two_classes(school)
        body = b"\xef\xbb\xbf" + lines(of("2025-001", 1)) + b"\r\n\n  \n{broken\n" + lines(of("2025-001", 2), [1], 7)

        answer = await post_lines(school, body + b"\n\xff\xfe\n")

        assert outcomes(answer) == [
            (0, "accepted"), (3, "refused"), (4, "accepted"), (5, "refused"), (6, "refused"), (7, "refused"),
        ]  # fmt: skip
        broken = answer.json()["rows"][1]["errors"][0]
        assert (broken["code"], broken["line"]) == ("broken-line", 4)
        assert code(answer, 5) == "broken-line"

    async def test_go_to_one_class_as_well(self, school: School) -> None:
        class_id = await school.file()

        answer = await post_lines(school, lines(trainee(1), trainee(2)), f"classes/{class_id}/enrolments")

        assert outcomes(answer) == [(0, "accepted"), (1, "accepted")]

    async def test_are_at_most_a_thousand_without_the_blank_ones(self, school: School) -> None:
        await school.file()

        most = await post_lines(school, b"\n\n".join([b"{}"] * 1000))
        over = await post_lines(school, b"\n".join([b"{}"] * 1001))

        assert (most.status_code, most.json()["refused"]) == (200, 1000)
        assert (over.status_code, over.json()["errors"][0]["pointer"]) == (422, "/rows")

    async def test_of_nothing_are_an_empty_answer(self, school: School) -> None:
        assert (await post_lines(school, b"")).json()["rows"] == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'{"rows": 7}', b'{"rows": [], "more": 1}'])
async def test_a_body_that_is_no_batch_is_refused_as_a_whole(school: School, body: bytes) -> None:
    headers = school.headers | {"Content-Type": "application/json"}

    answer = await school.registry.http.post("/v1/enrolments", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")
