"""Findings and their steps in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.reach import Reach
from services.registry.supervision.rules.findings import Finding, FindingEvent
from shared.contracts.registry import FindingStatus, PatrolLevel, Severity
from shared.kernel.keyset import KeysetPosition
from shared.kernel.refusals import NotFound, Stale

_COLUMNS: Final = """id, patrol_id, number, class_id, institution_id, region, reporting_region, level, severity, found,
    due_on, status, rectified_by, version"""
_ADD: Final = f"""
INSERT INTO finding ({_COLUMNS})
VALUES (:id, :patrol_id, :number, :class_id, :institution_id, :region, :reporting_region, :level, :severity, :found,
    :due_on, :status, :rectified_by, :version)
"""
_FIND: Final = f"SELECT {_COLUMNS} FROM finding WHERE id = :id"
_LOCK: Final = f"{_FIND} FOR UPDATE"
_SAVE: Final = """
UPDATE finding SET due_on = :due_on, status = :status, rectified_by = :rectified_by, version = :version
WHERE id = :id AND version = :version - 1
"""
_OF_PATROL: Final = f"SELECT {_COLUMNS} FROM finding WHERE patrol_id = :patrol_id ORDER BY number LIMIT :limit"
_CRITICAL: Final = """
SELECT id FROM finding
WHERE class_id = :class_id AND severity = 'critical' AND status <> 'closed' ORDER BY id LIMIT :limit
"""
_EVENT_COLUMNS: Final = "finding_id, version, verb, done_by, done_at, said, due_on, evidence"
_ADD_EVENT: Final = f"""
INSERT INTO finding_event ({_EVENT_COLUMNS})
VALUES (:finding_id, :version, :verb, :done_by, :done_at, :said, :due_on, :evidence)
"""
_EVENTS: Final = f"""
SELECT {_EVENT_COLUMNS} FROM finding_event
WHERE finding_id = :finding_id AND version > :after ORDER BY version LIMIT :limit
"""
_FIRST_EVENTS: Final = """
SELECT e.due_on FROM finding AS f JOIN finding_event AS e ON e.finding_id = f.id AND e.version = 1
WHERE f.patrol_id = :patrol_id ORDER BY f.number LIMIT :limit
"""
# Only what is asked for stands in the statement, so that each question finds the index made for it.
_NARROWED: Final = {
    "region": "region = :region",
    "reporting_region": "reporting_region = :reporting_region",
    "institution_id": "institution_id = :institution_id",
    "class_id": "class_id = :class_id",
    "patrol_id": "patrol_id = :patrol_id",
    "status": "status = :status",
    "overdue_on": "status <> 'closed' AND due_on < :overdue_on",
}
PER_PATROL_MAX: Final = 50
"""Findings that one patrol may have."""
_NAMED_MAX: Final = 20
"""Ids that a refusal names."""


class Narrowing(NamedTuple):
    """Which findings are asked for; what is None does not matter. `overdue_on`: not closed and due before that day."""

    reach: Reach = Reach()
    institution_id: UUID | None = None
    class_id: UUID | None = None
    patrol_id: UUID | None = None
    status: FindingStatus | None = None
    overdue_on: date | None = None


async def add_all(connection: AsyncConnection, findings: Sequence[Finding]) -> None:
    if findings:
        await connection.execute(text(_ADD), [asdict(finding) for finding in findings])


async def load(connection: AsyncConnection, finding_id: UUID, *, lock: bool = False) -> Finding:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": finding_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="finding", id=finding_id)
    return _finding(row)


async def save(connection: AsyncConnection, finding: Finding) -> None:
    """Store the next version of `finding`. Raises Stale if it was changed meanwhile."""
    if (await connection.execute(text(_SAVE), asdict(finding))).rowcount == 0:
        raise Stale


async def of_patrol(connection: AsyncConnection, patrol_id: UUID) -> list[Finding]:
    """What the patrol found, in its order, as it is now."""
    values = {"patrol_id": patrol_id, "limit": PER_PATROL_MAX}
    return [_finding(row) for row in (await connection.execute(text(_OF_PATROL), values)).mappings()]


async def first_due(connection: AsyncConnection, patrol_id: UUID) -> list[date]:
    """When each finding of the patrol was due in the beginning."""
    values = {"patrol_id": patrol_id, "limit": PER_PATROL_MAX}
    return list(await connection.scalars(text(_FIRST_EVENTS), values))


async def critical_left(connection: AsyncConnection, class_id: UUID) -> list[UUID]:
    """Some of the class's critical findings that are not closed; none if all are."""
    return list(await connection.scalars(text(_CRITICAL), {"class_id": class_id, "limit": _NAMED_MAX}))


async def page(
    connection: AsyncConnection, narrowing: Narrowing, *, after: KeysetPosition, limit: int
) -> list[Finding]:
    """Findings in the order in which they are due, from behind `after`."""
    asked: dict[str, Any] = narrowing._asdict() | narrowing.reach._asdict()
    values = {name: asked[name] for name in _NARROWED if asked[name] is not None}
    conditions = [*(_NARROWED[name] for name in values), "(due_on, id) > (:day, :id)"]
    statement = f"SELECT {_COLUMNS} FROM finding WHERE {' AND '.join(conditions)} ORDER BY due_on, id LIMIT :limit"
    rows = await connection.execute(text(statement), values | after._asdict() | {"limit": limit})
    return [_finding(row) for row in rows.mappings()]


async def add_events(connection: AsyncConnection, events: Sequence[FindingEvent]) -> None:
    if events:
        await connection.execute(text(_ADD_EVENT), [asdict(event) for event in events])


async def events(connection: AsyncConnection, finding_id: UUID, *, after: int, limit: int) -> list[FindingEvent]:
    """The steps of the finding, from above version `after`."""
    values = {"finding_id": finding_id, "after": after, "limit": limit}
    return [FindingEvent(**row) for row in (await connection.execute(text(_EVENTS), values)).mappings()]


def _finding(row: RowMapping) -> Finding:
    kinds = {"level": PatrolLevel, "severity": Severity, "status": FindingStatus}
    return Finding(**dict(row) | {name: kind(row[name]) for name, kind in kinds.items()})
