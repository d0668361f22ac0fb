"""Budgets, policy rows and checks over HTTP, on a real database."""

from __future__ import annotations

import pytest

from services.subsidy.worker import SERVICE
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    people,
)
from tests.subsidy.office import Office


class TestBudgets:
    async def test_a_budget_is_set_once_however_often_it_is_posted_and_can_be_raised(
        self, open_service: OpenService
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=5_000_000_000_000)

        same, raised = await office.budget(5_000_000_000_000), await office.budget(6_000_000_000_000)

        assert (same.status_code, raised.status_code) == (200, 200)
        assert await office.balance() == {
            "total": 6_000_000_000_000, "committed": 0, "paid": 0, "recovered": 0, "free": 6_000_000_000_000,
        }  # fmt: skip
        events = await office.service.rows("SELECT total_fen, done_by FROM budget_event ORDER BY position")
        assert [tuple(event) for event in events] == [(5_000_000_000_000, "second"), (6_000_000_000_000, "second")]

    async def test_a_budget_cannot_fall_below_what_is_committed(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        await office.approve(await office.submitted(taught))

        answer = await office.budget(2 * L4_FEN - 1)

        assert (answer.status_code, answer.json()["code"]) == (409, "budget-below-committed")
        assert (await office.budget(2 * L4_FEN)).status_code == 200
        assert (await office.balance())["free"] == 0

    async def test_a_claim_over_the_budget_is_refused_with_what_is_short(self, open_service: OpenService) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=L4_FEN - 1)
        taught, elsewhere = Taught(people(1)), Taught(people(1), region="419001")
        await office.service.hear(*taught.all_finished(), *elsewhere.all_finished())
        claim_id, without_budget = await office.submitted(taught), await office.submitted(elsewhere)

        answer = (await office.approve(claim_id)).json()
        no_budget = (await office.approve(without_budget, office.reviewer(region="410000"))).json()

        names = ("code", "total", "committed", "needed", "short")
        assert [answer[name] for name in names] == ["over-budget", L4_FEN - 1, 0, L4_FEN, 1]
        assert [no_budget[name] for name in names] == ["over-budget", 0, 0, L4_FEN, L4_FEN]
        assert (await office.budget(L4_FEN)).status_code == 200
        assert (await office.approve(claim_id)).status_code == 200

    @pytest.mark.parametrize("year", [0, 1999, 2101, 10**12])
    async def test_budgets_are_asked_for_by_an_imaginable_year(self, office: Office, year: int) -> None:
        path = f"/v1/budgets?year={year}"

        answer = await office.service.http.get(path, headers=office.reviewer())

        assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")

    async def test_only_the_province_sets_budgets_and_only_of_reporting_regions(
        self, open_service: OpenService
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)
        content = {"region": "410100", "fund_source": "other", "year": 2025, "amount_fen": 1, "reason": "年度预算"}
        city = office.service.tokens.of(Role.PROVINCE, region="410100")

        assert (await office.post("/v1/budgets", content, city)).json()["code"] == "foreign-region"
        for headers in (office.reviewer(region="410000"), office.finance(region="410000")):
            assert (await office.post("/v1/budgets", content, headers)).json()["code"] == "wrong-role"
        assert (await office.post("/v1/budgets", content, office.province())).status_code == 201
        county = (await office.budget(1, "410102")).json()
        assert (county["code"], county["reporting_region"]) == ("not-a-reporting-region", "410100")
        assert (await office.budget(1, "410000")).json()["code"] == "not-a-reporting-region"
        assert (await office.budget(1, "999999")).json()["code"] == "unknown-region"
        assert (await office.budget(-1)).status_code == 422
