"""A rebuild is compared with the served totals before it takes their place."""

from __future__ import annotations

from sqlalchemy import text

from services.metrics.consumers import consumers
from services.metrics.projection.store import BUILDING
from services.metrics.projection.usecases import rebuild
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.database import make_engine
from tests.conftest import OpenService
from tests.support.facts import enrolment
from tests.support.services import ServiceUnderTest


async def trainings(metrics: ServiceUnderTest) -> int:
    found: int = (await metrics.http.get("/v1/totals")).json()["total"]["trainings"]
    return found


async def test_a_rebuild_says_which_totals_differ_and_may_leave_the_served_ones(open_service: OpenService) -> None:
    metrics, done = await open_service(SERVICE), EnrolmentStatus.COMPLETED
    await metrics.hear(
        *(enrolment(number, status=done) for number in (1, 2)), enrolment(3, status=done, region="419001")
    )
    async with metrics.engine.begin() as connection:
        await connection.execute(text("UPDATE cell SET amount = amount + 7 WHERE amount = 2"))
    building = make_engine(metrics.settings.database_url, name="rebuild", search_path=BUILDING)
    [consumer] = consumers(metrics.settings)  # type: ignore[arg-type]
    ends = {"live": metrics.engine, "building": building, "event_log": metrics.log}

    compared = await rebuild(consumer, **ends, swaps=False)  # type: ignore[arg-type]
    left = await trainings(metrics)
    swapped, again = [await rebuild(consumer, **ends) for _ in range(2)]  # type: ignore[arg-type]
    await building.dispose()

    assert compared == swapped == ([("trainings", 2025, "S01", "410100", 1, 9, 2)], True)
    assert left == 10
    assert again == ([], True)
    assert await trainings(metrics) == 3
