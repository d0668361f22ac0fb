"""Policy rows over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from services.subsidy.policy import store
from services.subsidy.policy.rules import PolicyKind, PolicyRow
from shared.auth import CurrentCaller
from shared.forms import Day
from shared.kernel.periods import business_day
from shared.web import Connection, Now, router

routes = router("reference")

ROWS_MAX = 1000


class PolicyRowAnswer(BaseModel):
    id: str
    kind: PolicyKind
    payee: str
    item: str
    amount_fen: int | None
    unit: str
    jurisdiction: Annotated[str, Field(description="A region; 000000 for the whole nation")]
    valid_from: date
    valid_to: Annotated[date | None, Field(description="The last day, inclusive")]
    valid_from_status: str
    source: str
    status: str
    conditions: str

    @classmethod
    def of(cls, row: PolicyRow) -> PolicyRowAnswer:
        values = {name: getattr(row, name) for name in cls.model_fields if not name.endswith(("_from", "_to"))}
        return cls(**values, valid_from=row.validity.first, valid_to=row.validity.last)


@routes.get("/policy-rows")
async def list_policy_rows(
    connection: Connection,
    _: CurrentCaller,
    at: Now,
    on: Annotated[Day | None, Query(description="The day on which they hold; default: today")] = None,
) -> list[PolicyRowAnswer]:
    rows = await store.on(connection, on or business_day(at), limit=ROWS_MAX)
    return [PolicyRowAnswer.of(row) for row in rows]
