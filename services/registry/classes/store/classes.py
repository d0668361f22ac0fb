"""Classes in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import ExamPlan, SiteVersion, TrainingClass
from shared.contracts.dimensions import FundSource
from shared.contracts.registry import ClassStatus
from shared.database import driver
from shared.kernel.levels import Level
from shared.kernel.periods import Period
from shared.kernel.refusals import NotFound, Stale

COLUMNS = """id, institution_id, local_id, programme, region, reporting_region, occupation, level, fund_source,
    starts_on, ends_on, hours, seats, status, filed_by, version, project, is_scarce, is_needed, signed_order, site_id,
    teaching_plan, exam_plan, government_fen, enterprise_fen, individual_fen, filed_on, answer_due_on, return_reasons,
    checked_by, checked_on, checked_sites"""
_ADD = f"""
INSERT INTO class ({COLUMNS})
VALUES (:id, :institution_id, :local_id, :programme, :region, :reporting_region, :occupation, :level, :fund_source,
    :starts_on, :ends_on, :hours, :seats, :status, :filed_by, :version, :project, :is_scarce, :is_needed, :signed_order,
    :site_id, :teaching_plan, CAST(:exam_plan AS jsonb), :government_fen, :enterprise_fen, :individual_fen, :filed_on,
    :answer_due_on, :return_reasons, :checked_by, :checked_on, CAST(:checked_sites AS jsonb))
"""
_FIND = f"SELECT {COLUMNS} FROM class WHERE id = :id"
_LOCK = f"{_FIND} FOR UPDATE"
_BY_IDS = f"SELECT {COLUMNS} FROM class WHERE id = ANY(:ids)"
_MEETING = f"""
SELECT {COLUMNS} FROM class
WHERE institution_id = :institution_id AND starts_on <= coalesce(CAST(:last AS date), 'infinity') AND ends_on >= :first
ORDER BY id
"""
_FIND_BY_LOCAL_ID = f"SELECT {COLUMNS} FROM class WHERE institution_id = :institution_id AND local_id = :local_id"
_SAVE = """
UPDATE class
SET programme = :programme, region = :region, reporting_region = :reporting_region, occupation = :occupation,
    level = :level, fund_source = :fund_source, starts_on = :starts_on, ends_on = :ends_on, hours = :hours,
    seats = :seats, status = :status, filed_by = :filed_by, version = :version, project = :project,
    is_scarce = :is_scarce, is_needed = :is_needed, signed_order = :signed_order, site_id = :site_id,
    teaching_plan = :teaching_plan, exam_plan = CAST(:exam_plan AS jsonb), government_fen = :government_fen,
    enterprise_fen = :enterprise_fen, individual_fen = :individual_fen, filed_on = :filed_on,
    answer_due_on = :answer_due_on, return_reasons = :return_reasons, checked_by = :checked_by,
    checked_on = :checked_on, checked_sites = CAST(:checked_sites AS jsonb)
WHERE id = :id AND version = :expected
"""
_HEADCOUNT = """
SELECT count(*) AS enrolled,
       count(*) FILTER (WHERE status NOT IN ('withdrawn', 'transferred')) AS seated,
       count(*) FILTER (WHERE status = 'in_training') AS in_training
FROM enrolment WHERE class_id = :id
"""
_SITES = """
SELECT id, version FROM site
WHERE id = $2 OR id IN (SELECT site_id FROM lesson WHERE class_id = $1 AND upper(during) > $3)
ORDER BY id
"""
_ELSEWHERE = """
SELECT count(DISTINCT m.person)
FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[]) AS m (id, person, from_on, until_on)
JOIN (
    SELECT id, person, from_on, until_on FROM enrolment
    UNION ALL SELECT enrolment_id, person, from_on, until_on FROM earlier_days
) e ON e.person = m.person AND e.id <> m.id AND e.from_on <= e.until_on
    AND e.from_on <= m.until_on AND m.from_on <= e.until_on
"""


class Headcount(NamedTuple):
    """Enrolments of a class: ever filed, not withdrawn nor transferred, and still without an outcome."""

    enrolled: int
    seated: int
    in_training: int


def class_of(row: RowMapping) -> TrainingClass:
    values = dict(row)
    source, exam = values["fund_source"], values["exam_plan"]
    values |= {
        "exam_plan": exam and ExamPlan(date.fromisoformat(exam["planned_on"]), exam["body_credit_code"]),
        "return_reasons": tuple(values["return_reasons"]),
        "checked_sites": tuple(SiteVersion(UUID(site), version) for site, version in values["checked_sites"]),
        "level": Level(values["level"]),
        "fund_source": None if source is None else FundSource(source),
        "status": ClassStatus(values["status"]),
    }
    return TrainingClass(**values)


def _values(class_: TrainingClass) -> dict[str, object]:
    exam = class_.exam_plan
    return {name: getattr(class_, name) for name in class_.__dataclass_fields__} | {
        "level": class_.level.value,
        "exam_plan": None if exam is None else orjson.dumps(exam._asdict()).decode(),
        "return_reasons": list(class_.return_reasons),
        "checked_sites": orjson.dumps([(str(site), version) for site, version in class_.checked_sites]).decode(),
    }


async def add(connection: AsyncConnection, class_: TrainingClass) -> None:
    await connection.execute(text(_ADD), _values(class_))


async def load(connection: AsyncConnection, class_id: UUID, *, lock: bool = False) -> TrainingClass:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": class_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="class", id=class_id)
    return class_of(row)


async def by_ids(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, TrainingClass]:
    """Those of `ids` that there are."""
    rows = await connection.execute(text(_BY_IDS), {"ids": list(ids)})
    return {row["id"]: class_of(row) for row in rows.mappings()}


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> TrainingClass | None:
    values = {"institution_id": institution_id, "local_id": local_id}
    row = (await connection.execute(text(_FIND_BY_LOCAL_ID), values)).mappings().one_or_none()
    return None if row is None else class_of(row)


async def meeting(connection: AsyncConnection, institution_id: UUID, period: Period) -> list[TrainingClass]:
    """All classes of the institution that have a day in `period`, by id."""
    values = {"institution_id": institution_id, "first": period.first, "last": period.last}
    return [class_of(row) for row in (await connection.execute(text(_MEETING), values)).mappings()]


async def save(connection: AsyncConnection, class_: TrainingClass, *, expected: int) -> None:
    """Raises Stale if the stored version is not `expected` any more."""
    if (await connection.execute(text(_SAVE), _values(class_) | {"expected": expected})).rowcount == 0:
        raise Stale


async def headcount(connection: AsyncConnection, class_id: UUID) -> Headcount:
    return Headcount(*(await connection.execute(text(_HEADCOUNT), {"id": class_id})).one())


async def sites(connection: AsyncConnection, class_: TrainingClass, *, since: datetime) -> list[SiteVersion]:
    """The class's site and those of its lessons that end after `since`, as they are now.

    There are no more than lessons and one; a class has at most 1,000 of these.
    """
    rows = await (await driver(connection)).fetch(_SITES, class_.id, class_.site_id, since)
    return [SiteVersion(*row) for row in rows]


async def elsewhere(connection: AsyncConnection, days: Sequence[tuple[UUID, UUID, date, date]]) -> int:
    """How many persons would be in two classes on one day if the enrolments in `days` took these days.

    Each is (enrolment, person, first day, last day), both days included.
    """
    if not days:
        return 0
    columns = [list(column) for column in zip(*days, strict=True)]
    found: int = await (await driver(connection)).fetchval(_ELSEWHERE, *columns)
    return found
