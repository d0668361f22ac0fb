"""Alerts of what falls behind the plan: judged once a day, listed, and told as facts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.metrics.alerts.usecases import judge
from services.metrics.worker import SERVICE
from shared.contracts.metrics import AlertEnding, PaceAlertContinued, PaceAlertEnded, PaceAlertRaised, PaceAlertState
from shared.contracts.registry.enrolments import EnrolmentStatus
from tests.conftest import OpenService
from tests.metrics.targets.province import confirm, open_proposal, post
from tests.registry.school import set_today
from tests.support.facts import enrolment, programme, region
from tests.support.services import ServiceUnderTest

BY_REGION = (
    ("HN2025", "地区", "410100", "完成培训", "", "", "3650"),
    ("HN2025", "地区", "410200", "完成培训", "", "", "365"),
)


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    """Targets of 10 trainings a day in one region and 1 in another; the plan itself has none."""
    metrics = await open_service(SERVICE)
    set_today(metrics, date(2025, 1, 11))
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        region("410200", reports_to="410200"),
        programme("HN2025", parent=None, trainings=None, high_skilled_target=None),
        programme("S01", trainings=None, high_skilled_target=None),
    )
    await post(metrics, BY_REGION)
    await confirm(metrics, await open_proposal(metrics))
    return metrics


async def complete(metrics: ServiceUnderTest, count: int, *, on: date, first: int = 1, place: str = "410100") -> None:
    done = EnrolmentStatus.COMPLETED
    await metrics.hear(*(enrolment(first + n, status=done, effective_on=on, region=place) for n in range(count)))


async def judge_on(metrics: ServiceUnderTest, day: date, *, hour: int = 8) -> int:
    """Judge at that hour in Shanghai, which is judging the day before."""
    return await judge(metrics.engine, at=datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC))


async def alerts(metrics: ServiceUnderTest, **query: Any) -> list[dict[str, Any]]:
    answer = await metrics.http.get("/v1/pace/alerts", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def told(metrics: ServiceUnderTest) -> list[PaceAlertState]:
    return [fact for fact in await metrics.told() if isinstance(fact, PaceAlertState)]


async def test_what_falls_behind_is_listed_and_told_by_how_much_and_since_when(metrics: ServiceUnderTest) -> None:
    await complete(metrics, 70, on=date(2025, 1, 2))
    await complete(metrics, 20, on=date(2025, 1, 1), first=1_000, place="410200")

    assert await judge_on(metrics, date(2025, 1, 11)) == 1

    [alert] = await alerts(metrics, status="open")
    assert {name: alert[name] for name in ("along", "measure", "key", "day", "target", "done", "expected")} == {
        "along": "region", "measure": "trainings", "key": "410100", "day": "2025-01-10", "target": 3650, "done": 70,
        "expected": 100,
    }  # fmt: skip
    assert (alert["behind_by"], alert["behind_since"], alert["forecast"]) == (30, "2025-01-08", 2555)
    [fact] = await told(metrics)
    assert isinstance(fact, PaceAlertRaised)
    assert (fact.subject, fact.version, fact.key, fact.behind_by) == (f"pace-alerts/{alert['id']}", 1, "410100", 30)


async def test_it_goes_on_with_the_figures_of_each_day_until_it_has_caught_up(metrics: ServiceUnderTest) -> None:
    await judge_on(metrics, date(2025, 1, 11))
    await judge_on(metrics, date(2025, 1, 12))
    facts = await told(metrics)  # what comes next relays them
    await complete(metrics, 120, on=date(2025, 1, 12))
    await complete(metrics, 12, on=date(2025, 1, 12), first=1_000, place="410200")

    await judge_on(metrics, date(2025, 1, 13))

    ended = {alert["key"]: alert for alert in await alerts(metrics, status="ended")}
    assert await alerts(metrics, status="open") == []
    assert (ended["410100"]["done"], ended["410100"]["behind_by"], ended["410100"]["version"]) == (120, 0, 3)
    assert ended["410100"]["ended_because"] == "caught_up"
    kinds = [type(fact) for fact in [*facts, *await told(metrics)] if fact.key == "410100"]
    assert kinds == [PaceAlertRaised, PaceAlertContinued, PaceAlertEnded]


async def test_a_day_is_judged_once_and_not_before_the_morning(metrics: ServiceUnderTest) -> None:
    first = await judge_on(metrics, date(2025, 1, 11))
    again = await judge_on(metrics, date(2025, 1, 11), hour=12)
    night = await judge(metrics.engine, at=datetime(2025, 1, 11, 21, 0, tzinfo=UTC))  # 5 o'clock on the 12th

    assert (first, again, night) == (2, 0, 0)


async def test_with_the_year_all_alerts_are_over(metrics: ServiceUnderTest) -> None:
    await judge_on(metrics, date(2026, 1, 1))
    next_year = {"plan": "HN2026", "year": 2026}
    await metrics.hear(programme("HN2026", parent=None, trainings=None, high_skilled_target=None, **next_year))

    await judge_on(metrics, date(2026, 1, 2))

    assert {alert["ended_because"] for alert in await alerts(metrics, plan="HN2025")} == {"year_over"}
    assert await alerts(metrics, status="open") == []


async def test_without_a_target_nothing_is_behind(metrics: ServiceUnderTest) -> None:
    await judge_on(metrics, date(2025, 1, 11))
    await post(metrics, [("HN2025", "地区", "410100", "完成培训", "", "", "3650")])
    await confirm(metrics, await open_proposal(metrics))

    await judge_on(metrics, date(2025, 1, 12))

    [gone] = await alerts(metrics, status="ended")
    assert (gone["key"], gone["ended_because"]) == ("410200", AlertEnding.NO_TARGET)


async def test_nobody_is_judged_while_metrics_itself_is_behind(metrics: ServiceUnderTest) -> None:
    async with metrics.engine.begin() as connection:
        await connection.exec_driver_sql("INSERT INTO log_end VALUES ('subsidy', 0, 1001, now())")

    assert await judge_on(metrics, date(2025, 1, 11)) == 0


async def test_a_plan_that_nobody_knows_is_refused(metrics: ServiceUnderTest) -> None:
    answer = await metrics.http.get("/v1/pace/alerts?plan=HN1999")

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-plan")
