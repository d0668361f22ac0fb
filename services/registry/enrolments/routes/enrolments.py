"""Single enrolments: withdrawal, deferral, resumption, transfer, correction, and their history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field

from services.registry.classes.rules.limits import HOURS_MAX
from services.registry.enrolments.routes.schemas import EnrolmentAnswer, TraineeAnswer
from services.registry.enrolments.rules.enrolments import Correction, Enrolment
from services.registry.enrolments.rules.history import EnrolmentEvent
from services.registry.enrolments.rules.trainees import GroupEvidence, PriorityGroup
from services.registry.enrolments.store import enrolments as store
from services.registry.enrolments.usecases import enrolments as usecases
from services.registry.enrolments.usecases import reinstatement
from services.registry.enrolments.usecases.enrolments import Destination, StepDetails
from services.registry.enrolments.usecases.forms import ConsentEntry, GroupEntry, Tag
from shared.auth import CurrentCaller
from shared.contracts.registry.enrolments import EmploymentState, EnrolmentStatus
from shared.dated_rules.answers import GroundsAnswer
from shared.forms import PLAIN, Day, LocalId, Reason, Strict
from shared.web import Connection, CurrentPersons, Now, router

routes = router("enrolments")


class StepRequest(Strict):
    reason: Reason | None = None


class EnrolmentEndingRequest(StepRequest):
    on: Day | None = Field(default=None, description="The first day without training; today if omitted")


class TransferRequest(Strict):
    class_id: UUID
    local_id: LocalId
    reason: Reason


class EnrolmentReinstatementRequest(Strict):
    reason: Reason


class EnrolmentCorrectionRequest(Strict):
    """The values to correct; omitted fields stay as they are."""

    reason: Reason
    programme: Annotated[str, Field(max_length=16), PLAIN] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    hours: Annotated[int, Field(ge=0, le=HOURS_MAX, strict=True)] | None = None
    employment: EmploymentState | None = None
    groups: list[GroupEntry] | None = Field(
        default=None,
        max_length=len(PriorityGroup),
        description="All priority groups of the trainee with their evidence; they replace the earlier ones",
    )
    birth_date: Day | None = None
    draws_pension: bool | None = Field(default=None, strict=True)
    consent: ConsentEntry | None = None

    def correction(self) -> Correction:
        groups, consent = self.groups, self.consent
        return Correction(
            programme=self.programme,
            tags=None if self.tags is None else tuple(self.tags),
            hours=self.hours,
            employment=self.employment,
            groups=None
            if groups is None
            else tuple(GroupEvidence(each.group, each.evidence, each.dated_on) for each in groups),
            birth_date=self.birth_date,
            draws_pension=self.draws_pension,
            consented_on=None if consent is None else consent.on,
            consent_version=None if consent is None else consent.version,
        )


class ValueChangeAnswer(BaseModel):
    """A value before and after; its type is the field's."""

    from_: Any = Field(alias="from")
    to: Any


class EventAnswer(BaseModel):
    """One step, with the state and the days after it."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: str
    done_by: str
    done_at: datetime
    reason: str | None
    status: EnrolmentStatus
    from_on: date
    until_on: date
    changed: dict[str, ValueChangeAnswer | None] = Field(
        description="Old (`from`) and new (`to`) value by field name; null if the values are stored encrypted"
    )
    grounds: GroundsAnswer | None = Field(description="The rows of policy and catalogue that an outcome was decided by")


def _details(request: StepRequest | None) -> StepDetails:
    if request is None:
        return StepDetails()
    return StepDetails(request.reason, request.on if isinstance(request, EnrolmentEndingRequest) else None)


@routes.get("/enrolments/{enrolment_id}")
async def get_enrolment(
    enrolment_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> TraineeAnswer:
    """An enrolment with its trainee, masked. An institution sees its own, officers those of their region."""
    enrolment = await usecases.visible(connection, enrolment_id, caller=caller)
    sealed = await store.sealed_trainees(connection, [enrolment.person])
    known = EnrolmentAnswer.model_validate(enrolment).model_dump()
    return TraineeAnswer(**known, **persons.shown(sealed[enrolment.person]))


@routes.get("/enrolments/{enrolment_id}/history", response_model=list[EventAnswer])
async def list_enrolment_history(
    enrolment_id: UUID, connection: Connection, caller: CurrentCaller
) -> list[EnrolmentEvent]:
    """The entry and every later step, oldest first: author, time, reason and changes."""
    return await usecases.history(connection, enrolment_id, caller=caller)


@routes.post("/enrolments/{enrolment_id}/withdrawal", response_model=EnrolmentAnswer)
async def withdraw_enrolment(
    enrolment_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    request: Annotated[EnrolmentEndingRequest | None, Body()] = None,
) -> Enrolment:
    """Withdraw a trainee, also after a wrong outcome (then with a reason). Totals follow.

    The person can be in another class from the day of the withdrawal. For the institution, and with a reason for
    officers of the region.
    """
    return await usecases.withdraw(connection, enrolment_id, _details(request), caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/deferral", response_model=EnrolmentAnswer)
async def defer_enrolment(
    enrolment_id: UUID, request: EnrolmentEndingRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Enrolment:
    """Interrupt a training. The seat stays taken; the class can be completed without the trainee.

    For the institution, and with a reason for officers of the region.
    """
    return await usecases.defer(connection, enrolment_id, _details(request), caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/resumption", response_model=EnrolmentAnswer)
async def resume_enrolment(
    enrolment_id: UUID, request: StepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Enrolment:
    """Resume a deferred training in its class, from today to the last day of the class."""
    return await usecases.resume(connection, enrolment_id, _details(request), caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/transfer", status_code=201, response_model=EnrolmentAnswer)
async def transfer_enrolment(
    enrolment_id: UUID,
    request: TransferRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Enrolment:
    """Transfer a trainee to another class of the same occupation and level; returns the new enrolment.

    Institutions transfer among their own classes, officers of the region also to another institution. Each class
    counts its own hours. The trainee must meet the entry conditions of the new class.
    """
    to = Destination(request.class_id, request.local_id)
    details = StepDetails(request.reason)
    return await usecases.transfer(connection, enrolment_id, to, details, persons=persons, caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/reinstatement", response_model=EnrolmentAnswer)
async def reinstate_enrolment(
    enrolment_id: UUID, request: EnrolmentReinstatementRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Enrolment:
    """Take back a withdrawal or transfer that was a mistake: state, days and totals are as before it.

    For officers of the region. The days must still be free, and a seat. A transfer can be taken back while the trainee
    has neither attendance nor an outcome in the other class.
    """
    return await reinstatement.reinstate(connection, enrolment_id, reason=request.reason, caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/correction", response_model=EnrolmentAnswer)
async def correct_enrolment(
    enrolment_id: UUID,
    request: EnrolmentCorrectionRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Enrolment:
    """Correct particulars stated at entry, or the hours. Omitted fields stay; earlier values are kept. Totals follow.

    Hours that come from attendance are corrected by editing the attendance of the day. For the institution, and for
    officers of the region.
    """
    return await usecases.correct(
        connection,
        enrolment_id,
        request.correction(),
        reason=request.reason,
        persons=persons,
        caller=caller,
        at=at,
    )
