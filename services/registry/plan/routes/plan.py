"""The plan to look things up in: programmes, regions, levels, awards."""

from __future__ import annotations

from typing import Any

from services.registry.plan.routes.schemas import AwardAnswer, LevelAnswer, ProgrammeAnswer, RegionAnswer
from services.registry.plan.store import plan as store
from shared.auth import CurrentCaller
from shared.kernel.awards import Award
from shared.web import Connection, router

routes = router("plan")


@routes.get("/programmes", response_model=list[ProgrammeAnswer])
async def list_programmes(connection: Connection, _: CurrentCaller) -> list[dict[str, Any]]:
    return await store.entries(connection, "programmes")


@routes.get("/regions", response_model=list[RegionAnswer])
async def list_regions(connection: Connection, _: CurrentCaller) -> list[dict[str, Any]]:
    return await store.entries(connection, "regions")


@routes.get("/levels", response_model=list[LevelAnswer])
async def list_levels(connection: Connection, _: CurrentCaller) -> list[dict[str, Any]]:
    return await store.entries(connection, "levels")


@routes.get("/awards")
async def list_awards(_: CurrentCaller) -> list[AwardAnswer]:
    """What a training may lead to: the eight levels, and the certificates and trainings without a level."""
    return [AwardAnswer.of(award) for award in Award]
