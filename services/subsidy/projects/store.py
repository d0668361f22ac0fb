"""Projects in the database, with their results and verdicts, which are only added to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.grants.rules import ProjectKind
from services.subsidy.projects.rules import Part, Project, ProjectStatus, ProjectVerdict, Result, Target, YearVerdict
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach, Scope
from shared.tables import Choice, Instant, Json, fixed

PROJECT: Final = Table(
    "project",
    MetaData(),
    fixed("id", Uuid),
    fixed("kind", Choice(ProjectKind)),
    fixed("name", Text),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("fund_source", Choice(FundSource)),
    fixed("programme", Text),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
    fixed("first_year", Integer),
    fixed("last_year", Integer),
    fixed("grant_fen", BigInteger),
    fixed("targets", Json),
    fixed("instalments", Json),
    fixed("reason", Text),
    fixed("filed_by", Text),
    fixed("filed_at", Instant),
    fixed("proposal_id", Uuid),
    Column("status", Choice(ProjectStatus)),
    Column("approved_by", Text),
    Column("approved_at", Instant),
    Column("version", Integer),
)
RESULT: Final = Table(
    "project_result",
    MetaData(),
    Column("id", Uuid),
    Column("project_id", Uuid),
    Column("year", Integer),
    Column("measure", Text),
    Column("figure", Integer),
    Column("source", Text),
    Column("counted_on", Date),
    Column("entered_by", Text),
    Column("entered_at", Instant),
)
VERDICT: Final = Table(
    "project_verdict",
    MetaData(),
    Column("id", Uuid),
    Column("project_id", Uuid),
    Column("year", Integer),
    Column("verdict", Choice(ProjectVerdict)),
    Column("reason", Text),
    Column("proposed_by", Text),
    Column("confirmed_by", Text),
    Column("confirmed_at", Instant),
)


class KindCount(NamedTuple):
    """How many projects of a kind are in a state, and what was granted to them."""

    kind: ProjectKind
    status: ProjectStatus
    projects: int
    grant_fen: Fen


async def add(connection: AsyncConnection, project: Project) -> None:
    """Store a new project. The database refuses a second one of the payee with the same kind and name."""
    targets = [target._asdict() for target in project.targets]
    instalments = [part._asdict() | {"due_on": part.due_on.isoformat()} for part in project.instalments]
    await tables.add(connection, PROJECT, project, targets=targets, instalments=instalments)


async def save(connection: AsyncConnection, project: Project) -> None:
    """Store the next version of `project`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, PROJECT, project, expected=project.version - 1)


async def load(connection: AsyncConnection, project_id: UUID, *, lock: bool = False) -> Project:
    """Raises NotFound."""
    statement = select(PROJECT).where(PROJECT.c.id == project_id)
    found = await tables.fetch_one(connection, statement.with_for_update() if lock else statement, _project)
    if found is None:
        raise NotFound(what="project", id=project_id)
    return found


async def named(connection: AsyncConnection, institution_id: UUID, kind: ProjectKind, name: str) -> Project | None:
    """The payee's project of this kind and name, unless it was rejected."""
    asked = tables.matches(PROJECT, institution_id=institution_id, kind=kind, name=name)
    statement = select(PROJECT).where(*asked, PROJECT.c.status != ProjectStatus.REJECTED)
    return await tables.fetch_one(connection, statement, _project)


async def page(
    connection: AsyncConnection,
    scope: Scope,
    *,
    kind: ProjectKind | None,
    status: ProjectStatus | None,
    year: int | None,
    after: UUID,
    limit: int,
) -> list[Project]:
    """Projects in sight that run in `year`, in the order of their ids, after `after`."""
    asked = [*lies_in(PROJECT, scope.reach), *tables.matches(PROJECT, institution_id=scope.organisation_id)]
    asked += tables.matches(PROJECT, kind=kind, status=status)
    if year is not None:
        asked += [PROJECT.c.first_year <= year, PROJECT.c.last_year >= year]
    return await tables.fetch_page(connection, PROJECT, _project, asked, after=after, limit=limit)


async def counts(connection: AsyncConnection, reach: Reach, *, year: int) -> list[KindCount]:
    """How many projects that begin in `year` there are of each kind and in each state."""
    statement = (
        select(
            PROJECT.c.kind,
            PROJECT.c.status,
            func.count().label("projects"),
            func.sum(PROJECT.c.grant_fen).cast(BigInteger).label("grant_fen"),
        )
        .where(PROJECT.c.first_year == year, *lies_in(PROJECT, reach))
        .group_by(PROJECT.c.kind, PROJECT.c.status)
    )
    return await tables.fetch_all(connection, statement, KindCount)


async def add_result(connection: AsyncConnection, result: Result) -> None:
    await tables.add(connection, RESULT, result)


async def results(connection: AsyncConnection, project_id: UUID) -> list[Result]:
    """Every result that was entered, oldest first."""
    statement = select(RESULT).where(RESULT.c.project_id == project_id).order_by(RESULT.c.id)
    return await tables.fetch_all(connection, statement, Result)


async def add_verdict(connection: AsyncConnection, verdict: YearVerdict) -> None:
    await tables.add(connection, VERDICT, verdict)


async def verdicts(connection: AsyncConnection, project_id: UUID) -> list[YearVerdict]:
    """Every verdict that was given, oldest first."""
    statement = select(VERDICT).where(VERDICT.c.project_id == project_id).order_by(VERDICT.c.id)
    return await tables.fetch_all(connection, statement, YearVerdict)


def _project(*, targets: list[Mapping[str, Any]], instalments: list[Mapping[str, Any]], **values: Any) -> Project:
    parts = tuple(Part(date.fromisoformat(each["due_on"]), Fen(each["amount_fen"])) for each in instalments)
    return Project(targets=tuple(Target(**each) for each in targets), instalments=parts, **values)
