"""Occupation standards in the database: every version that was ever loaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Column, Date, Dialect, Integer, MetaData, Table, Text, TypeDecorator, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.standards.rules import LevelRule, Standard, as_json, of_json
from shared import tables
from shared.database import driver
from shared.kernel.refusals import NotFound
from shared.tables import Instant, Json, Texts


class _Levels(TypeDecorator[tuple[LevelRule, ...]]):
    """[{"award": "L4", "parts": […], "routes": […]}]"""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Sequence[LevelRule] | None, _: Dialect) -> list[dict[str, Any]]:
        return as_json(value or ())

    def process_result_value(self, value: list[dict[str, Any]] | None, _: Dialect) -> tuple[LevelRule, ...]:
        return of_json(value or ())


_STANDARD: Final = Table(
    "standard",
    MetaData(),
    Column("occupation", Text),
    Column("edition", Text),
    Column("version", Integer),
    Column("name_zh", Text),
    Column("first_on", Date),
    Column("source", Text),
    Column("levels", _Levels()),
    Column("loaded_at", Instant),
    Column("related", Texts),
)
_IN_ORDER: Final = (_STANDARD.c.occupation, _STANDARD.c.edition, _STANDARD.c.version.desc())
_NAMES: Final = """
SELECT DISTINCT ON (occupation) occupation, name_zh FROM standard
WHERE occupation = ANY($1) ORDER BY occupation, first_on DESC, version DESC
"""


async def add(connection: AsyncConnection, standard: Standard) -> None:
    await tables.add(connection, _STANDARD, standard)


async def current(connection: AsyncConnection, *, occupation: str | None = None) -> list[Standard]:
    """The latest version of each edition, of one occupation or of all."""
    asked = tables.matches(_STANDARD, occupation=occupation)
    latest = distinct_on(_STANDARD.c.occupation, _STANDARD.c.edition)
    statement = select(_STANDARD).where(*asked).ext(latest).order_by(*_IN_ORDER)
    return await tables.fetch_all(connection, statement, Standard)


async def versions(connection: AsyncConnection, occupation: str, edition: str) -> list[Standard]:
    """Every version of an edition, the latest first. Raises NotFound if there is none."""
    asked = tables.matches(_STANDARD, occupation=occupation, edition=edition)
    found = await tables.fetch_all(connection, select(_STANDARD).where(*asked).order_by(*_IN_ORDER), Standard)
    if not found:
        raise NotFound(what="standard", id=f"{occupation}/{edition}")
    return found


async def occupation_names(connection: AsyncConnection, occupations: Collection[str]) -> dict[str, str]:
    """What the newest standard calls each of `occupations` that has one."""
    return dict(await (await driver(connection)).fetch(_NAMES, list(occupations)))
