"""Objections over HTTP: filed and followed without a token, answered by reviewers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.objections import usecases
from services.subsidy.objections.rules import Objection, ObjectionStatus, ObjectionVerb
from services.subsidy.objections.usecases import ObjectionInFull
from shared.auth import CurrentCaller
from shared.edge.lanes import lookup
from shared.edge.rates import address_of
from shared.forms import ENCRYPTED, HASHED, MASKED, VISIBLE, Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.public_requests import Lane, admit
from shared.web import Connection, CurrentPersons, Now, open_router, router

routes = router("objections")
public_routes = open_router("objections")

_IN_TIME = (
    "The line is stopped: nothing is paid for it before the objection is answered.",
    "该明细已暂停办理，异议答复之前不予拨付。",
)
_LATE = (
    (
        "The publicity is over, so the objection stops nothing by itself. It is answered all the same; upheld, "
        "it stops the line or gets its money back."
    ),
    "公示期已结束，该异议本身不暂停办理，但仍将核查并答复；经查属实的，停止拨付或依法追回。",
)


class ObjectionRequest(Strict):
    """Long numbers in the text are masked before it is stored."""

    claim_id: Annotated[UUID, Field(description="As in the list of what is public")]
    line: Annotated[int, Field(ge=1, le=100_000, strict=True)]
    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=10, max_length=2000),
        VISIBLE,
        ENCRYPTED,
        Field(description="What is not right, and how you know"),
    ]
    contact: (
        Annotated[
            str,
            StringConstraints(strip_whitespace=True, min_length=2, max_length=100),
            VISIBLE,
            ENCRYPTED,
            Field(description="How reviewers may reach you; encrypted, and erased on the day in the answer"),
        ]
        | None
    ) = None


class ObjectionReceiptAnswer(BaseModel):
    """Keep the receipt: with it you can ask how your objection stands. It is shown only once."""

    receipt: str = Field(examples=["MFRG-G3DF-MZTW-Q2LK-NNWG-23TP"])
    late: bool = Field(description="Whether the publicity was over")
    due_on: date | None = Field(description="By this day a reviewer answers")
    contact_erased_on: date | None
    effect_en: str
    effect_zh: str


class ObjectionLookupRequest(Strict):
    """In the body and not in the path, so that no log has it."""

    receipt: Annotated[str, Field(min_length=1, max_length=64), HASHED]


class ObjectionStateAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    status: ObjectionStatus
    received_at: datetime
    late: bool
    due_on: date | None
    answer: str | None
    answered_at: datetime | None


class ObjectionAnswer(BaseModel):
    """An objection as reviewers see it in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    claim_id: UUID
    line: int
    class_id: UUID = Field(
        description="What the claim was built from: the class; in a claim for an assessment its `exam_id`"
    )
    institution_id: UUID
    region: str
    reporting_region: str
    received_at: datetime
    late: bool
    due_on: date | None
    overdue: bool
    status: ObjectionStatus
    reason: str | None
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None

    @classmethod
    def at(cls, objection: Objection, *, today: date) -> Self:
        return cls.model_validate(vars(objection) | {"overdue": objection.is_overdue(today)})


class ObjectionContactReadingAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    read_by: str
    read_at: datetime
    reason: str


class ObjectionWithWords(ObjectionAnswer):
    """With the objector's words; `contact_readings` are who read the objector's contact."""

    text: str
    has_contact: bool
    contact_readings: list[ObjectionContactReadingAnswer]

    @classmethod
    def in_full(cls, found: ObjectionInFull, *, today: date) -> ObjectionWithWords:
        shown = ObjectionAnswer.at(found.objection, today=today)
        readings = [ObjectionContactReadingAnswer.model_validate(each) for each in found.readings]
        return cls(**dict(shown), text=found.text, has_contact=found.has_contact, contact_readings=readings)


class ObjectionContactRequest(Strict):
    reason: Reason


class ObjectionContactAnswer(BaseModel):
    contact: str


