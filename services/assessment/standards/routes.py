"""Occupation standards over HTTP: what everybody has to look up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from services.assessment.standards import store
from services.assessment.standards.rules import Part, Standard, as_json
from shared.auth import CurrentCaller
from shared.kernel.occupations import parse_occupation
from shared.web import Connection, router

routes = router("standards")


class PartAnswer(BaseModel):
    part: Part
    mark_tenths: int | None = Field(description="Tenths of a point that it needs; null: what the pass rules say")
    minutes: int | None
    kept_months: int | None = Field(
        description="How long it is kept once it is passed; null: it is not kept. No result is carried over yet"
    )


class RouteAnswer(BaseModel):
    code: str
    text: str
    min_age: int | None
    min_years: int | None
    required_level: str | None
    required_document: str | None
    level_years: int | None = Field(description="Years since the required level, beside those since the document")
    status: str = Field(description="sourced, or an assumption")


class LevelRuleAnswer(BaseModel):
    award: str
    parts: list[PartAnswer]
    routes: list[RouteAnswer] = Field(
        description="Any one is enough. The session rules say from which day on candidates need one"
    )


class StandardAnswer(BaseModel):
    """An edition holds from its first day until the next edition of the occupation begins."""

    occupation: str
    edition: str
    version: int
    name_zh: str
    first_on: date
    source: str
    loaded_at: datetime | None
    related: list[str] = Field(description="Occupations whose certificates count for its routes, too")
    levels: list[LevelRuleAnswer]

    @classmethod
    def of(cls, standard: Standard) -> StandardAnswer:
        return cls.model_validate(vars(standard) | {"levels": as_json(standard.levels)})


@routes.get("/standards")
async def list_standards(
    connection: Connection, _: CurrentCaller, occupation: Annotated[str | None, Query(max_length=32)] = None
) -> list[StandardAnswer]:
    """The editions of an occupation, or of all, each as it was loaded last."""
    code = None if occupation is None else parse_occupation(occupation)
    return [StandardAnswer.of(each) for each in await store.current(connection, occupation=code)]


@routes.get("/standards/{occupation}/{edition}")
async def get_standard(
    occupation: Annotated[str, Path(max_length=32)],
    edition: Annotated[str, Path(max_length=32)],
    connection: Connection,
    _: CurrentCaller,
) -> list[StandardAnswer]:
    """Every version of an edition that was ever loaded, the latest first."""
    return [StandardAnswer.of(each) for each in await store.versions(connection, parse_occupation(occupation), edition)]
