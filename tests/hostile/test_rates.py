"""Rates against a real process: they are told in every answer, and where numbers could be tried out they are low."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import uuid4

from shared.kernel.ids import new_id
from tests.hostile.conftest import Attacked
from tests.hostile.test_busy import Answer, roster, send

LOOKUPS_A_MINUTE: Final = 60
"""The default."""


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
