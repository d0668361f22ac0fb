"""For whom a caller of assessment acts, and what a body may examine on a day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.sanctions import require_not_stopped
from services.assessment.bodies.rules.scope import require_scope
from services.assessment.bodies.store import bodies as store
from services.assessment.bodies.store import sanctions as sanction_store
from services.assessment.bodies.store import scope as scope_store
from shared import heard
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, Role
from shared.kernel.periods import business_day


async def admit(connection: AsyncConnection, caller: Caller, *, writes: bool, at: datetime) -> Caller:
    """The caller with the bodies or institutions that theirs has taken over: one statement, none for an officer.

    Raises OrganisationClosed if a closed organisation's token is to write.
    """
    if caller.role is not Role.ASSESSMENT_BODY or caller.organisation is None:
        return await heard.admit(connection, caller, writes=writes, at=at)
    standing = await store.standing(connection, caller.organisation)
    return standing.admit(caller, writes=writes, today=business_day(at))


async def require_may_file(
    connection: AsyncConnection, body: Body, *, occupation: str, award: Award, day: date
) -> None:
    """Check that `body` is filed for the occupation and award on `day`, and not under a stop.

    Raises OutsideScope, BodyStopped.
    """
    require_scope((await scope_store.since(connection, [body.id], day))[body.id], occupation, award, day=day)
    require_not_stopped(await sanction_store.since(connection, body.id, day), day=day)


async def require_may_examine(connection: AsyncConnection, body_id: UUID, *, day: date) -> None:
    """Check that the body is not under a stop on the day of an exam. Raises BodyStopped."""
    require_not_stopped(await sanction_store.since(connection, body_id, day), day=day)
