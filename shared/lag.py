"""How many facts of the log the consumers of a worker have not applied yet, looked up again and again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import instruments
from shared.backbone import positions
from shared.backbone.consumer import Consumer
from shared.backbone.log import EventLog
from shared.faults import forever

LOOK_SECONDS: Final = 15.0


async def watch(engine: AsyncEngine, event_log: EventLog, consumers: Sequence[Consumer]) -> None:
    """Keep the lag of `consumers` for Prometheus, in an endless loop."""

    async def look() -> bool:
        for consumer in consumers:
            instruments.lagging(consumer.name, await behind(engine, event_log, consumer), at=time.time())
        return False

    await forever("lag", look, pause_seconds=LOOK_SECONDS)


async def behind(engine: AsyncEngine, event_log: EventLog, consumer: Consumer) -> Mapping[str, int]:
    """By topic, the facts between the consumer's position and the end of the log."""
    ends = await event_log.ends(consumer.topics)
    async with engine.connect() as connection:
        at = await positions.load(connection, consumer.name, ends)
    found = Counter(dict.fromkeys(consumer.topics, 0))
    for partition, end in ends.items():
        found[partition.topic] += max(0, end - at[partition])
    return found
