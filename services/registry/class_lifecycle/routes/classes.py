"""Filing a class and the steps of it over HTTP."""

from __future__ import annotations

from uuid import UUID

from services.registry.class_lifecycle.routes.schemas import (
    CancellationRequest,
    ChangeRequest,
    CheckRequest,
    ClassRequest,
    ClassTerms,
    ReinstatementRequest,
    ReturnRequest,
)
from services.registry.class_lifecycle.usecases import changes as class_changes
from services.registry.class_lifecycle.usecases import filing, reinstatement
from services.registry.class_lifecycle.usecases import steps as usecases
from services.registry.classes.routes.schemas import ClassAnswer
from shared.auth import CurrentCaller
from shared.web import Connection, CurrentPersons, Now, router

routes = router("classes")


@routes.post("/classes", status_code=201)
async def file_class(request: ClassRequest, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """File a class of your institution with the county. The same filing again answers the one that exists."""
    return ClassAnswer.of(await filing.file(connection, request.filing(request.local_id), caller=caller, at=at))


@routes.post("/classes/{class_id}/return")
async def return_class(
    class_id: UUID, request: ReturnRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Send a class that has not started back with reasons, as an officer of its county or above."""
    return ClassAnswer.of(await usecases.return_(connection, class_id, reasons=request.reasons, caller=caller, at=at))


@routes.post("/classes/{class_id}/refiling")
async def refile_class(
    class_id: UUID, request: ClassTerms, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """File a returned class again after corrections; it keeps its local_id and its trainees."""
    asked = request.filing("")
    return ClassAnswer.of(await filing.refile(connection, class_id, asked, persons=persons, caller=caller, at=at))


@routes.post("/classes/{class_id}/approval")
async def approve_class(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Approve a filed class, as an officer of its county or above who did not file it."""
    return ClassAnswer.of(await usecases.approve(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/check")
async def check_class(
    class_id: UUID, request: CheckRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Say what you found on site, as an officer of the class's county or above. Until it passed, no class starts."""
    return ClassAnswer.of(
        await usecases.check(
            connection, class_id, passed=request.passed, findings=request.findings, caller=caller, at=at
        )
    )


@routes.post("/classes/{class_id}/start")
async def start_class(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Open an approved class on its first day or later."""
    return ClassAnswer.of(await usecases.start(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/change")
async def change_class(
    class_id: UUID,
    asked: ChangeRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ClassAnswer:
    """Report other days, seats, site or examination of an approved or running class, before what they touch."""
    changed = await class_changes.change(connection, class_id, asked.change(), persons=persons, caller=caller, at=at)
    return ClassAnswer.of(changed)


@routes.post("/classes/{class_id}/completion")
async def complete_class(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClassAnswer:
    """Complete a running class whose trainees all have an outcome."""
    return ClassAnswer.of(await usecases.complete(connection, class_id, caller=caller, at=at))


@routes.post("/classes/{class_id}/reinstatement")
async def reinstate_class(
    class_id: UUID, request: ReinstatementRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Take back a completion or cancellation that was a mistake: the class is in the state before it.

    For officers of its county or above. Who was withdrawn by the cancellation is enrolled again unless their days are
    taken by now; its lessons take their teachers and rooms again.
    """
    after = await reinstatement.reinstate(connection, class_id, reason=request.reason, caller=caller, at=at)
    return ClassAnswer.of(after)


@routes.post("/classes/{class_id}/cancellation")
async def cancel_class(
    class_id: UUID, request: CancellationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClassAnswer:
    """Give your class up; who has no outcome is withdrawn.

    An officer of its county or above stops a class with this; then who completed it is withdrawn too.
    """
    return ClassAnswer.of(await usecases.cancel(connection, class_id, reason=request.reason, caller=caller, at=at))
