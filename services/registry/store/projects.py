"""The catalogue of projects in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.projects import Project
from shared.kernel.levels import Level
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = """code, name_zh, name_en, edition, occupation, level, category, hours_min, is_scarce, is_needed,
    lower(listed) AS first_on, upper(listed) - 1 AS last_on, version"""
_SAVE: Final = """
INSERT INTO project (code, name_zh, name_en, edition, occupation, level, category, hours_min, is_scarce, is_needed,
    listed, version)
VALUES (:code, :name_zh, :name_en, :edition, :occupation, :level, :category, :hours_min, :is_scarce, :is_needed,
    daterange(CAST(:first_on AS date), CAST(:last_on AS date), '[]'), :version)
ON CONFLICT (code) DO UPDATE
SET name_zh = excluded.name_zh, name_en = excluded.name_en, edition = excluded.edition,
    occupation = excluded.occupation, level = excluded.level, category = excluded.category,
    hours_min = excluded.hours_min, is_scarce = excluded.is_scarce, is_needed = excluded.is_needed,
    listed = excluded.listed, version = excluded.version
WHERE project.version = excluded.version - 1
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM project WHERE code = :code"
_FIND_ALL: Final = f"SELECT {_COLUMNS} FROM project WHERE code = ANY(:codes) FOR UPDATE"
_LIST: Final = f"""
SELECT {_COLUMNS} FROM project
WHERE code > :after
  AND (CAST(:occupation AS text) IS NULL OR occupation = :occupation)
  AND (CAST(:level AS smallint) IS NULL OR level = :level)
  AND (CAST(:day AS date) IS NULL OR listed @> CAST(:day AS date))
ORDER BY code LIMIT :limit
"""


def _project(row: Any) -> Project:
    values = dict(row)
    listed = Period(values.pop("first_on"), values.pop("last_on"))
    return Project(**values | {"level": Level(values["level"]), "listed": listed})


async def load(connection: AsyncConnection, code: str, *, pointer: str | None = None) -> Project:
    """Raises NotFound."""
    row = (await connection.execute(text(_FIND), {"code": code})).mappings().one_or_none()
    if row is None:
        raise NotFound(pointer=pointer, what="project", id=code)
    return _project(row)


async def by_codes(connection: AsyncConnection, codes: Collection[str]) -> dict[str, Project]:
    """Those of `codes` that exist, locked."""
    rows = (await connection.execute(text(_FIND_ALL), {"codes": list(codes)})).mappings()
    return {row["code"]: _project(row) for row in rows}


async def save(connection: AsyncConnection, project: Project) -> None:
    """Store the next version of `project`. Raises Stale if it was changed meanwhile."""
    values = {name: getattr(project, name) for name in project.__dataclass_fields__ if name != "listed"}
    values |= {"level": project.level.value, "first_on": project.listed.first, "last_on": project.listed.last}
    if (await connection.execute(text(_SAVE), values)).rowcount == 0:
        raise Stale


async def page(
    connection: AsyncConnection,
    *,
    occupation: str | None,
    level: Level | None,
    day: date | None = None,
    after: str,
    limit: int,
) -> list[Project]:
    """Projects in the order of their codes, from above `after`; with `day`, those in the catalogue on that day."""
    values = {
        "occupation": occupation,
        "level": None if level is None else level.value,
        "day": day,
        "after": after,
        "limit": limit,
    }
    return [_project(row) for row in (await connection.execute(text(_LIST), values)).mappings()]
