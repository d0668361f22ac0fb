"""From the registry to the totals over a new year: a second plan, a county that moves, and 2025 stays as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from services.metrics.worker import SERVICE as METRICS
from services.registry.plan.usecases import plan
from services.registry.worker import SERVICE as REGISTRY
from tests.conftest import OpenService
from tests.registry.school import open_school, set_today, trainee
from tests.support.clock import now
from tests.support.plans import MOVED, PLAN_2025, plan_2026
from tests.support.services import ServiceUnderTest

DECEMBER: dict[str, object] = {"region": MOVED, "programme": "S01", "fund_source": None, "starts_on": "2025-12-01"}


async def load(registry: ServiceUnderTest, directory: Path) -> None:
    async with registry.engine.begin() as connection:
        await plan.load(connection, directory, at=now())


async def totals(metrics: ServiceUnderTest, **query: Any) -> dict[str, tuple[int, int]]:
    """By reporting region, how many are in training and how many trainings were completed."""
    answer = await metrics.http.get("/v1/totals", params={"by": "region"} | query)
    assert answer.status_code == 200, answer.text
    rows = {row["region"]: (row["in_training"], row["trainings"]) for row in answer.json()["rows"]}
    return {region: figures for region, figures in rows.items() if any(figures)}


async def test_the_old_year_stays_with_its_plan_and_its_regions(open_service: OpenService, tmp_path: Path) -> None:
    registry, metrics = await open_service(REGISTRY), await open_service(METRICS)
    async with registry.engine.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE plan_entry, plan_entry_version")
    await load(registry, PLAN_2025)
    school = await open_school(registry)

    async def settle(today: date) -> None:
        for service in (registry, metrics):
            await service.settle()
        set_today(metrics, today)

    # December: one class that ends in the year with two trainees, one that goes on into January with another.
    set_today(registry, date(2025, 12, 20))
    ended = await school.run(trainee(1), trainee(2), local_id="A", ends_on="2025-12-20", **DECEMBER)
    goes_on = await school.run(trainee(3), local_id="B", ends_on="2026-01-15", **DECEMBER)
    assert (await school.conclude(ended, T1=60, T2=60)).status_code == 200
    await settle(date(2025, 12, 31))
    assert await totals(metrics) == {"410100": (1, 2)}

    # The new year: another plan, and the county is one of 410200.
    await load(registry, plan_2026(tmp_path / "henan-2026"))
    await settle(date(2026, 1, 1))
    # Who is in training stays so over New Year; what was completed counts to the old year.
    assert await totals(metrics) == {"410100": (1, 0)}
    assert await totals(metrics, plan="HN2025") == {"410100": (1, 2)}
    assert await totals(metrics, plan="HN2025", **{"as": "now"}) == {"410200": (1, 2)}

    # January: the class of December ends, and one of the new year begins in the same place under the same code.
    set_today(registry, date(2026, 1, 15))
    assert (await school.conclude(goes_on, T3=60)).status_code == 200
    january = DECEMBER | {"local_id": "C", "starts_on": "2026-02-02", "ends_on": "2026-02-27"}
    class_id = await school.file(**january)
    assert (await school.enrol(class_id, trainee(4))).json()["accepted"] == 1
    await settle(date(2026, 1, 15))

    assert await totals(metrics, plan="HN2025") == {"410100": (0, 3)}
    # The class of February has not begun, so nobody is in training in it.
    assert await totals(metrics) == await totals(metrics, plan="HN2026") == {}
    names = (await metrics.http.get("/v1/names")).json()["programmes"]
    assert names["S01"][1] == "Industries of the future"
