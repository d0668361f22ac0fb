"""Totals by group, kind, fund and department, over any period, and stocks at the end of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.metrics.worker import SERVICE
from shared.contracts.assessment import BodyFiled
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.directory import InstitutionState
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.contracts.subsidy.claims import ClaimPaid, ClaimStatus
from tests.conftest import OpenWorld
from tests.registry.school import set_today
from tests.support.facts import (
    AT,
    an_institution,
    certificate,
    claim,
    class_started,
    enrolment,
    numbered,
    programme,
    region,
)
from tests.support.services import ServiceUnderTest

SCHOOL, FIRM, BODY = numbered(2_000_000), numbered(2_000_001), numbered(4_000_000)


async def with_plan(metrics: ServiceUnderTest) -> ServiceUnderTest:
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        region("410102", reports_to="410100", parent="410100"),
        programme("HN2025", parent=None, departments=()),
        programme("S01", departments=("工信厅", "教育厅")),
        programme("S02", departments=("商务厅",)),
        programme("S02-1", parent="S02", departments=()),
        programme("S03", departments=()),
    )
    return metrics


@pytest.fixture
async def metrics(open_world: OpenWorld) -> ServiceUnderTest:
    return await open_world(SERVICE, with_plan)


async def get(metrics: ServiceUnderTest, **query: Any) -> dict[str, Any]:
    answer = await metrics.http.get("/v1/totals", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def trainings(metrics: ServiceUnderTest, by: str, measure: str = "trainings", **query: Any) -> dict[Any, int]:
    rows = (await get(metrics, by=by, **query))["rows"]
    return {row[by]: row[measure] for row in rows if row[measure]}


def completed(number: int, **changes: Any) -> Any:
    return enrolment(number, status=EnrolmentStatus.COMPLETED, **changes)


def institution(id_: Any, kind: str, *, version: int = 1) -> InstitutionState:
    told = an_institution(id_, version=version)
    return type(told)(**{name: getattr(told, name) for name in told.__struct_fields__} | {"kind": kind})


def body(kind: str) -> BodyFiled:
    return BodyFiled(
        subject=f"bodies/{BODY}", version=1, at=AT, body_id=BODY, name="某机构", kind=kind,
        credit_code="52410000MJ00123452", region="410102", reporting_region="410100", scope=(),
    )  # fmt: skip


class TestTraits:
    async def test_trainings_are_told_apart_by_group_fund_and_subsidy(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(
            completed(1, priority=True),
            completed(2, fund_source=FundSource.UNEMPLOYMENT_INSURANCE),
            completed(3, fund_source=None),
        )

        assert await trainings(metrics, "group") == {"priority": 1, "other": 2}
        assert await trainings(metrics, "fund_source") == {
            "employment_fund": 1, "unemployment_insurance": 1, "none": 1,
        }  # fmt: skip
        assert await trainings(metrics, "subsidised") == {True: 2, False: 1}
        assert await trainings(metrics, "fund_source", subsidised=True, group="other") == {"unemployment_insurance": 1}
        assert await trainings(metrics, "group", fund_source="none") == {"other": 1}

    async def test_what_a_fact_does_not_say_is_not_said(self, metrics: ServiceUnderTest) -> None:
        paid: dict[str, Any] = {
            "status": ClaimStatus.PAID,
            "approved_on": date(2025, 6, 1),
            "paid_on": date(2025, 6, 2),
        }
        await metrics.hear(certificate(1, person=1), claim(1, version=1, fact=ClaimPaid, **paid))

        assert await trainings(metrics, "subsidised", "certificates") == {None: 1}
        assert await trainings(metrics, "group", "paid_fen") == {None: 200_000}
        assert await trainings(metrics, "fund_source", "paid_fen") == {"employment_fund": 200_000}

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    async def test_the_kind_of_who_trained_is_known_whenever_it_is_told(
        self, metrics: ServiceUnderTest, order: tuple[int, ...]
    ) -> None:
        facts = (
            completed(1),
            institution(SCHOOL, "college"),
            completed(2, institution_id=FIRM),
        )
        for place in order:
            await metrics.hear(facts[place])

        assert await trainings(metrics, "kind") == {"college": 1, None: 1}
        assert await trainings(metrics, "region", kind="college") == {"410100": 1}

        await metrics.hear(institution(SCHOOL, "enterprise", version=2), institution(FIRM, "a kind of next year"))
        assert await trainings(metrics, "kind") == {"enterprise": 1, "other": 1}

    async def test_certificates_and_persons_bear_the_kind_of_the_body(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(certificate(1, person=1), certificate(2, person=1))
        await metrics.hear(body("employer"))
        await metrics.hear(certificate(3, person=2, level=3))

        assert await trainings(metrics, "kind", "certificates") == {"employer": 3}
        assert await trainings(metrics, "kind", "high_skilled_persons") == {"employer": 1}
        assert await trainings(metrics, "kind", "skilled_holders") == {"employer": 2}

    async def test_who_waits_for_a_class_keeps_the_kind(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING), institution(SCHOOL, "college"))
        await metrics.hear(class_started())

        assert await trainings(metrics, "kind", "in_training") == {"college": 1}


class TestSmallCells:
    async def test_they_are_shown_so_that_parts_add_up_to_their_total(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(completed(1, priority=True), completed(2))

        found = await get(metrics, by="county,day,group")

        assert sorted(row["trainings"] for row in found["rows"]) == [1, 1]
        assert found["total"]["trainings"] == 2


class TestDepartments:
    async def test_a_programme_is_counted_once_under_the_first_that_leads_it(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(*(completed(n, programme=code) for n, code in enumerate(["S01", "S01", "S02-1", "S03"])))

        by_department = await get(metrics, by="department")
        assert {row["department"]: row["trainings"] for row in by_department["rows"]} == {
            "工信厅": 2, "商务厅": 1, None: 1,
        }  # fmt: skip
        assert by_department["total"]["trainings"] == 4
        assert await trainings(metrics, "programme", department="商务厅") == {"S02-1": 1}


class TestPeriods:
    async def test_flows_are_summed_by_day_week_month_and_year(self, metrics: ServiceUnderTest) -> None:
        days = [date(2025, 3, 1), date(2025, 3, 3), date(2025, 3, 9), date(2025, 4, 1)]
        await metrics.hear(*(completed(number, effective_on=day) for number, day in enumerate(days)))

        assert await trainings(metrics, "week") == {"2025-02-24": 1, "2025-03-03": 2, "2025-03-31": 1}
        assert await trainings(metrics, "month") == {"2025-03-01": 3, "2025-04-01": 1}
        assert await trainings(metrics, "year") == {"2025-01-01": 4}
        # A week is named by its Monday also where only a part of it was asked for.
        assert await trainings(metrics, "week", first_day="2025-03-04") == {"2025-03-03": 1, "2025-03-31": 1}

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"by": "day,month"}, "several-periods"),
            ({"first_day": "2025-03-02", "last_day": "2025-03-01"}, "period-reversed"),
        ],
    )
    async def test_what_has_no_answer_is_refused(
        self, metrics: ServiceUnderTest, query: dict[str, str], code: str
    ) -> None:
        answer = await metrics.http.get("/v1/totals", params=query)

        assert (answer.status_code, answer.json()["code"]) == (422, code)


class TestStocks:
    async def in_training(self, metrics: ServiceUnderTest, **query: Any) -> int:
        count: int = (await get(metrics, **query))["total"]["in_training"]
        return count

    async def test_who_was_in_training_on_a_day_stays_so_after_the_outcome(self, metrics: ServiceUnderTest) -> None:
        days: dict[str, Any] = {"from_on": date(2025, 3, 1), "until_on": date(2025, 3, 19)}
        await metrics.hear(class_started(), enrolment(1, status=EnrolmentStatus.IN_TRAINING, **days))
        assert await self.in_training(metrics) == 1

        await metrics.hear(completed(1, version=2, effective_on=date(2025, 3, 20), **days))

        asked = ["2025-02-28", "2025-03-01", "2025-03-19", "2025-03-20"]
        assert [await self.in_training(metrics, last_day=day) for day in asked] == [0, 1, 1, 0]
        assert await self.in_training(metrics) == 0
        assert await self.in_training(metrics, first_day="2025-03-10", last_day="2025-03-12") == 1

    async def test_by_month_a_stock_goes_on(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(
            class_started(),
            completed(1, from_on=date(2025, 3, 1), effective_on=date(2025, 6, 20)),
            completed(2, from_on=date(2025, 4, 1), effective_on=date(2025, 4, 20)),
            certificate(1, person=1, issued_on=date(2025, 3, 5)),
        )

        rows = (await get(metrics, by="month", first_day="2025-04-01"))["rows"]
        assert [(row["month"], row["in_training"], row["valid_certificates"], row["certificates"]) for row in rows] == [
            ("2025-04-01", 1, 1, 0),
            ("2025-06-01", 0, 1, 0),
        ]

    async def test_nobody_was_in_training_in_a_class_that_never_started(self, metrics: ServiceUnderTest) -> None:
        left: dict[str, Any] = {"from_on": date(2025, 3, 1), "effective_on": date(2025, 3, 10)}
        await metrics.hear(enrolment(1, status=EnrolmentStatus.WITHDRAWN, **left))
        assert await self.in_training(metrics, last_day="2025-03-05") == 0

        await metrics.hear(class_started())

        assert await self.in_training(metrics, last_day="2025-03-05") == 1
        assert await self.in_training(metrics) == 0

    async def test_stocks_go_on_over_new_year_and_flows_do_not(self, metrics: ServiceUnderTest) -> None:
        runs: dict[str, Any] = {"from_on": date(2025, 12, 1), "plan_year": 2025}
        of_2026: dict[str, Any] = {"plan": "HN2026", "year": 2026}
        await metrics.hear(
            class_started(),
            enrolment(1, status=EnrolmentStatus.IN_TRAINING, **runs),
            certificate(1, person=1, plan_year=2025, issued_on=date(2025, 11, 1)),
            programme("HN2026", parent=None, subject="programmes/2026-HN2026", **of_2026),
        )
        set_today(metrics, date(2026, 1, 2))

        total = (await get(metrics))["total"]
        assert {name: amount for name, amount in total.items() if amount} == {
            "in_training": 1, "valid_certificates": 1, "high_skilled_holders": 1, "skilled_holders": 1,
        }  # fmt: skip
        assert await self.in_training(metrics, plan="HN2026") == 0
        assert await self.in_training(metrics, plan="HN2025") == 1


async def test_measures_say_what_they_count(metrics: ServiceUnderTest) -> None:
    answer = (await metrics.http.get("/v1/measures")).json()

    total = (await get(metrics))["total"]
    assert [each["code"] for each in answer] == list(total)
    assert {each["code"] for each in answer if each["kind"] == "stock"} == {
        "in_training", "valid_certificates", "high_skilled_holders", "skilled_holders",
    }  # fmt: skip
