"""Single enrolments: withdrawal and correction."""

from __future__ import annotations

from uuid import UUID

from services.registry.api.schemas import CorrectionRequest, EnrolmentAnswer
from services.registry.domain.enrolments import Enrolment
from services.registry.usecases import enrolments as usecases
from shared.auth import CurrentCaller
from shared.web import Connection, Now, router

routes = router("enrolments")


@routes.post("/enrolments/{enrolment_id}/withdrawal", response_model=EnrolmentAnswer)
async def withdraw(enrolment_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> Enrolment:
    """Take a trainee out, also one whose completion turned out to be wrong; totals follow."""
    return await usecases.withdraw(connection, enrolment_id, caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/correction", response_model=EnrolmentAnswer)
async def correct(
    enrolment_id: UUID, request: CorrectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Enrolment:
    """Put the primary programme, the tags or the hours right; what is left out stays. Totals follow."""
    return await usecases.correct(
        connection,
        enrolment_id,
        programme=request.programme,
        tags=None if request.tags is None else tuple(request.tags),
        hours=request.hours,
        caller=caller,
        at=at,
    )