class ObjectionVerdictRequest(Strict):
    """`reason` is for the file; `answer` is what the objector reads."""

    verdict: Literal[ObjectionVerb.UPHOLD, ObjectionVerb.DISMISS]
    reason: Reason
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000), VISIBLE, MASKED]


@public_routes.post("/objections", status_code=201)
async def file_objection(asked: ObjectionRequest, request: Request, at: Now) -> ObjectionReceiptAnswer:
    """Object to a line of a claim that is public, or was, without a token.

    In time, it stops the line until a reviewer has answered by the due day. Who you are is not asked for. Per address
    and in total, only so many objections an hour are taken.
    """
    state = request.app.state
    await _admit(request, "objection", _lane(request), at=at)
    async with state.engines.begin() as connection:
        receipt, objection = await usecases.file(
            connection,
            **asked.model_dump(),
            contact_days=state.settings.public_contact_days,
            persons=state.persons,
            at=at,
        )
    effect_en, effect_zh = _LATE if objection.late else _IN_TIME
    return ObjectionReceiptAnswer(
        receipt=receipt,
        late=objection.late,
        due_on=objection.due_on,
        contact_erased_on=objection.erase_contact_on,
        effect_en=effect_en,
        effect_zh=effect_zh,
    )


@public_routes.post("/objections/state")
@lookup
async def get_objection_state(asked: ObjectionLookupRequest, request: Request, at: Now) -> ObjectionStateAnswer:
    """How an objection stands, and the answer to it, for whoever has its receipt."""
    state = request.app.state
    await _admit(request, "objection-state", _lane(request).of_lookups, at=at)
    async with state.engines.connect() as connection:
        found = await usecases.look_up(connection, asked.receipt, persons=state.persons)
    return ObjectionStateAnswer.model_validate(found)


@routes.get("/objections")
async def list_objections(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: ObjectionStatus | None = None,
    claim_id: UUID | None = None,
    overdue: Annotated[bool, Query(description="Only open objections past their due day")] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ObjectionAnswer]:
    """Objections to claims of the caller's region and below, without their words."""
    today = business_day(at)
    rows = await usecases.page(
        connection,
        region=region,
        status=status,
        claim_id=claim_id,
        overdue_on=today if overdue else None,
        caller=caller,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[ObjectionAnswer.at(row, today=today) for row in rows], next=next_cursor(rows, size))


@routes.get("/objections/{objection_id}")
async def get_objection(
    objection_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ObjectionWithWords:
    """An objection with its words, for reviewers of its region or above."""
    found = await usecases.visible(connection, objection_id, persons=persons, caller=caller)
    return ObjectionWithWords.in_full(found, today=business_day(at))


@routes.post("/objections/{objection_id}/contact-reading")
async def read_objector_contact(
    objection_id: UUID,
    asked: ObjectionContactRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ObjectionContactAnswer:
    """Read how the objector can be reached. Who read it, when and why is kept and shown."""
    found = await usecases.read_contact(
        connection, objection_id, reason=asked.reason, persons=persons, caller=caller, at=at
    )
    return ObjectionContactAnswer(contact=found)


@routes.post("/objections/{objection_id}/answer")
async def answer_objection(
    objection_id: UUID, asked: ObjectionVerdictRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ObjectionAnswer:
    """Answer an objection, as a reviewer of its region or above who neither prepared nor reviewed the claim.

    Upheld, its line pays nothing; if it is paid already, it is owed back, and its recovery is proposed.
    """
    found = await usecases.answer(
        connection, objection_id, asked.verdict, reason=asked.reason, text=asked.answer, caller=caller, at=at
    )
    return ObjectionAnswer.at(found, today=business_day(at))


async def _admit(request: Request, use: str, lane: Lane, *, at: datetime) -> None:
    """In a transaction of its own, so that a refused request counts as well."""
    state, address = request.app.state, address_of(request)
    async with state.engines.begin() as connection:
        await admit(connection, use, address, lane, persons=state.persons, at=at)


def _lane(request: Request) -> Lane:
    settings = request.app.state.settings
    return Lane(settings.public_objections_per_address_max, settings.public_objections_max)
