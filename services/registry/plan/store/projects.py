"""The catalogue of projects in the database: a row for each, which is locked to change it, and a row for each term."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.projects import Project
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.periods import Period

TERMS_MAX: Final = 500
"""Terms of one project that are read; there is one a year."""

_TERM: Final = """name_zh, name_en, edition, occupation, level, category, hours_min, is_scarce, is_needed, put_by"""
_FIELDS: Final = {"level": "award"}
"""Columns that hold a field of another name."""
_COLUMNS: Final = f"p.code, p.version, lower(t.listed) AS first_on, upper(t.listed) - 1 AS last_on, {_TERM}"
# Of terms that never meet, the last that has begun holds on the day if any does; before all of them it is the first.
_NEAREST: Final = """
SELECT * FROM project_term WHERE project = p.code ORDER BY lower(listed) > d.day, abs(lower(listed) - d.day) LIMIT 1
"""
_LOCK: Final = "SELECT code, version FROM project WHERE code = ANY($1) ORDER BY code FOR UPDATE"
_CATALOGUE: Final = f"""
SELECT {_COLUMNS} FROM project AS p JOIN project_term AS t ON t.project = p.code ORDER BY p.code, lower(t.listed)
"""
_TERMS: Final = f"""
SELECT {_COLUMNS} FROM project AS p JOIN project_term AS t ON t.project = p.code
WHERE p.code = $1 ORDER BY lower(t.listed) LIMIT {TERMS_MAX}
"""
_ADD: Final = "INSERT INTO project (code, version) VALUES ($1, 0) ON CONFLICT (code) DO NOTHING"
_SET_VERSION: Final = "UPDATE project SET version = $2 WHERE code = $1"
_DROP: Final = "DELETE FROM project_term WHERE project = $1 AND lower(listed) = ANY($2::date[])"
_PUT: Final = f"""
INSERT INTO project_term (project, listed, {_TERM})
SELECT $1, daterange(first_on, last_on, '[]'), {_TERM}
FROM unnest($2::date[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::text[],
    $10::integer[], $11::boolean[], $12::boolean[], $13::text[]) AS t (first_on, last_on, {_TERM})
"""
_NARROWED: Final = {"occupation": "occupation = :occupation", "award": "level = :award"}


async def catalogue(connection: AsyncConnection) -> dict[str, list[Project]]:
    """All terms of all projects, by code and then by first day."""
    terms: defaultdict[str, list[Project]] = defaultdict(list)
    for row in await (await driver(connection)).fetch(_CATALOGUE):
        terms[row["code"]].append(_project(row))
    return dict(terms)


async def terms(connection: AsyncConnection, code: str) -> list[Project]:
    """All terms of the project, by first day."""
    return [_project(row) for row in await (await driver(connection)).fetch(_TERMS, code)]


async def lock(connection: AsyncConnection, code: str) -> int:
    """The version of the project, locked until the transaction ends; 0 for a new one."""
    database = await driver(connection)
    await database.execute(_ADD, code)
    version: int = (await database.fetchrow(_LOCK, [code]))["version"]
    return version


async def save(connection: AsyncConnection, code: str, *, version: int, terms: Sequence[Project]) -> None:
    """Store the `version` of a locked project, and `terms`, each replacing the one with the same first day."""
    database = await driver(connection)
    await database.execute(_SET_VERSION, code, version)
    firsts, lasts = [each.listed.first for each in terms], [each.listed.last for each in terms]
    await database.execute(_DROP, code, firsts)
    columns = [[getattr(each, _FIELDS.get(name, name)) for each in terms] for name in _TERM.split(", ")]
    await database.execute(_PUT, code, firsts, lasts, *columns)


async def page(
    connection: AsyncConnection,
    *,
    day: date,
    only_listed: bool,
    occupation: str | None,
    award: Award | None,
    after: str,
    limit: int,
) -> list[Project]:
    """Projects as they stand on `day`, by code from above `after`; `only_listed` leaves out those that do not then."""
    asked = {"occupation": occupation, "award": award}
    values: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    terms = "project_term AS t ON t.project = p.code AND t.listed @> d.day"
    if not only_listed:
        terms = f"LATERAL ({_NEAREST}) AS t ON true"
    statement = f"""
    SELECT {_COLUMNS} FROM (SELECT CAST(:day AS date) AS day) AS d CROSS JOIN project AS p JOIN {terms}
    WHERE {" AND ".join(["p.code > :after", *(_NARROWED[name] for name in values)])}
    ORDER BY p.code LIMIT :limit
    """
    rows = await connection.execute(text(statement), values | {"day": day, "after": after, "limit": limit})
    return [_project(row) for row in rows.mappings()]


def _project(row: Any) -> Project:
    values = {name: row[name] for name in Project.__dataclass_fields__ if name not in ("award", "listed")}
    return Project(**values | {"award": Award(row["level"]), "listed": Period(row["first_on"], row["last_on"])})
