"""Policy rows over HTTP and from a plan's file, on a real database."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.subsidy.policy import usecases as policy
from services.subsidy.policy.rules import PolicyRowChanged
from services.subsidy.worker import SERVICE
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.subsidy.builders import (
    L4_FEN,
    NOW,
    PLAN,
)
from tests.subsidy.office import Office


class TestPolicyRows:
    async def test_the_plans_rows_are_listed_for_a_day(self, open_service: OpenService) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)
        headers = office.service.tokens.of(Role.INSTITUTION, organisation=uuid4())

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
        for name in ("plan.toml", "subsidy_standards.csv", "claim_limits.csv", "calendar.csv"):
            shutil.copy(PLAN / name, tmp_path / name)
        file = tmp_path / "subsidy_standards.csv"

        async with office.service.engine.begin() as connection:
            assert (await policy.load(connection, PLAN, at=NOW)).changed == 0
        file.write_text(file.read_text(encoding="utf-8").replace(",L4,2000,", ",L4,2500,"), encoding="utf-8")
        with pytest.raises(PolicyRowChanged):
            async with office.service.engine.begin() as connection:
                await policy.load(connection, tmp_path, at=NOW)

    async def test_a_row_can_be_ended_and_followed_by_another_in_one_load(
        self, open_service: OpenService, tmp_path: Path
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)
        for name in ("plan.toml", "claim_limits.csv", "calendar.csv"):
            shutil.copy(PLAN / name, tmp_path)
        rows = (PLAN / "subsidy_standards.csv").read_text(encoding="utf-8").splitlines()
        old = next(row for row in rows if row.startswith("HN-T-L4,"))
        ended = old.replace("2022-03-31,sourced,,", "2022-03-31,sourced,2026-12-31,")
        following = (
            old.replace("HN-T-L4,", "HN-T-L4-27,").replace(",2000,", ",2200,").replace("2022-03-31", "2027-01-01")
        )
        content = "\n".join([rows[0], following, ended]) + "\n"
        (tmp_path / "subsidy_standards.csv").write_text(content, encoding="utf-8")

        async with office.service.engine.begin() as connection:
            assert (await policy.load(connection, tmp_path, at=NOW)).changed == 2

        headers = office.reviewer()
        for day, amount in (("2026-12-31", 200_000), ("2027-01-01", 220_000)):
            answer = await office.service.http.get("/v1/policy-rows", params={"on": day}, headers=headers)
            assert [row["amount_fen"] for row in answer.json() if row["id"].startswith("HN-T-L4")] == [amount]

    @pytest.mark.parametrize("table", ["policy_row", "limit_row"])
    async def test_rows_are_never_rewritten_not_even_by_hand(self, open_service: OpenService, table: str) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=None)

        with pytest.raises(IntegrityError, match="never rewritten"):
            async with office.service.engine.begin() as connection:
                await connection.execute(text(f"UPDATE {table} SET source = 'another'"))
