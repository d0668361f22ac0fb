"""What claims are decided by, to look up: policy rows and checks."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.subsidy.api.schemas import CheckAnswer, PolicyRowAnswer
from services.subsidy.domain.checks import Check
from services.subsidy.store import policy as store
from shared.auth import CurrentCaller
from shared.forms import Day
from shared.kernel.periods import business_day
from shared.web import Connection, Now, router

routes = router("reference")

ROWS_MAX = 1000


@routes.get("/policy-rows")
async def list_policy_rows(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    on: Annotated[Day | None, Query(description="The day they hold on; today where left out")] = None,
) -> list[PolicyRowAnswer]:
    rows = await store.on(connection, on or business_day(at), limit=ROWS_MAX)
    return [PolicyRowAnswer.of(row) for row in rows]


@routes.get("/checks")
async def list_checks(_: CurrentCaller) -> list[CheckAnswer]:
    """The codes by which lines are refused, in the order in which they are looked at."""
    return [CheckAnswer(code=check, **check.words._asdict()) for check in Check]
