"""Cells in the memory of a process: as the database has them, read again only when they have changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.consumers import consumers
from services.metrics.history.usecases import close
from services.metrics.measures.usecases import CONSUMER
from services.metrics.totals import store
from services.metrics.totals.usecases.sums import KEPT_MAX, KeptCells
from services.metrics.worker import SERVICE
from shared.backbone import consumer, dead_letters
from shared.backbone.dead_letters import DeadLetter
from shared.backbone.log import ConsumerRecord, TopicPartition
from shared.contracts.fact import Fact, encode
from shared.contracts.registry import TOPIC
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.periods import BUSINESS_ZONE
from tests.conftest import OpenWorld
from tests.metrics.totals.test_totals import total, with_plan
from tests.support.facts import enrolment
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def metrics(open_world: OpenWorld) -> ServiceUnderTest:
    return await open_world(SERVICE, with_plan)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A mark for each time that all cells are read."""
    found: list[object] = []
    read = store.cells

    async def counted(connection: AsyncConnection) -> bytes:
        found.append(connection)
        return await read(connection)

    monkeypatch.setattr(store, "cells", counted)
    return found


def completed(number: int) -> Fact:
    return enrolment(number, status=EnrolmentStatus.COMPLETED)


async def test_they_are_read_once_for_all_questions_and_again_after_a_fact(
    metrics: ServiceUnderTest, reads: list[object]
) -> None:
    await metrics.hear(completed(1))
    assert await total(metrics) == {"trainings": 1}
    for by in ("", "region", "programme,month", "county,level"):
        assert (await metrics.http.get("/v1/totals", params={"by": by})).status_code == 200
    assert len(reads) == 1

    await metrics.hear(completed(2))
    assert await total(metrics) == {"trainings": 2}
    assert len(reads) == 2


async def test_a_fact_that_was_parked_shows_once_it_is_applied(metrics: ServiceUnderTest) -> None:
    fact = completed(3)
    [hearing] = [each for each in consumers(metrics.settings) if each.name == CONSUMER]  # type: ignore[arg-type]
    record = ConsumerRecord(10**6, fact.subject, encode(fact))
    async with metrics.engine.begin() as connection:
        await dead_letters.park(connection, CONSUMER, [DeadLetter(TopicPartition(TOPIC, 0), record, "unknown")])
    assert await total(metrics) == {}

    assert await consumer.retry(hearing, metrics.engine, fact.subject) == (1, 0)

    assert await total(metrics) == {"trainings": 1}


async def test_a_day_that_is_over_is_read_once_and_makes_room_for_the_next(
    metrics: ServiceUnderTest, reads: list[object]
) -> None:
    first = date(2025, 3, 1)
    for number in range(3):
        day = first + timedelta(days=number)
        await metrics.hear(completed(10 + number))
        metrics.app.state.clock = lambda day=day: datetime.combine(day + timedelta(days=1), time(9), BUSINESS_ZONE)
        await close(metrics.engine, at=datetime.combine(day + timedelta(days=1), time(0, 0, 2), BUSINESS_ZONE))

    async def known(number: int) -> int:
        on = first + timedelta(days=number)
        return int((await metrics.http.get(f"/v1/totals?known_on={on}")).json()["total"]["trainings"])

    assert [await known(number) for number in (0, 0, 1, 1, 2, 0)] == [1, 1, 2, 2, 3, 1]
    assert len(reads) == 1 + 1 + 1 + 1, f"of {KEPT_MAX} states that are kept, the first was no longer"


async def test_what_a_transaction_sees_is_not_what_was_written_since(metrics: ServiceUnderTest) -> None:
    kept = KeptCells()
    async with metrics.engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        before = await kept.seen_by(connection)
        await metrics.hear(completed(20))
        async with metrics.engine.connect() as later:
            assert await kept.seen_by(later) is not before
        assert await kept.seen_by(connection) is before
