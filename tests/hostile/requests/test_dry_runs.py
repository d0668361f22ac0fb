"""A dry run asks about a number in each of its rows, so each counts: in every batch that has dry runs."""

from __future__ import annotations

from time import monotonic
from typing import Any

import httpx
import pytest

from services.registry.worker import SERVICE
from tests.conftest import OpenService
from tests.hostile.requests.conftest import OF_NAME, SERVICES, scene_in
from tests.hostile.requests.operations import JSON, Operation, operations_of
from tests.registry.rosters.spreadsheets.posting import post, roster, work
from tests.registry.school import School, open_school, trainee
from tests.shared.spreadsheets.workbooks import full_line

ROWS = 7


def left(answer: httpx.Response) -> int:
    """The rows of dry runs that an answer says are left."""
    told: dict[str, str] = dict(answer.headers)
    assert told["ratelimit-policy"] == '"dry-run-rows";q=3600;w=3600', answer.text
    return int(told["ratelimit"].split(";")[1].removeprefix("r="))


def takes_dry_runs(operation: Operation) -> bool:
    return any(each.get("name") == "mode" for each in operation.described.get("parameters", ()))


def is_batch(operation: Operation) -> bool:
    return JSON in operation.described["requestBody"]["content"]


@pytest.mark.parametrize("name", SERVICES)
async def test_a_dry_run_counts_each_of_its_rows(name: str, open_service: OpenService) -> None:
    batches = [
        each
        for each in operations_of(await scene_in(await open_service(OF_NAME[name])))
        if takes_dry_runs(each) and is_batch(each)
    ]

    for operation in batches:
        sender = operation.headers(operation.roles[0], person=operation.name)
        rows: dict[str, Any] = {"rows": [*operation.body["rows"], *({} for _ in range(ROWS))][:ROWS]}
        lines = b"\n".join([b"{}"] * ROWS + [b"no json"])
        http, path, asked = operation.scene.service.http, operation.path, {"mode": "validate"}

        started = monotonic()
        of_rows = await http.post(path, params=asked, headers=sender, json=rows)
        of_lines = await http.post(
            path, params=asked, headers=sender | {"Content-Type": "application/x-ndjson"}, content=lines
        )

        assert left(of_rows) == 3600 - ROWS, operation.name
        # Of 3,600 rows an hour one is given back each second.
        given_back = left(of_lines) - (3600 - 2 * ROWS - 1)
        assert 0 <= given_back <= monotonic() - started, operation.name
    assert batches or name in ("subsidy", "metrics"), "these have none"


@pytest.fixture
async def school(open_service: OpenService) -> School:
    return await open_school(await open_service(SERVICE, dry_run_rows_an_hour=10))


async def test_who_asked_about_more_rows_than_are_left_waits_for_the_next_dry_run(school: School) -> None:
    class_id = await school.file()
    path, rows = f"/v1/classes/{class_id}/enrolments", [trainee(number) for number in range(1, 13)]

    async def enrol(*, mode: str) -> httpx.Response:
        return await school.registry.http.post(
            path, params={"mode": mode}, headers=school.headers, json={"rows": rows[:12]}
        )

    first, second = await enrol(mode="validate"), await enrol(mode="validate")

    assert (first.status_code, first.headers["ratelimit"].split(";")[1]) == (200, "r=0")
    assert (second.status_code, second.json()["code"]) == (429, "too-many-requests")
    assert 1000 < int(second.headers["retry-after"]) <= 3 * 360, "three rows come back in 18 minutes"
    assert (await enrol(mode="store")).json()["accepted"] == 12, "what is stored is no question"


async def test_the_rows_of_a_file_that_waits_count_as_soon_as_they_are_known(school: School) -> None:
    await school.file()
    lines = [full_line(number) for number in range(1, 13)]

    first = await post(school, roster(*lines), mode="validate")
    await work(school)
    second = await post(school, roster(*lines), mode="validate")
    for_good = await post(school, roster(*lines))

    assert [each.status_code for each in (first, second, for_good)] == [202, 429, 202]
    assert 1000 < int(second.headers["retry-after"]) <= 3 * 360


async def test_the_rows_of_a_file_that_is_decided_at_once_count(school: School) -> None:
    lines = ["班级编号,学员编号,就业创业日期", *(f"C1,T{number},2025-06-01" for number in range(7))]

    answer = await school.registry.http.post(
        "/v1/follow-up-files",
        params={"mode": "validate", "form": "csv"},
        headers=school.headers,
        content="\n".join(lines).encode(),
    )

    assert (answer.status_code, answer.json()["refused"]) == (200, 7)
    assert answer.headers["ratelimit"].split(";")[1] == "r=3"
