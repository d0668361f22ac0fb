"""Pass rules over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.assessment.pass_rules import usecases
from services.assessment.pass_rules.store import PASS_RULE
from shared.auth import CurrentCaller
from shared.dated_rules import rules
from shared.dated_rules.answers import (
    EndRequest,
    FigureAnswer,
    FigureRequest,
    InState,
    KnownAt,
    On,
    RejectionRequest,
)
from shared.dated_rules.rules import Provenance
from shared.web import Connection, Now, router

routes = router("pass_rules")

RowId = Annotated[str, Path(max_length=200)]


@routes.get("/pass-rules")
async def list_pass_rules(
    connection: Connection, _: CurrentCaller, on: On = None, known_at: KnownAt = None, state: InState = None
) -> list[FigureAnswer]:
    """What an exam needs, to be passed and of its place.

    Every row ever entered, or what decided on a day as it was known at a time.
    """
    rows = rules.listed(await PASS_RULE.entered_rows(connection), on=on, at=known_at, state=state)
    return [FigureAnswer.of(row) for row in rows]


@routes.post("/pass-rules", status_code=201)
async def add_pass_rule(request: FigureRequest, connection: Connection, caller: CurrentCaller, at: Now) -> FigureAnswer:
    """Propose a row, as the province. It decides nothing until another person of the province approves it.

    A row that begins within another ends that one the day before; one with the same first day replaces it.
    """
    return FigureAnswer.of(await usecases.propose(connection, request.row(by=caller.person, at=at), caller=caller))


@routes.post("/pass-rules/{row_id}/end", status_code=201)
async def end_pass_rule(
    row_id: RowId, request: EndRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FigureAnswer:
    """Propose that an approved row decides no longer than `last_on`: a new row without a value, to be approved."""
    provenance = Provenance(caller.person, at, request.reason)
    row = await usecases.end(
        connection, row_id, request.last_on, source=request.source, provenance=provenance, caller=caller
    )
    return FigureAnswer.of(row)


@routes.post("/pass-rules/{row_id}/approval")
async def approve_pass_rule(row_id: RowId, connection: Connection, caller: CurrentCaller, at: Now) -> FigureAnswer:
    """Approve a proposal, as a person of the province who did not enter it. It decides from now on."""
    return FigureAnswer.of(await usecases.approve(connection, row_id, caller=caller, at=at))


@routes.post("/pass-rules/{row_id}/rejection")
async def reject_pass_rule(
    row_id: RowId, request: RejectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FigureAnswer:
    """Refuse a proposal, or withdraw your own, with a reason."""
    return FigureAnswer.of(await usecases.reject(connection, row_id, reason=request.reason, caller=caller, at=at))
