"""Plans of two years and counties that move: every figure here was worked out by hand.

In 2025 S01 aims at 100 trainings, in 2026 a programme with the same code at 10. On 1 January 2026 the county 410122
moves from 410100 to 410200, and 410106 goes into its neighbour 410102.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from services.metrics.totals.rules.cuts import PERIODS, Dimension
from services.metrics.worker import SERVICE
from shared.contracts.dimensions import RegionPeriod
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.contracts.registry.plan import IndicatorListed
from shared.contracts.subsidy.claims import ClaimPaid, ClaimStatus
from tests.conftest import OpenService
from tests.registry.school import set_today
from tests.support.facts import AT, certificate, claim, enrolment, programme, region
from tests.support.services import ServiceUnderTest

EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)
BEFORE = (
    region("410000", reports_to=None, parent=None),
    region("410100", reports_to="410100"),
    region("410200", reports_to="410200"),
    region("410102", reports_to="410100", parent="410100"),
    region("410106", reports_to="410100", parent="410100"),
    region("410122", reports_to="410100", parent="410100"),
    programme("HN2025", parent=None, trainings=200),
    programme("S01"),
)
MOVES = (
    region(
        "410122", reports_to="410200", parent="410200", version=2,
        periods=(RegionPeriod(None, EVE, "410100", "410100"), RegionPeriod(NEW_YEAR, None, "410200", "410200")),
    ),
    region("410106", reports_to="410100", parent="410100", version=2, valid_to=EVE, replaced_by="410102"),
)  # fmt: skip


def of_2026(code: str, **changes: Any) -> Any:
    usual: dict[str, Any] = {"subject": f"programmes/2026-{code}", "plan": "HN2026", "year": 2026, "parent": "HN2026"}
    return programme(code, **usual | changes)


PLAN_2026 = (
    of_2026("HN2026", parent=None, trainings=50),
    of_2026("S01", trainings=10, name_en="Industries of the future"),
    of_2026("S11", trainings=40),
)


def indicator(year: int, target: str) -> IndicatorListed:
    return IndicatorListed(
        subject=f"indicators/{year}-I01", version=1, at=AT, code="I01", programme=f"HN{year}", year=year,
        name_zh="人次", name_en="Trainings", target=Decimal(target), unit="人次", operator=">=", kind="flow",
    )  # fmt: skip


def completed(number: int, place: str, on: str, *, year: int | None, **changes: Any) -> EnrolmentState:
    given: dict[str, Any] = {
        "region": place, "reporting_region": "410100", "effective_on": date.fromisoformat(on), "plan_year": year,
    }  # fmt: skip
    return enrolment(number, status=EnrolmentStatus.COMPLETED, **given | changes)


OF_2025 = (
    completed(1, "410122", "2025-12-20", year=2025),
    # The class began in December, so it was reported by 410100, and counts to the plan of 2025.
    completed(2, "410122", "2026-01-10", year=2025),
    # Published before plans had years.
    completed(4, "410102", "2025-11-01", year=None),
    completed(6, "410106", "2025-10-10", year=2025),
)
OF_2026 = (
    completed(3, "410122", "2026-01-20", year=2026, reporting_region="410200"),
    completed(5, "410102", "2026-02-01", year=2026, programme="S11"),
)


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    await metrics.hear(*BEFORE, indicator(2025, "200"))
    return metrics


@pytest.fixture
async def two_plans(metrics: ServiceUnderTest) -> ServiceUnderTest:
    await metrics.hear(*OF_2025, *PLAN_2026, indicator(2026, "50"), *MOVES, *OF_2026)
    set_today(metrics, date(2026, 3, 1))
    return metrics


async def get(metrics: ServiceUnderTest, path: str, **query: Any) -> dict[str, Any]:
    answer = await metrics.http.get(f"/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def every_cut() -> list[tuple[str, ...]]:
    """All combinations of the dimensions that cells always had, and every pair of all of them."""
    old = ("programme", "region", "county", "level", "award", "day")
    pairs = (by for by in combinations(Dimension, 2) if len(PERIODS.intersection(by)) < 2)
    return [by for count in range(6) for by in combinations(old, count)] + list(pairs)


async def trainings(metrics: ServiceUnderTest, by: str, **query: Any) -> dict[str, int]:
    rows = (await get(metrics, "totals", by=by, **query))["rows"]
    return {row[by]: row["trainings"] for row in rows if row["trainings"]}


class TestTotals:
    async def test_are_those_of_one_plan(self, two_plans: ServiceUnderTest) -> None:
        assert await trainings(two_plans, "programme", plan="HN2025") == {"S01": 4}
        assert await trainings(two_plans, "programme", plan="HN2026") == {"S01": 1, "S11": 1}
        assert await trainings(two_plans, "programme", plan="HN2026", programme="HN2026") == {"S01": 1, "S11": 1}
        assert await trainings(two_plans, "day", plan="HN2025", programme="S01") == {
            "2025-10-10": 1, "2025-11-01": 1, "2025-12-20": 1, "2026-01-10": 1,
        }  # fmt: skip

    async def test_are_by_default_those_of_the_plan_of_today_or_of_the_days_asked_for(
        self, two_plans: ServiceUnderTest
    ) -> None:
        async def plan(today: date, **query: Any) -> tuple[str | None, int]:
            set_today(two_plans, today)
            answer = await get(two_plans, "totals", by="region", **query)
            return answer["plan"] and answer["plan"]["code"], answer["total"]["trainings"]

        assert await plan(EVE) == ("HN2025", 4)
        assert await plan(NEW_YEAR) == ("HN2026", 2)
        assert await plan(NEW_YEAR, year=2025) == ("HN2025", 3)
        assert await plan(NEW_YEAR, plan="HN2025", year=2026) == ("HN2025", 1)
        # No plan of that year is known: what has been counted is shown, of all plans.
        assert await plan(date(2027, 1, 1)) == (None, 6)

    async def test_stay_with_the_region_that_reported_them_unless_asked_for_by_the_map_of_today(
        self, two_plans: ServiceUnderTest
    ) -> None:
        assert await trainings(two_plans, "region", plan="HN2025") == {"410100": 4}
        assert await trainings(two_plans, "region", plan="HN2026") == {"410100": 1, "410200": 1}
        assert await trainings(two_plans, "county", plan="HN2025") == {"410102": 1, "410106": 1, "410122": 2}

        now = {"plan": "HN2025", "as": "now"}
        assert await trainings(two_plans, "region", **now) == {"410100": 2, "410200": 2}
        assert await trainings(two_plans, "county", **now) == {"410102": 2, "410122": 2}
        assert await trainings(two_plans, "county", **now, region="410200") == {"410122": 2}
        assert await trainings(two_plans, "county", plan="HN2025", region="410200") == {}
        set_today(two_plans, EVE)
        assert await trainings(two_plans, "region", **now) == {"410100": 4}

    async def test_of_money_and_certificates_follow_their_class(self, two_plans: ServiceUnderTest) -> None:
        place: dict[str, Any] = {"region": "410122", "reporting_region": "410100", "plan_year": 2025}
        paid: dict[str, Any] = {"approved_on": date(2026, 2, 2), "paid_on": date(2026, 3, 3)}
        await two_plans.hear(
            certificate(1, person=1, issued_on=date(2026, 1, 15), **place),
            certificate(2, person=2, issued_on=date(2026, 1, 15), region="410122", reporting_region="410200"),
            claim(1, version=1, fact=ClaimPaid, status=ClaimStatus.PAID, **place, **paid),
        )

        of_2025 = (await get(two_plans, "totals", by="region", plan="HN2025"))["rows"]
        of_2026 = (await get(two_plans, "totals", by="region", plan="HN2026"))["total"]
        measures = ("subsidised_trainings", "certificates", "high_skilled_persons", "approved_fen", "paid_fen")
        assert [[row[each] for each in measures] for row in of_2025] == [[1, 1, 1, 200_000, 200_000]]
        assert [of_2026[each] for each in measures] == [0, 1, 1, 0, 0]

    async def test_of_2025_are_the_same_after_another_plan_and_a_moved_county(self, metrics: ServiceUnderTest) -> None:
        async def answers() -> list[Any]:
            cuts = [",".join(by) for by in every_cut()]
            found = [(await get(metrics, "totals", by=by, plan="HN2025"))["rows"] for by in cuts]
            progress = await get(metrics, "progress", plan="HN2025")
            return [*found, progress["programmes"], progress["indicators"]]

        set_today(metrics, EVE)
        await metrics.hear(*OF_2025)
        before = await answers()

        await metrics.hear(*PLAN_2026, indicator(2026, "50"), *MOVES, *OF_2026)
        set_today(metrics, date(2026, 3, 1))

        assert await answers() == before

    @pytest.mark.parametrize("path", ["totals", "progress", "names", "stream"])
    async def test_of_a_plan_that_does_not_exist_are_refused(self, two_plans: ServiceUnderTest, path: str) -> None:
        answer = await two_plans.http.get(f"/v1/{path}", params={"plan": "HN2031"})

        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-plan")
        assert answer.json()["known"] == ["HN2025", "HN2026"]


class TestProgress:
    async def test_compares_each_plan_with_its_own_targets(self, two_plans: ServiceUnderTest) -> None:
        async def progress(**query: Any) -> dict[str, Any]:
            answer = await get(two_plans, "progress", **query)
            figures = {
                each["code"]: (each["trainings"]["done"], each["trainings"]["target"], each["trainings"]["percent"])
                for each in answer["programmes"]
            }
            (first,) = answer["indicators"]
            return {"plan": answer["plan"]["code"], "I01": (first["done"], first["percent"])} | figures

        assert await progress(plan="HN2025") == {
            "plan": "HN2025", "I01": (4, "2.0"), "HN2025": (4, 200, "2.0"), "S01": (4, 100, "4.0"),
        }  # fmt: skip
        of_2026 = {
            "plan": "HN2026", "I01": (2, "4.0"), "HN2026": (2, 50, "4.0"), "S01": (1, 10, "10.0"),
            "S11": (1, 40, "2.5"),
        }  # fmt: skip
        assert await progress() == of_2026
        set_today(two_plans, date(2027, 5, 1))
        assert await progress() == of_2026

    async def test_of_a_region_is_by_the_map_asked_for(self, two_plans: ServiceUnderTest) -> None:
        async def done(**query: Any) -> int:
            programmes = (await get(two_plans, "progress", plan="HN2025", region="410200", **query))["programmes"]
            found: int = programmes[0]["trainings"]["done"]
            return found

        assert await done() == 0
        assert await done(**{"as": "now"}) == 2


class TestNames:
    async def test_are_those_of_a_plan_and_of_a_map(self, two_plans: ServiceUnderTest) -> None:
        then = await get(two_plans, "names", plan="HN2025")
        now = await get(two_plans, "names", **{"as": "now"})

        assert (then["programmes"]["S01"][1], now["programmes"]["S01"][1]) == (
            "A programme",
            "Industries of the future",
        )
        assert set(then["regions"]) - set(now["regions"]) == {"410106"}
        assert [each["code"] for each in (await two_plans.http.get("/v1/plans")).json()] == ["HN2025", "HN2026"]
