"""Licences over HTTP: record, decide, list."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from services.registry.classes.usecases import visible_class
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.licences import store, usecases
from services.registry.licences.rules import LicenceDays, LicenceVerb
from services.registry.licences.usecases import DecisionRow, RecordRow, Verdict
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.batches import BatchAnswer, answer
from shared.contracts.registry.licences import LicenceStatus
from shared.form_errors import form_error
from shared.forms import Day, LocalId, Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.posted import DryRun, PostedRows, posting
from shared.rows import parse_posted
from shared.web import Connection, Now, router

routes = router("licences")


class LicenceRowRequest(Strict):
    """The licence of one trainee, without its number, which is the trainee's identity number."""

    local_id: LocalId
    issued_on: Annotated[Day, Field(description="The day of issue, or of the renewal")]
    valid_until: Annotated[Day, Field(description="The last day of validity, as printed on the licence")]

    def days(self) -> LicenceDays:
        return LicenceDays(self.issued_on, self.valid_until)


class LicenceDecisionRowRequest(Strict):
    local_id: LocalId
    verdict: Verdict = Field(description="confirm: found in the register of the authority that issued it")
    reason: Reason | None = Field(default=None, description="Required for a rejection")

    @model_validator(mode="after")
    def _say_why(self) -> LicenceDecisionRowRequest:
        if self.verdict is Verdict.REJECT and self.reason is None:
            raise form_error("reason_missing", "A rejection says why", "不予确认的，须填写原因。")
        return self


class LicenceAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    issued_on: date
    valid_until: date
    status: LicenceStatus
    recorded_by: str
    recorded_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None = Field(description="Why it was rejected, or is to be confirmed again")
    version: int


class LicenceEventAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: LicenceVerb
    done_by: str
    done_at: datetime
    reason: str | None
    issued_on: date
    valid_until: date


_RECORD: Final = TypeAdapter(LicenceRowRequest)
_DECISION: Final = TypeAdapter(LicenceDecisionRowRequest)


@routes.post("/classes/{class_id}/licences", response_model=BatchAnswer, openapi_extra=posting(LicenceRowRequest))
async def record_licences(
    class_id: UUID, posted: PostedRows, connection: Connection, caller: CurrentCaller, at: Now, dry_run: DryRun
) -> Response:
    """Record the special-operations licences that up to 1,000 trainees of a class were given by the authority.

    They count for a claim once an officer of the class's region, who is another person, has confirmed them. What is
    recorded again replaces what waits or was rejected.
    """
    parsed, refused = parse_posted(_RECORD, posted)
    rows = [RecordRow(place, row.local_id, row.days()) for place, row in parsed]
    outcomes = await usecases.record(connection, class_id, rows, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.post(
    "/classes/{class_id}/licence-decisions",
    response_model=BatchAnswer,
    openapi_extra=posting(LicenceDecisionRowRequest),
)
async def decide_licences(
    class_id: UUID, posted: PostedRows, connection: Connection, caller: CurrentCaller, at: Now, dry_run: DryRun
) -> Response:
    """Confirm recorded licences that you found in the issuing authority's register, or reject them with a reason.

    For an officer of the class's region who did not record them. To take a confirmation back, reject the licence.
    """
    parsed, refused = parse_posted(_DECISION, posted)
    rows = [DecisionRow(place, row.local_id, row.verdict, row.reason or "") for place, row in parsed]
    outcomes = await usecases.decide_all(connection, class_id, rows, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.get("/licences")
async def list_licences(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: LicenceStatus | None = None,
    class_id: UUID | None = None,
    institution_id: UUID | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[LicenceAnswer]:
    """Officers see the licences of their region, an institution those of its trainees. `status=recorded`: they wait."""
    far, whose = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    found = await store.page(
        connection,
        far,
        status=status,
        class_id=class_id,
        institution_id=whose,
        after=after(cursor),
        limit=size,
    )
    rows = [LicenceAnswer.model_validate(each) for each in found]
    return Page(rows=rows, next=next_cursor(found, size))


@routes.get("/licences/{enrolment_id}/history")
async def list_licence_history(
    enrolment_id: UUID, connection: Connection, caller: CurrentCaller
) -> list[LicenceEventAnswer]:
    """Every step of the training's licence: what was recorded, confirmed or rejected, by whom, when and why."""
    training = await enrolment_store.load(connection, enrolment_id)
    await visible_class(connection, training.class_id, caller)
    return [LicenceEventAnswer.model_validate(each) for each in await store.history(connection, enrolment_id)]
