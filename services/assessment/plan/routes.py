"""What the plan's programmes are called, over HTTP."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from services.assessment.plan import store
from shared.auth import CurrentCaller
from shared.web import Connection, router

routes = router("plan")


class ProgrammeNameAnswer(BaseModel):
    """A programme of the plan of `year`; names are null where the registry has not told them since names are kept."""

    model_config = ConfigDict(from_attributes=True)

    year: int
    code: str
    parent: str | None
    name_zh: str | None
    name_en: str | None


@routes.get("/programme-names")
async def list_programme_names(connection: Connection, _: CurrentCaller) -> list[ProgrammeNameAnswer]:
    """The programmes of the plans with their names, by year and code."""
    return [ProgrammeNameAnswer.model_validate(row) for row in await store.programme_names(connection)]
