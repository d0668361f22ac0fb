"""Figures that are entered by hand: with a source, a day and a second person, and shown as such."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.metrics.worker import SERVICE
from shared.contracts.registry.plan import IndicatorListed
from tests.conftest import OpenService
from tests.metrics.targets.province import confirm, of_province
from tests.support.facts import AT, certificate, programme, region
from tests.support.services import ServiceUnderTest


def indicator(code: str, target: str) -> IndicatorListed:
    return IndicatorListed(
        subject=f"indicators/2025-{code}", version=1, at=AT, code=code, programme="HN2025", year=2025, name_zh="指标",
        name_en="An indicator", target=Decimal(target), unit="人", operator=">=", kind="flow",
    )  # fmt: skip


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        programme("HN2025", parent=None),
        programme("S01"),
        *(indicator(code, target) for code, target in (("I03", "10"), ("I04", "0.35"), ("I07", "55000"), ("I11", "4"))),
    )
    return metrics


async def propose(metrics: ServiceUnderTest, indicator: str, value: str, as_of: str = "2025-06-30") -> httpx.Response:
    body = {"plan": "HN2025", "indicator": indicator, "value": value, "as_of": as_of, "source": "半年报 第3号"}
    return await metrics.http.post("/v1/figures", json=body, headers=of_province(metrics, "one"))


async def enter(metrics: ServiceUnderTest, indicator: str, value: str, as_of: str = "2025-06-30") -> None:
    proposed = await propose(metrics, indicator, value, as_of)
    assert proposed.status_code == 201, proposed.text
    await confirm(metrics, proposed.json()["id"])


async def indicators(metrics: ServiceUnderTest, **query: str) -> dict[str, dict[str, Any]]:
    answer = await metrics.http.get("/v1/progress", params={"plan": "HN2025"} | query)
    assert answer.status_code == 200, answer.text
    return {each["code"]: each for each in answer.json()["indicators"]}


async def test_a_figure_is_shown_with_its_source_once_it_is_confirmed(metrics: ServiceUnderTest) -> None:
    proposed = await propose(metrics, "I07", "11000")
    assert (await indicators(metrics))["I07"]["done"] is None

    await confirm(metrics, proposed.json()["id"])
    await enter(metrics, "I07", "55120", "2025-09-30")

    found = (await indicators(metrics))["I07"]
    assert (float(found["done"]), found["percent"], found["source"]) == (55_120, "100.2", "entered")
    assert (found["entered"]["as_of"], found["entered"]["source"]) == ("2025-09-30", "半年报 第3号")
    until_june = await indicators(metrics, first_day="2025-01-01", last_day="2025-06-30")
    assert until_june["I07"]["done"] is None  # no target and no figure of the plan's year is meant
    assert (await indicators(metrics, region="410100"))["I07"]["done"] is None


async def test_the_share_of_the_stock_needs_both_opening_stocks(metrics: ServiceUnderTest) -> None:
    await metrics.hear(certificate(1, person=1), certificate(2, person=2, level=3), certificate(3, person=3, level=5))
    await enter(metrics, "opening_skilled", "97", "2024-12-31")
    assert (await indicators(metrics))["I04"]["done"] is None

    await enter(metrics, "opening_high_skilled", "33", "2024-12-31")

    found = await indicators(metrics)
    # To 33 high-skilled of 97 skilled came 2 of 3.
    assert (found["I04"]["done"], found["I04"]["percent"], found["I04"]["source"]) == (
        "0.3500", "100.0", "opening_and_counted",
    )  # fmt: skip
    assert (found["I03"]["done"], found["I11"]["done"], found["I11"]["source"]) == (2, 1, "counted")


@pytest.mark.parametrize(("code", "refusal"), [("I03", "indicator-is-counted"), ("I99", "unknown-indicator")])
async def test_what_is_counted_or_unknown_is_not_entered(metrics: ServiceUnderTest, code: str, refusal: str) -> None:
    answer = await propose(metrics, code, "1")

    assert (answer.status_code, answer.json()["code"]) == (409 if code == "I03" else 422, refusal)
