"""Names of regions over HTTP, as the registry told them, for the pages of services that keep a copy."""

from __future__ import annotations

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from shared import heard
from shared.web import open_router

routes = open_router("regions")


class RegionNameAnswer(BaseModel):
    """A region and what people call it; null where the registry has not told it since names are kept."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    parent: str | None
    name_zh: str | None
    name_en: str | None


@routes.get("/region-names")
async def list_region_names(request: Request) -> list[RegionNameAnswer]:
    """The regions with their names, by code. No token is needed."""
    async with request.app.state.engines.connect() as connection:
        rows = await heard.region_names(connection)
    return [RegionNameAnswer.model_validate(row) for row in rows]
