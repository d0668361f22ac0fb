"""Eighty workbooks at once: they are read a few at a time, callers in turn, and nobody else waits."""

from __future__ import annotations

import asyncio
from typing import Final

from shared.kernel.ids import new_id
from tests.hostile.conftest import Attacked, nobody_else_notices
from tests.hostile.test_busy import Answer, send
from tests.shared.spreadsheets.workbooks import workbook

WORKBOOKS: Final = 80
XLSX: Final = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
PATH: Final = "/v1/follow-up-files"
WAIT_SECONDS: Final = 4
"""The longest that a request waits for its turn, by default."""


def follow_ups(rows: int = 300) -> bytes:
    """About 17 kB."""
    lines = ([f"C{number % 7}", f"T{number:05}", "2025-06-01"] for number in range(rows))
    return workbook(*lines, headings=["班级编号", "学员编号", "就业创业日期"])


def test_eighty_workbooks_hold_up_neither_others_nor_anothers_one(registry: Attacked) -> None:
    book = follow_ups()
    many, one = registry.institution(new_id(), person="many"), registry.institution(new_id(), person="one")

    async def attack() -> tuple[list[Answer], Answer]:
        posts = [asyncio.create_task(send(registry, "POST", PATH, many | XLSX, book)) for _ in range(WORKBOOKS)]
        await asyncio.sleep(0.5)
        theirs = await send(registry, "POST", PATH, one | XLSX, book)
        return await asyncio.gather(*posts), theirs

    with nobody_else_notices(registry):
        answers, theirs = asyncio.run(attack())

    assert theirs.status not in (500, 503), "the one is read in its turn, though the room was full"
    busy = [answer for answer in answers if answer.status == 503]
    assert len(busy) >= WORKBOOKS // 2
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in busy)
    assert {answer.problem["code"] for answer in busy} == {"busy"}
    assert all(answer.status < 500 or answer.status == 503 for answer in answers)
    # Whoever waited in vain was told so at the end of the wait.
    assert max(answer.seconds for answer in busy) < WAIT_SECONDS + 5
