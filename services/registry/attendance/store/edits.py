"""Edits of attendance in the database, with the columns that lists filter by."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Date, Integer, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules.edits import Edit
from services.registry.plan.rules.reach import ListScope
from shared import tables
from shared.located import lies_in
from shared.tables import Instant, fixed

EDITS_MAX: Final = 500

ATTENDANCE_EDIT: Final = Table(
    "attendance_edit",
    MetaData(),
    fixed("id", Uuid),
    fixed("enrolment_id", Uuid),
    fixed("day", Date),
    fixed("hours_before", Integer),
    fixed("hours_after", Integer),
    fixed("reason", Text),
    fixed("signed_by", Text),
    fixed("signed_at", Instant),
    fixed("class_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
)


async def add(connection: AsyncConnection, edit: Edit) -> None:
    await tables.add(connection, ATTENDANCE_EDIT, edit)


async def of_enrolment(connection: AsyncConnection, enrolment_id: UUID) -> list[Edit]:
    """The latest edits of one enrolment, newest first."""
    of_one = select(ATTENDANCE_EDIT).where(ATTENDANCE_EDIT.c.enrolment_id == enrolment_id)
    statement = of_one.order_by(ATTENDANCE_EDIT.c.id.desc()).limit(EDITS_MAX)
    return await tables.fetch_all(connection, statement, Edit)


async def page(connection: AsyncConnection, scope: ListScope, *, after: UUID, limit: int) -> list[Edit]:
    """Edits with ids above `after`, ordered by id."""
    asked = [*lies_in(ATTENDANCE_EDIT, scope.reach), *tables.matches(ATTENDANCE_EDIT, **scope.columns)]
    return await tables.fetch_page(connection, ATTENDANCE_EDIT, Edit, asked, after=after, limit=limit)
