"""Compare the totals with the books again and again, so that whoever asks finds the answer ready."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.metrics.books import store
from services.metrics.books.rules import KEEPERS, Difference, Keeper, Light, light_of
from services.metrics.books.store import HeardBook
from shared.faults import forever

log = structlog.get_logger()

CELLS_MAX: Final = 1_000
"""Cells that one answer names; the published differences are of all."""


class Comparison(NamedTuple):
    """What was found, and the books that were heard until then."""

    light: Light
    at: datetime
    compared_at: datetime | None
    heard: list[tuple[Keeper, HeardBook | None]]
    differences: list[Difference]


async def work(engine: AsyncEngine, *, seconds: float) -> None:
    """Compare every so many seconds, in an endless loop."""
    was_red = False

    async def step() -> bool:
        nonlocal was_red
        at = datetime.now(UTC)
        await compare(engine, at=at)
        async with engine.connect() as connection:
            red = [each for each in await store.differences(connection) if each.light(at) is Light.RED]
        if red and not was_red:
            log.error("books.unequal", cells=len(red))
        elif was_red and not red:
            log.info("books.equal")
        was_red = bool(red)
        return False

    await forever("comparison of the books", step, pause_seconds=seconds)


async def compare(engine: AsyncEngine, *, at: datetime) -> None:
    """Find out where totals and books differ at `at`, which is the present moment of the clock on the wall."""
    async with engine.begin() as connection:
        await store.compare(connection, at=at)


async def latest(connection: AsyncConnection, *, seconds: float) -> Comparison:
    """The latest comparison; they are made every so many `seconds`."""
    at, heard = datetime.now(UTC), await store.heard(connection)
    found, compared_at = list(await store.differences(connection)), await store.compared_at(connection)
    return Comparison(
        light=light_of(found, compared_at=compared_at, at=at, seconds=seconds),
        at=at,
        compared_at=compared_at,
        heard=[(keeper, heard.get(keeper.books)) for keeper in KEEPERS],
        differences=found,
    )
