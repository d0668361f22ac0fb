"""Both logs under one name, and a ledger (publisher and consumer in one database) on each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from deploy.kafka.broker import Broker
from deploy.local.postgres import Postgres
from shared.backbone.kafka import KafkaLog
from shared.backbone.log import EventLog
from shared.backbone.postgres import PostgresLog
from tests.conftest import Database
from tests.shared.backbone.ledger import Ledger, opened
from tests.support.kafka import require_kafka

ON_KAFKA = pytest.param("kafka", marks=[pytest.mark.kafka, pytest.mark.xdist_group("kafka")])


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker of this test process; where none can be had, its tests are skipped, or fail if REQUIRE_KAFKA=1."""
    require_kafka()
    with Broker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture(params=["postgres", ON_KAFKA])
async def event_log(request: pytest.FixtureRequest, database: Database) -> AsyncGenerator[EventLog]:
    log: EventLog
    if request.param == "kafka":
        log = KafkaLog(request.getfixturevalue("broker").bootstrap)
    else:
        log = PostgresLog(await database(None))
    yield log
    await log.close()


@pytest.fixture
async def embedded_log(database: Database) -> AsyncGenerator[EventLog]:
    """For what does not depend on the log."""
    log = PostgresLog(await database(None))
    yield log
    await log.close()


@pytest.fixture
async def topic(event_log: EventLog) -> str:
    """A topic that nothing has been appended to."""
    name = f"topic-{uuid4().hex[:12]}"
    await event_log.prepare([name])
    return name


OpenLedger = Callable[[EventLog], Awaitable[Ledger]]


@pytest.fixture
async def open_ledger(postgres: Postgres) -> AsyncGenerator[OpenLedger]:
    async with AsyncExitStack() as stack:

        async def open_(event_log: EventLog) -> Ledger:
            name = f"test_{uuid4().hex[:12]}"
            await postgres.create_database(name)
            return await stack.enter_async_context(opened(postgres.url(name), event_log))

        yield open_


@pytest.fixture
async def ledger(open_ledger: OpenLedger, embedded_log: EventLog) -> Ledger:
    """A ledger on the embedded log."""
    return await open_ledger(embedded_log)


@pytest.fixture
async def ledger_on_each_log(open_ledger: OpenLedger, event_log: EventLog) -> Ledger:
    return await open_ledger(event_log)
