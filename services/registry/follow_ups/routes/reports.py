"""Follow-ups over HTTP: employment and pay of trainees after their training."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, TypeAdapter

from services.registry.classes.usecases import visible_class
from services.registry.follow_ups import store
from services.registry.follow_ups.rules import Evidence, FollowUp
from services.registry.follow_ups.usecases import reports as usecases
from services.registry.follow_ups.usecases.forms import FollowUpRowRequest, OutcomeRequest
from services.registry.follow_ups.usecases.reports import FollowUpRow
from shared.auth import CurrentCaller
from shared.batches import BatchAnswer, answer
from shared.forms import Reason
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.posted import DryRun, PostedRows, posting
from shared.rows import parse_posted
from shared.web import Connection, Now, router

routes = router("follow-ups")


class FollowUpCorrectionRequest(OutcomeRequest):
    reason: Reason


class FollowUpCorrectionRowRequest(FollowUpRowRequest):
    reason: Reason


class FollowUpAnswer(BaseModel):
    enrolment_id: UUID
    employed_on: date | None
    evidence: Evidence | None
    pay_before_fen: int | None
    pay_after_fen: int | None
    reported_at: datetime
    version: int

    @property
    def id(self) -> UUID:
        return self.enrolment_id


_ROW: Final = TypeAdapter(FollowUpRowRequest)
_CORRECTION: Final = TypeAdapter(FollowUpCorrectionRowRequest)


@routes.post("/follow-ups", response_model=BatchAnswer, openapi_extra=posting(FollowUpRowRequest))
async def report_follow_ups(
    posted: PostedRows, connection: Connection, caller: CurrentCaller, at: Now, dry_run: DryRun
) -> Response:
    """Report up to 1,000 trainees of completed trainings, as JSON or NDJSON; each row is answered by itself.

    Send a row again with values that become known later, such as pay after some months: omitted fields do not change.
    """
    parsed, refused = parse_posted(_ROW, posted, row_id="trainee_local_id")
    rows = [FollowUpRow(place, row.whose(), row.outcome()) for place, row in parsed]
    outcomes = await usecases.report(connection, rows, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.post("/follow-up-corrections", response_model=BatchAnswer, openapi_extra=posting(FollowUpCorrectionRowRequest))
async def correct_follow_ups(
    posted: PostedRows, connection: Connection, caller: CurrentCaller, at: Now, dry_run: DryRun
) -> Response:
    """Correct up to 1,000 follow-ups, each in full and with a reason; the earlier version is kept."""
    parsed, refused = parse_posted(_CORRECTION, posted, row_id="trainee_local_id")
    rows = [FollowUpRow(place, row.whose(), row.outcome(), row.reason) for place, row in parsed]
    outcomes = await usecases.correct_all(connection, rows, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.post("/follow-ups/{enrolment_id}/correction")
async def correct_follow_up(
    enrolment_id: UUID, request: FollowUpCorrectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FollowUpAnswer:
    """Correct a follow-up, in full and with a reason; the earlier version is kept."""
    outcome, reason = request.outcome(), request.reason
    return _answer(await usecases.correct(connection, enrolment_id, outcome, reason=reason, caller=caller, at=at))


@routes.get("/follow-ups")
async def list_follow_ups(
    class_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[FollowUpAnswer]:
    """The follow-ups of a class: for its institution and for officers of its region."""
    await visible_class(connection, class_id, caller)
    found = await store.of_class(connection, class_id, after=after(cursor), limit=size)
    rows = [_answer(each) for each in found]
    return Page(rows=rows, next=next_cursor(rows, size))


def _answer(each: FollowUp) -> FollowUpAnswer:
    said = each.outcome
    return FollowUpAnswer(
        enrolment_id=each.enrolment_id,
        employed_on=said.employed_on,
        evidence=said.evidence,
        pay_before_fen=said.pay_before_fen,
        pay_after_fen=said.pay_after_fen,
        reported_at=each.reported_at,
        version=each.version,
    )
