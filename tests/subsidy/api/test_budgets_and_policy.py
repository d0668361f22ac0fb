"""Budgets, policy rows and checks over HTTP, on a real database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.subsidy.domain.policy import PolicyRowChanged
from services.subsidy.usecases import policy
from services.subsidy.worker import SERVICE
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.subsidy.builders import L4_FEN, PLAN, Office, Taught, people


class TestBudgets:
    async def test_a_budget_is_set_once_however_often_it_is_posted_and_can_be_raised(
        self, open_service: OpenService
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=5_000_000_000_000)

        same, raised = await office.budget(5_000_000_000_000), await office.budget(6_000_000_000_000)

        assert same.json()["id"] == raised.json()["id"]
        assert await office.balance() == {
            "total": 6_000_000_000_000, "committed": 0, "paid": 0, "recovered": 0, "free": 6_000_000_000_000,
        }  # fmt: skip
        events = await office.service.rows("SELECT total_fen, done_by FROM budget_event ORDER BY position")
        assert [tuple(event) for event in events] == [(5_000_000_000_000, "someone"), (6_000_000_000_000, "someone")]

    async def test_a_budget_cannot_fall_below_what_is_committed(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        await office.approve(await office.submitted(taught))

        answer = await office.budget(2 * L4_FEN - 1)

        assert (answer.status_code, answer.json()["code"]) == (409, "budget-below-committed")
        assert (await office.budget(2 * L4_FEN)).json()["free_fen"] == 0

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
        assert (await office.budget(L4_FEN)).status_code == 201
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
        content = {"region": "410100", "fund_source": "other", "year": 2025, "amount_fen": 1}
        city = office.finance(region="410100")

        assert (await office.post("/v1/budgets", content, city)).json()["code"] == "foreign-region"
        assert (await office.post("/v1/budgets", content, office.reviewer())).json()["code"] == "wrong-role"
        assert (await office.post("/v1/budgets", content, office.finance(region="410000"))).status_code == 201
        county = (await office.budget(1, "410102")).json()
        assert (county["code"], county["reporting_region"]) == ("not-a-reporting-region", "410100")
        assert (await office.budget(1, "410000")).json()["code"] == "not-a-reporting-region"
        assert (await office.budget(1, "999999")).json()["code"] == "unknown-region"
        assert (await office.budget(-1)).status_code == 422


class TestPolicyRows:
    async def test_the_plans_rows_are_listed_for_a_day(self, open_service: OpenService) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)
        headers = office.service.tokens.of(Role.INSTITUTION)

        async def on(day: str) -> dict[str, dict[str, object]]:
            answer = await office.service.http.get("/v1/policy-rows", params={"on": day}, headers=headers)
            return {row["id"]: row for row in answer.json()}

        in_2024, in_2025 = await on("2024-12-31"), await on("2025-01-01")

        assert in_2024["HN-U-NONE"]["valid_to"] == "2024-12-31"
        assert "HN-U-NONE" not in in_2025
        assert in_2025["HN-T-L4"]["amount_fen"] == L4_FEN
        assert in_2025["HN-T-L4"]["jurisdiction"] == "410000"
        assert in_2025["NAT-U-L4"]["jurisdiction"] == "000000"
        assert in_2025["HN-LIV"]["amount_fen"] is None
        assert await on("2018-12-31") == {}

    async def test_a_second_load_changes_nothing_and_a_changed_amount_is_refused(
        self, open_service: OpenService, tmp_path: Path
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)
        for name in ("plan.toml", "subsidy_standards.csv"):
            shutil.copy(PLAN / name, tmp_path / name)
        file = tmp_path / "subsidy_standards.csv"

        async with office.service.engine.begin() as connection:
            assert (await policy.load(connection, PLAN)).changed == 0
        file.write_text(file.read_text(encoding="utf-8").replace(",L4,2000,", ",L4,2500,"), encoding="utf-8")
        with pytest.raises(PolicyRowChanged):
            async with office.service.engine.begin() as connection:
                await policy.load(connection, tmp_path)

    async def test_a_row_can_be_ended_and_followed_by_another_in_one_load(
        self, open_service: OpenService, tmp_path: Path
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)
        shutil.copy(PLAN / "plan.toml", tmp_path)
        rows = (PLAN / "subsidy_standards.csv").read_text(encoding="utf-8").splitlines()
        old = next(row for row in rows if row.startswith("HN-T-L4,"))
        ended = old.replace("2022-03-31,sourced,,", "2022-03-31,sourced,2026-12-31,")
        following = (
            old.replace("HN-T-L4,", "HN-T-L4-27,").replace(",2000,", ",2200,").replace("2022-03-31", "2027-01-01")
        )
        content = "\n".join([rows[0], following, ended]) + "\n"
        (tmp_path / "subsidy_standards.csv").write_text(content, encoding="utf-8")

        async with office.service.engine.begin() as connection:
            assert (await policy.load(connection, tmp_path)).changed == 2

        headers = office.reviewer()
        for day, amount in (("2026-12-31", 200_000), ("2027-01-01", 220_000)):
            answer = await office.service.http.get("/v1/policy-rows", params={"on": day}, headers=headers)
            assert [row["amount_fen"] for row in answer.json() if row["id"].startswith("HN-T-L4")] == [amount]

    async def test_the_database_keeps_two_rows_from_one_day(self, open_service: OpenService) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)
        twin = 'INSERT INTO policy_row SELECT (jsonb_populate_record(p, \'{"id": "X"}\')).* FROM policy_row p'

        with pytest.raises(IntegrityError, match="conflicting key value"):
            async with office.service.engine.begin() as connection:
                await connection.execute(text(twin + " WHERE p.id = 'HN-T-L4'"))


class TestChecks:
    async def test_the_codes_are_listed_with_words_in_both_languages(self, open_service: OpenService) -> None:
        service = await open_service(SERVICE)

        answer = await service.http.get("/v1/checks", headers=service.tokens.of(Role.INSTITUTION))

        assert [check["code"] for check in answer.json()] == [
            "WITHDRAWN", "TRANSFERRED", "C14", "C12", "C13", "C09", "C10", "C11", "POLICY",
        ]  # fmt: skip
        assert all(check["title_en"] and check["title_zh"] and check["cure_zh"] for check in answer.json())
