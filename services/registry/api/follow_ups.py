"""Follow-ups over HTTP: what became of trainees after their training."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field, StrictInt, TypeAdapter

from services.registry.domain.follow_ups import Evidence, FollowUp, Outcome
from services.registry.store import follow_ups as store
from services.registry.usecases import follow_ups as usecases
from services.registry.usecases.classes import visible_class
from services.registry.usecases.follow_ups import FollowUpRow
from shared.auth import CurrentCaller
from shared.batches import BatchAnswer, answer, batch_of, parse_rows
from shared.forms import Batch, Day, Reason, Strict
from shared.kernel.callers import Role
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("follow-ups")


class OutcomeRequest(Strict):
    employed_on: Annotated[Day, Field(description="First day in work or of a business of their own")] | None = None
    evidence: Evidence | None = None
    pay_before_fen: Annotated[StrictInt, Field(description="Monthly mean of three months before, fen")] | None = None
    pay_after_fen: Annotated[StrictInt, Field(description="Monthly mean of three months after, fen")] | None = None

    def outcome(self) -> Outcome:
        return Outcome(self.employed_on, self.evidence, self.pay_before_fen, self.pay_after_fen)


class FollowUpRowRequest(OutcomeRequest):
    enrolment_id: UUID


class FollowUpCorrectionRequest(OutcomeRequest):
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


_ROW = TypeAdapter(FollowUpRowRequest)


@routes.post("/follow-ups", response_model=BatchAnswer, openapi_extra=batch_of(FollowUpRowRequest))
async def report(batch: Batch, connection: Connection, caller: CurrentCaller, at: Now) -> Response:
    """Report up to 1,000 trainees of completed trainings; each row is answered by itself."""
    parsed, refused = parse_rows(_ROW, batch.rows, row_id="enrolment_id")
    rows = [FollowUpRow(place, row.enrolment_id, row.outcome()) for place, row in parsed]
    return answer([*refused, *await usecases.report(connection, rows, caller=caller, at=at)])


@routes.post("/follow-ups/{enrolment_id}/correction")
async def correct(
    enrolment_id: UUID, request: FollowUpCorrectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FollowUpAnswer:
    """Put right what was reported, in full and with a reason; what stood before is kept."""
    outcome, reason = request.outcome(), request.reason
    return _answer(await usecases.correct(connection, enrolment_id, outcome, reason=reason, caller=caller, at=at))


@routes.get("/follow-ups")
async def list_follow_ups(
    class_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[FollowUpAnswer]:
    """The follow-ups of a class: for its institution and for officers of its region."""
    caller.require(Role.INSTITUTION, Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
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
