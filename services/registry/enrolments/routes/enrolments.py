"""Single enrolments: withdrawal, deferral, resumption, transfer, correction, and their history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Request
from pydantic import BaseModel, ConfigDict, Field

from services.registry.classes.rules.limits import HOURS_MAX
from services.registry.enrolments.routes.schemas import EnrolmentAnswer, TraineeAnswer
from services.registry.enrolments.rules.enrolments import Correction, Enrolment
from services.registry.enrolments.rules.history import EnrolmentEvent
from services.registry.enrolments.rules.trainees import GroupEvidence, PriorityGroup
from services.registry.enrolments.store import enrolments as store
from services.registry.enrolments.usecases import enrolments as usecases
from services.registry.enrolments.usecases.enrolments import Destination, Said
from services.registry.enrolments.usecases.forms import ConsentEntry, GroupEntry, Tag
from shared.auth import CurrentCaller
from shared.contracts.registry import EmploymentState, EnrolmentStatus
from shared.forms import Day, LocalId, Reason, Strict
from shared.persons import Persons
from shared.web import Connection, Now, router

routes = router("enrolments")


class StepRequest(Strict):
    reason: Reason | None = None


class EnrolmentEndingRequest(StepRequest):
    on: Day | None = Field(default=None, description="The first day without training; today where left out")


class TransferRequest(Strict):
    class_id: UUID
    local_id: LocalId
    reason: Reason


class EnrolmentCorrectionRequest(Strict):
    """What is to become another; what is left out stays as it is."""

    reason: Reason
    programme: Annotated[str, Field(max_length=16)] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    hours: Annotated[int, Field(ge=0, le=HOURS_MAX, strict=True)] | None = None
    employment: EmploymentState | None = None
    groups: list[GroupEntry] | None = Field(
        default=None,
        max_length=len(PriorityGroup),
        description="All priority groups of the trainee with their evidence, in the place of those that were said",
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
    """One step, with the state and the days that it led to."""

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
        description="By name, what it was (`from`) and became (`to`); null where the values are sealed"
    )


def _said(request: StepRequest | None) -> Said:
    if request is None:
        return Said()
    return Said(request.reason, request.on if isinstance(request, EnrolmentEndingRequest) else None)


@routes.get("/enrolments/{enrolment_id}")
async def get_enrolment(
    enrolment_id: UUID, request: Request, connection: Connection, caller: CurrentCaller
) -> TraineeAnswer:
    """An enrolment with its trainee, masked. An institution sees its own, officers those of their region."""
    enrolment = await usecases.visible(connection, enrolment_id, caller=caller)
    persons: Persons = request.app.state.persons
    sealed = await store.sealed_trainees(connection, [enrolment.person])
    known = EnrolmentAnswer.model_validate(enrolment).model_dump()
    return TraineeAnswer(**known, **persons.shown(sealed[enrolment.person]))


@routes.get("/enrolments/{enrolment_id}/history", response_model=list[EventAnswer])
async def list_enrolment_history(
    enrolment_id: UUID, connection: Connection, caller: CurrentCaller
) -> list[EnrolmentEvent]:
    """The entry and every step after it, oldest first: who took it, when, why, and what changed."""
    return await usecases.history(connection, enrolment_id, caller=caller)


@routes.post("/enrolments/{enrolment_id}/withdrawal", response_model=EnrolmentAnswer)
async def withdraw_enrolment(
    enrolment_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    request: Annotated[EnrolmentEndingRequest | None, Body()] = None,
) -> Enrolment:
    """Take a trainee out, also one whose completion turned out to be wrong (then with a reason); totals follow.

    From the day of the withdrawal on the person can be in another class. For the institution, and with a reason for
    officers of the region.
    """
    return await usecases.withdraw(connection, enrolment_id, _said(request), caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/deferral", response_model=EnrolmentAnswer)
async def defer_enrolment(
    enrolment_id: UUID, request: EnrolmentEndingRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Enrolment:
    """Interrupt a training. The seat stays taken; the class can be completed without the trainee.

    For the institution, and with a reason for officers of the region.
    """
    return await usecases.defer(connection, enrolment_id, _said(request), caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/resumption", response_model=EnrolmentAnswer)
async def resume_enrolment(
    enrolment_id: UUID, request: StepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Enrolment:
    """Let a deferred trainee go on in their class, from today to its last day."""
    return await usecases.resume(connection, enrolment_id, _said(request), caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/transfer", status_code=201, response_model=EnrolmentAnswer)
async def transfer_enrolment(
    enrolment_id: UUID, request: TransferRequest, http: Request, connection: Connection, caller: CurrentCaller, at: Now
) -> Enrolment:
    """Let a trainee go on in another class of the same occupation and level, as the enrolment that is answered.

    Institutions transfer among their own classes, officers of the region also to another institution. Each class
    counts the hours of its own. Who could not be enrolled there cannot be transferred there either.
    """
    to = Destination(request.class_id, request.local_id)
    persons: Persons = http.app.state.persons
    said = Said(request.reason)
    return await usecases.transfer(connection, enrolment_id, to, said, persons=persons, caller=caller, at=at)


@routes.post("/enrolments/{enrolment_id}/correction", response_model=EnrolmentAnswer)
async def correct_enrolment(
    enrolment_id: UUID,
    request: EnrolmentCorrectionRequest,
    http: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Enrolment:
    """Put what was entered, or the hours, right; what is left out stays, what was said before is kept. Totals follow.

    Hours that follow from attendance are put right there, by an edit of the day. For the institution, and for officers
    of the region.
    """
    persons: Persons = http.app.state.persons
    return await usecases.correct(
        connection,
        enrolment_id,
        request.correction(),
        reason=request.reason,
        persons=persons,
        caller=caller,
        at=at,
    )
