"""Rates against a real process: they are told in every answer, and where numbers could be tried out they are low."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

import httpx
import pytest

from shared.kernel.ids import new_id
from tests.hostile.conftest import Attacked, nobody_else_notices
from tests.hostile.test_busy import Answer, roster, send

LOOKUPS_A_MINUTE: Final = 60
"""The default."""
GUESSES: Final = 10_000
AT_ONCE: Final = 20
VARYING: Final = ("instance", "request_id")
"""Members of an answer that name the request, not what was asked."""


def test_an_answer_tells_the_rate_and_what_is_left_of_it(registry: Attacked) -> None:
    headers = registry.officer(f"officer {uuid4()}")

    async def ask() -> list[Answer]:
        return [await send(registry, "GET", "/v1/regions", headers) for _ in range(2)]

    first, second = asyncio.run(ask())

    assert first.headers["ratelimit-policy"] == '"interactive";q=18000;w=60'
    assert first.headers["ratelimit"].startswith('"interactive";r=17999;t=')
    assert int(second.headers["ratelimit"].split(";")[1].removeprefix("r=")) >= 17998


def test_numbers_cannot_be_tried_out_by_dry_runs_but_for_a_few_an_hour(registry: Attacked) -> None:
    trying, another = registry.institution(new_id(), person="trying"), registry.institution(new_id(), person="another")
    path, rows = "/v1/enrolments?mode=validate", 1_000

    async def try_out() -> tuple[list[Answer], Answer]:
        answers = [await send(registry, "POST", path, trying, roster(rows)) for _ in range(8)]
        return answers, await send(registry, "POST", path, another, roster(1))

    answers, theirs = asyncio.run(try_out())

    assert [answer.status for answer in answers] == [200] * 4 + [429] * 4
    assert answers[0].headers["ratelimit-policy"] == '"dry-run-rows";q=3600;w=3600'
    assert answers[0].headers["ratelimit"].startswith('"dry-run-rows";r=2600;t=')
    assert {answer.problem["code"] for answer in answers[4:]} == {"too-many-requests"}
    assert all(300 < int(answer.headers["retry-after"]) <= 401 for answer in answers[4:]), "400 rows come back first"
    assert theirs.status == 200


def test_an_address_cannot_be_made_up(registry: Attacked) -> None:
    """Without a proxy that is trusted by setting, X-Forwarded-For says nothing."""

    async def ask() -> list[Answer]:
        return [
            await send(
                registry, "POST", "/v1/public-reports/state", {"X-Forwarded-For": f"203.0.113.{number}"},
                b'{"receipt": "MFRG-G3DF"}',
            )
            for number in range(LOOKUPS_A_MINUTE * 2)
        ]  # fmt: skip

    answers = asyncio.run(ask())

    assert [answer.status for answer in answers].count(429) > 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "another", [pytest.param("assessment", marks=pytest.mark.xdist_group("hostile assessment"))], indirect=True
)
def test_ten_thousand_guesses_at_numbers_learn_nothing_and_hold_up_nobody(another: Attacked) -> None:
    statuses, said = Counter[int](), defaultdict[int, set[str]](set)

    async def guess(numbers: Iterator[int], http: httpx.AsyncClient) -> None:
        for number in numbers:
            asked = {"number": f"S000041000123{264:03}{number:06}", "name": "王小明"}
            answer = await http.post("/v1/verifications", json=asked)
            statuses[answer.status_code] += 1
            told = {name: value for name, value in answer.json().items() if name not in VARYING}
            said[answer.status_code].add(str(told))
            if answer.status_code == 429:
                assert int(answer.headers["retry-after"]) > 0

    async def all_of_them() -> None:
        numbers = iter(range(GUESSES))
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{another.port}", limits=limits, timeout=60) as http:
            await asyncio.gather(*(guess(numbers, http) for _ in range(AT_ONCE)))

    began = time.monotonic()
    with nobody_else_notices(another):
        asyncio.run(all_of_them())

    minutes = (time.monotonic() - began) / 60
    assert statuses.total() == GUESSES
    assert set(statuses) == {404, 429}
    assert statuses[404] <= LOOKUPS_A_MINUTE * (1 + minutes) + 1
    assert len(said[404]) == 1, "one answer, whatever the number"
