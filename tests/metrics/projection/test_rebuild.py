"""A rebuild beside the worker: the same totals, and the worker goes on where the rebuild ended."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.metrics.consumers import consumers
from services.metrics.projection.store import BUILDING, taking_building
from services.metrics.projection.usecases import RebuildRunning, rebuild
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.database import make_engine
from tests.conftest import OpenService
from tests.support.facts import certificate, class_started, enrolment, person_key, programme, region
from tests.support.persons import merged, separated
from tests.support.services import ServiceUnderTest


async def total(metrics: ServiceUnderTest) -> dict[str, int]:
    found: dict[str, int] = (await metrics.http.get("/v1/totals")).json()["total"]
    return found


async def test_a_rebuild_gives_the_same_totals_and_the_worker_goes_on(open_service: OpenService) -> None:
    metrics = await open_service(SERVICE)
    await metrics.hear(
        region("410100", reports_to="410100"),
        programme("HN2025", parent=None),
        programme("S01"),
        class_started(),
        *(enrolment(n, status=EnrolmentStatus.COMPLETED) for n in range(20)),
        certificate(11, person=1),
        certificate(12, person=2),
        merged(person_key(2), into=person_key(1)),
    )
    before = await total(metrics)
    assert before["high_skilled_persons"] == 1
    async with metrics.engine.begin() as connection:
        await connection.execute(text("UPDATE cell SET amount = amount + 7"))
    await metrics.hear(region("410200", reports_to="410200"))  # what was written by hand shows with the next fact
    assert await total(metrics) != before
    building = make_engine(metrics.settings.database_url, name="rebuild", search_path=BUILDING)

    for consumer in consumers(metrics.settings):  # type: ignore[arg-type]
        await rebuild(consumer, live=metrics.engine, building=building, event_log=metrics.log)
        async with taking_building(metrics.engine):
            with pytest.raises(RebuildRunning):
                await rebuild(consumer, live=metrics.engine, building=building, event_log=metrics.log)
    await building.dispose()

    assert await total(metrics) == before
    await metrics.hear(enrolment(50, status=EnrolmentStatus.COMPLETED))
    assert (await total(metrics))["trainings"] == before["trainings"] + 1
    await metrics.hear(separated(person_key(2), into=person_key(1)))
    assert (await total(metrics))["high_skilled_persons"] == 2
