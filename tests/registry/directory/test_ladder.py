"""Recovered subsidies are told to the officers who decide about sanctions."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.subsidy.claims import RecoveryConfirmed
from tests.registry.school import School
from tests.support.clock import now


def recovered(school: School, cause: str, **changes: Any) -> RecoveryConfirmed:
    id_ = uuid4()
    base: dict[str, Any] = {
        "subject": f"recoveries/{id_}", "version": 1, "at": now(), "recovery_id": id_,
        "claim_id": uuid4(), "class_id": uuid4(), "institution_id": UUID(school.id), "region": "410102",
        "reporting_region": "410100", "cause": cause, "lines": 3, "amount_fen": 600_000,
        "recovered_on": date(2025, 6, 1),
    }  # fmt: skip
    return RecoveryConfirmed(**base | changes)


async def flags(school: School) -> list[dict[str, Any]]:
    answer = await school.registry.http.get("/v1/flags?check=C00", headers=school.officer())
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


@pytest.mark.parametrize(("cause", "step"), [("spot_check", "talk"), ("audit", "rectify"), ("fraud", "stop")])
async def test_misconduct_is_flagged_with_the_step_to_consider_and_nobody_is_sanctioned(
    school: School, cause: str, step: str
) -> None:
    fact = recovered(school, cause)

    await school.registry.hear(fact)
    await school.registry.hear(fact)

    [flag] = await flags(school)
    assert (flag["institution_id"], flag["status"]) == (school.id, "open")
    assert (flag["facts"]["step"], flag["facts"]["amount_fen"]) == (step, 600_000)
    assert await school.registry.rows("SELECT id FROM sanction") == []


@pytest.mark.parametrize("cause", ["ground_lost", "overpaid", "voluntary", "other"])
async def test_money_that_comes_back_for_another_cause_is_no_misconduct(school: School, cause: str) -> None:
    await school.registry.hear(recovered(school, cause))

    assert await flags(school) == []
