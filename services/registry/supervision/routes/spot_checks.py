"""Spot checks over HTTP: whether trainees of a completed class confirm that they were trained."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.plan.routes.scope import ClassScope
from services.registry.supervision.rules.spot_checks import SpotCheck
from services.registry.supervision.store import spot_checks as store
from services.registry.supervision.usecases import spot_checks as usecases
from services.registry.supervision.usecases.spot_checks import SpotCheckReport
from shared.auth import CurrentCaller
from shared.contracts.registry.supervision import PatrolLevel
from shared.forms import PLAIN, Day, LocalId, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("patrols")


class SpotCheckRequest(Strict):
    local_id: Annotated[LocalId, Field(description="Your own id of the spot check; the same id again is a repeat")]
    checked_on: Day
    asked: Annotated[int, Field(ge=1, le=10_000, strict=True, description="Trainees of the class whom you reached")]
    confirmed: Annotated[int, Field(ge=0, le=10_000, strict=True, description="Of these, how many confirmed it")]
    note: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=2000),
        PLAIN,
        Field(description="Further remarks; do not name a person in them"),
    ] = ""


class SpotCheckAnswer(BaseModel):
    """`trained` is the registry's count of trainees who had a seat until the class ended."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    level: PatrolLevel
    local_id: str
    checked_on: date
    asked: int
    confirmed: int
    trained: int
    note: str
    done_by: str
    version: int


@routes.post("/classes/{class_id}/spot-checks", status_code=201, response_model=SpotCheckAnswer)
async def record_spot_check(
    class_id: UUID, request: SpotCheckRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> SpotCheck:
    """Record a telephone check of trainees of a completed class, as an officer of its county, city or the province.

    Too few confirmations raise a flag. A repeat returns the existing spot check.
    """
    return await usecases.record(connection, class_id, SpotCheckReport(**request.model_dump()), caller=caller, at=at)


@routes.get("/spot-checks")
async def list_spot_checks(
    connection: Connection, scope: ClassScope, cursor: Cursor = None, size: PageSize = 100
) -> Page[SpotCheckAnswer]:
    """Officers see the spot checks in their region, an institution sees those of its own classes."""
    rows = await store.page(connection, scope, after=after(cursor), limit=size)
    return Page(rows=[SpotCheckAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))
