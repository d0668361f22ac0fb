"""What a body may examine on a day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.rules.sanctions import require_not_stopped
from services.assessment.bodies.rules.scope import require_scope
from services.assessment.bodies.store import scope as scope_store
from services.assessment.bodies.store.sanctions import SANCTIONS
from shared.kernel.awards import Award


async def require_may_file(
    connection: AsyncConnection, body: Body, *, occupation: str, award: Award, day: date
) -> None:
    """Check that `body` is filed for the occupation and award on `day`, and not under a stop.

    Raises OutsideScope, BodyStopped.
    """
    require_scope((await scope_store.since(connection, [body.id], day))[body.id], occupation, award, day=day)
    require_not_stopped(await SANCTIONS.since(connection, body.id, day), day=day)


async def require_may_examine(connection: AsyncConnection, body_id: UUID, *, day: date) -> None:
    """Check that the body is not under a stop on the day of an exam. Raises BodyStopped."""
    require_not_stopped(await SANCTIONS.since(connection, body_id, day), day=day)
