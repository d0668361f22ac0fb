"""Targets over HTTP: the sheet of a plan and axis with its sums, and the file by which one is posted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.plan.usecases import named_plan
from services.metrics.targets import rules
from services.metrics.targets.rules import TOTAL, Aim, Axis
from services.metrics.targets.usecases import sheets
from services.metrics.targets.usecases.sheets import TARGET_FILES
from services.metrics.totals.routes import JSON, KeptRoute, asked
from services.metrics.totals.usecases.answer_cache import AnswerCache
from shared.file_jobs.routes import at_once_routes

routes = APIRouter(prefix="/v1", tags=["targets"], route_class=KeptRoute)

file_routes = at_once_routes(
    TARGET_FILES,
    "/target-files",
    tag="targets",
    rows_max=1_000,
    bytes_max=1024 * 1024,
    describe_post="""
    Post the targets of a plan by region or by department, as the province: the file itself is the body.

    A sheet is taken whole: rows that do not sum to its own total (合计) are refused, and with them the sheet. It is a
    proposal (`GET /v1/proposals?subject=targets/HN2025-region`), and holds as the next version once another person of
    the province confirms it. Earlier versions stay. With `mode=validate` nothing is proposed.
    """,
)


class SheetVersionAnswer(BaseModel):
    version: int
    proposed_by: str
    confirmed_by: str
    confirmed_at: datetime


class TargetLineAnswer(BaseModel):
    """`target` is null where none was set."""

    key: str
    measure: Aim
    programme: str | None
    month: int | None
    target: int | None


class TargetSumAnswer(BaseModel):
    """The sum over the sheet, its own total, and what the plan says; `difference` is the sum less the plan's."""

    measure: Aim
    programme: str | None
    month: int | None
    sum: int
    unset: int
    total: int | None
    plan: int | None
    difference: int | None


class TargetsAnswer(BaseModel):
    plan: str
    axis: Axis
    version: int | None
    versions: list[SheetVersionAnswer]
    lines: list[TargetLineAnswer]
    sums: list[TargetSumAnswer]


@routes.get("/targets", response_model=TargetsAnswer)
async def get_targets(
    request: Request,
    code: Annotated[str, Query(alias="plan", max_length=16, examples=["HN2025"])],
    axis: Axis = Axis.REGION,
    version: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> Response:
    """The targets of a plan on one axis, with their sums beside the plan's own. Unset targets are null, and no 0."""
    answers: AnswerCache = request.app.state.answers
    body = await answers.answer(
        ("targets", code, axis, version),
        lambda connection: _targets(connection, code, axis, version),
        asked=asked(request),
    )
    return Response(body, media_type=JSON)


async def _targets(connection: AsyncConnection, code: str, axis: Axis, version: int | None) -> dict[str, Any]:
    versions, lines = await sheets.sheet(connection, code, axis, version=version)
    aims = await sheets.aims(connection, await named_plan(connection, code))
    return TargetsAnswer(
        plan=code,
        axis=axis,
        version=(version or len(versions)) if lines else None,
        versions=[SheetVersionAnswer(**_shown(each)) for each in versions],
        lines=[TargetLineAnswer(**line._asdict()) for line in lines if line.key != TOTAL],
        sums=[_sum(each, aims) for each in rules.sums(lines)],
    ).model_dump()


def _shown(version: Any) -> dict[str, Any]:
    return {name: getattr(version, name) for name in SheetVersionAnswer.model_fields}


def _sum(each: rules.Sum, aims: dict[tuple[Aim, str | None], int | None]) -> TargetSumAnswer:
    aim = None if each.month is not None else aims.get((each.measure, each.programme))
    return TargetSumAnswer(**each._asdict(), plan=aim, difference=None if aim is None else each.sum - aim)
