"""The catalogue of projects in the database: a row for each with its version, and a row for each term ever entered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, bindparam, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.projects import Project
from shared.dated_rules.store import RuleTable, provenance_columns
from shared.kernel.awards import Award
from shared.tables import Choice, Days

_PROJECT: Final = Table("project", MetaData(), Column("code", Text), Column("version", Integer))
_ADD: Final = insert(_PROJECT).values(version=0).on_conflict_do_nothing(index_elements=["code"])
_SET_VERSION: Final = update(_PROJECT).where(_PROJECT.c.code == bindparam("of_project")).values(version=bindparam("to"))

TERM: Final = RuleTable(
    Table(
        "project_term",
        MetaData(),
        Column("id", Text),
        Column("project", Text, key="code"),
        Column("listed", Days),
        Column("version", Integer),
        Column("name_zh", Text),
        Column("name_en", Text),
        Column("edition", Text),
        Column("occupation", Text),
        Column("level", Choice(Award), key="award"),
        Column("category", Text),
        Column("hours_min", Integer),
        Column("is_scarce", Boolean),
        Column("is_needed", Boolean),
        Column("source", Text),
        *provenance_columns(),
    ),
    Project,
)


async def add(connection: AsyncConnection, code: str) -> None:
    """Add the project, which has no term yet, unless it exists."""
    await connection.execute(_ADD, {"code": code})


async def set_version(connection: AsyncConnection, term: Project) -> None:
    """The project has the version of `term`, which was approved."""
    await connection.execute(_SET_VERSION, {"of_project": term.code, "to": term.version})
