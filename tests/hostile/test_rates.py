"""Rates against a real process: they are told in every answer, and where numbers could be tried out they are low."""

from __future__ import annotations

import asyncio
import time
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


def test_numbers_cannot_be_tried_out_by_dry_runs_but_for_a_few_a_minute(registry: Attacked) -> None:
    trying, another = registry.institution(new_id(), person="trying"), registry.institution(new_id(), person="another")
    path = "/v1/enrolments?mode=validate"

    async def try_out() -> tuple[list[Answer], Answer]:
        answers = [await send(registry, "POST", path, trying, roster(1)) for _ in range(LOOKUPS_A_MINUTE * 2)]
        return answers, await send(registry, "POST", path, another, roster(1))

    began = time.monotonic()
    answers, theirs = asyncio.run(try_out())
    seconds = time.monotonic() - began

    refused = [answer for answer in answers if answer.status == 429]
    assert LOOKUPS_A_MINUTE * 2 - len(refused) <= LOOKUPS_A_MINUTE + seconds + 1, "all at once, then one a second"
    assert {answer.problem["code"] for answer in refused} == {"too-many-requests"}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert refused[0].headers["ratelimit-policy"] == '"lookups";q=60;w=60'
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
