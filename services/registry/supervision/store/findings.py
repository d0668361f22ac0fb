"""Findings and their steps in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.supervision.rules.findings import Finding, FindingEvent
from shared import tables
from shared.contracts.registry.supervision import FindingStatus, PatrolLevel, Severity
from shared.kernel.keyset import KeysetPosition
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Choice, Instant, fixed

FINDING: Final = Table(
    "finding",
    MetaData(),
    fixed("id", Uuid),
    fixed("patrol_id", Uuid),
    fixed("number", Integer),
    fixed("class_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("level", Choice(PatrolLevel)),
    fixed("severity", Choice(Severity)),
    fixed("found", Text),
    Column("due_on", Date),
    Column("status", Choice(FindingStatus)),
    Column("rectified_by", Text),
    Column("version", Integer),
)
FINDING_EVENT: Final = Table(
    "finding_event",
    MetaData(),
    fixed("finding_id", Uuid),
    fixed("version", Integer),
    fixed("verb", Text),
    fixed("done_by", Text),
    fixed("done_at", Instant),
    fixed("said", Text),
    fixed("due_on", Date),
    fixed("evidence", Text),
)
PER_PATROL_MAX: Final = 50
"""Findings that one patrol may have."""
_NAMED_MAX: Final = 20
"""Ids that a refusal names."""

_BY_ID: Final = select(FINDING).where(FINDING.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_OF_PATROL: Final = (
    select(FINDING)
    .where(FINDING.c.patrol_id == bindparam("patrol_id"))
    .order_by(FINDING.c.number)
    .limit(PER_PATROL_MAX)
)
# Written as in the partial indexes of findings that are not closed.
_OPEN: Final = FINDING.c.status != literal_column("'closed'")
_CRITICAL: Final = FINDING.c.severity == literal_column("'critical'")


class Narrowing(NamedTuple):
    """Filters of a list of findings; None means no filter. `overdue_on`: not closed and due before that day."""

    reach: Reach = Reach()
    institution_id: UUID | None = None
    class_id: UUID | None = None
    patrol_id: UUID | None = None
    status: FindingStatus | None = None
    overdue_on: date | None = None


async def add_all(connection: AsyncConnection, findings: Sequence[Finding]) -> None:
    await tables.add_all(connection, FINDING, findings)


async def load(connection: AsyncConnection, finding_id: UUID, *, lock: bool = False) -> Finding:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    finding = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Finding, id=finding_id)
    if finding is None:
        raise NotFound(what="finding", id=finding_id)
    return finding


async def save(connection: AsyncConnection, finding: Finding) -> None:
    """Store the next version of `finding`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, FINDING, finding, expected=finding.version - 1)


async def of_patrol(connection: AsyncConnection, patrol_id: UUID) -> list[Finding]:
    """The current state of the patrol's findings, in order of number."""
    return await tables.fetch_all(connection, _OF_PATROL, Finding, patrol_id=patrol_id)


async def first_due(connection: AsyncConnection, patrol_id: UUID) -> list[date]:
    """The first due day of each finding of the patrol."""
    statement = (
        select(FINDING_EVENT.c.due_on)
        .join_from(FINDING, FINDING_EVENT, FINDING_EVENT.c.finding_id == FINDING.c.id)
        .where(FINDING.c.patrol_id == patrol_id, FINDING_EVENT.c.version == 1)
        .order_by(FINDING.c.number)
        .limit(PER_PATROL_MAX)
    )
    return list(await connection.scalars(statement))


async def critical_left(connection: AsyncConnection, class_id: UUID) -> list[UUID]:
    """Some of the class's critical findings that are not closed; none if all are."""
    asked = [FINDING.c.class_id == class_id, _CRITICAL, _OPEN]
    return list(await connection.scalars(select(FINDING.c.id).where(*asked).order_by(FINDING.c.id).limit(_NAMED_MAX)))


async def page(
    connection: AsyncConnection, narrowing: Narrowing, *, after: KeysetPosition, limit: int
) -> list[Finding]:
    """Findings in the order of their due days, after `after`."""
    asked = lies_in(FINDING, narrowing.reach) + tables.matches(
        FINDING,
        institution_id=narrowing.institution_id,
        class_id=narrowing.class_id,
        patrol_id=narrowing.patrol_id,
        status=narrowing.status,
    )
    if narrowing.overdue_on is not None:
        asked += [_OPEN, FINDING.c.due_on < narrowing.overdue_on]
    place = (FINDING.c.due_on, FINDING.c.id)
    statement = select(FINDING).where(*asked, tuple_(*place) > after).order_by(*place).limit(limit)
    return await tables.fetch_all(connection, statement, Finding)


async def add_events(connection: AsyncConnection, events: Sequence[FindingEvent]) -> None:
    await tables.add_all(connection, FINDING_EVENT, events)


async def events(connection: AsyncConnection, finding_id: UUID, *, after: int, limit: int) -> list[FindingEvent]:
    """The steps of the finding, after version `after`."""
    asked = [FINDING_EVENT.c.finding_id == finding_id, FINDING_EVENT.c.version > after]
    statement = select(FINDING_EVENT).where(*asked).order_by(FINDING_EVENT.c.version).limit(limit)
    return await tables.fetch_all(connection, statement, FindingEvent)
