"""What was allocated, from the budgets that were told."""

from __future__ import annotations

from uuid import UUID, uuid4

from services.metrics.worker import SERVICE
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy.budgets import BudgetMoved, BudgetSet, BudgetState
from tests.conftest import OpenService
from tests.support.clock import now
from tests.support.facts import region

NOW = now()


def told(
    fact: type[BudgetState], budget_id: UUID, version: int, total: int, place: str, department: str
) -> BudgetState:
    return fact(
        subject=f"budgets/{budget_id}",
        version=version,
        at=NOW,
        budget_id=budget_id,
        region=place,
        fund_source=FundSource.EMPLOYMENT_FUND,
        year=2025,
        total_fen=total,
        department=department,
    )


async def test_allocations_follow_budgets_and_their_moves(open_service: OpenService) -> None:
    service = await open_service(SERVICE)
    first, second = uuid4(), uuid4()

    await service.hear(
        region("410000", reports_to=None, parent=None),
        region("410200", reports_to="410200"),
        told(BudgetSet, first, 1, 1000, "410100", "人社"),
        told(BudgetSet, second, 1, 500, "410200", "农业"),
        told(BudgetMoved, first, 2, 700, "410100", "人社"),
        told(BudgetMoved, second, 2, 800, "410200", "农业"),
    )

    whole = (await service.http.get("/v1/allocations?year=2025")).json()
    city = (await service.http.get("/v1/allocations?region=410200")).json()
    assert [(each["region"], each["department"], each["allocated_fen"]) for each in whole["rows"]] == [
        ("410100", "人社", 700), ("410200", "农业", 800),
    ]  # fmt: skip
    assert (whole["allocated_fen"], city["allocated_fen"]) == (1500, 800)
    assert (await service.http.get("/v1/allocations?year=2024")).json()["rows"] == []
    assert (await service.http.get("/v1/allocations?region=410000&year=2025")).json() == whole
    assert (await service.http.get("/v1/allocations?region=999999")).json()["code"] == "unknown-region"
