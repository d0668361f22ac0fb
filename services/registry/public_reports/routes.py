"""Reports of the public over HTTP: filed and followed without a token, handled by officers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.flags.rules.flags import FlagVerb
from services.registry.plan.store import plan as plan_store
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from services.registry.public_reports import store, usecases
from services.registry.public_reports.rules import Misconduct, PublicReportState, ReportedKind, state_of
from services.registry.public_reports.usecases import NewReport, ReportAndFlag, ReportInFull
from shared.auth import CurrentCaller
from shared.contracts.registry.flags import FlagStatus
from shared.edge.lanes import lookup
from shared.edge.rates import address_of
from shared.forms import ENCRYPTED, HASHED, MASKED, PLAIN, VISIBLE, Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.public_requests import Lane, admit
from shared.web import Connection, CurrentPersons, Now, open_router, router

routes = router("public reports")
public_routes = open_router("public reports")


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000), VISIBLE, ENCRYPTED]


class PublicReportRequest(Strict):
    """Long numbers in the text are masked before it is stored. Without `target_id`, `region` is needed."""

    about: ReportedKind
    target_id: Annotated[UUID, Field(description="The id of the institution, class, exam session or claim")] | None = (
        None
    )
    reference: (
        Annotated[
            str,
            StringConstraints(strip_whitespace=True, min_length=2, max_length=100),
            VISIBLE,
            MASKED,
            Field(description="If you do not know its id: what it is called"),
        ]
        | None
    ) = None
    region: Annotated[str, Field(max_length=16, description="Where it happened", examples=["410102"]), PLAIN] | None = (
        None
    )
    misconduct: Misconduct
    text: Annotated[Words, Field(description="What happened, when and where")]
    contact: (
        Annotated[
            str,
            StringConstraints(strip_whitespace=True, min_length=2, max_length=100),
            VISIBLE,
            ENCRYPTED,
            Field(description="How officers may reach you; encrypted, and erased on the day in the answer"),
        ]
        | None
    ) = None

    def report(self) -> NewReport:
        return NewReport(**self.model_dump())


class ReceiptAnswer(BaseModel):
    """Keep the receipt: with it you can ask how your report stands. It is shown only once."""

    receipt: str = Field(examples=["MFRG-G3DF-MZTW-Q2LK-NNWG-23TP"])
    state: PublicReportState
    due_on: date | None = Field(description="By this day an officer answers")
    contact_erased_on: date | None


class ReceiptRequest(Strict):
    """In the body and not in the path, so that no log has it."""

    receipt: Annotated[str, Field(min_length=1, max_length=64), HASHED]


class PublicReportStateAnswer(BaseModel):
    state: PublicReportState
    received_at: datetime
    due_on: date | None
    answer: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, found: ReportAndFlag) -> PublicReportStateAnswer:
        report = found.report
        return cls(
            state=state_of(found.flag),
            received_at=report.received_at,
            due_on=found.flag.due_on,
            answer=report.answer,
            answered_at=report.answered_at,
        )


class PublicReportAnswer(BaseModel):
    """A report as officers see it; it is handled as the flag `flag_id`, which may be assigned there."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    about: ReportedKind
    target_id: UUID | None
    reference: str | None
    misconduct: Misconduct
    institution_id: UUID | None
    class_id: UUID | None
    region: str
    reporting_region: str
    received_at: datetime
    flag_id: UUID
    status: FlagStatus
    due_on: date | None
    overdue: bool
    assigned_to: str | None
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None

    @classmethod
    def at(cls, found: ReportAndFlag, *, today: date) -> PublicReportAnswer:
        flag = found.flag
        handled = {name: getattr(flag, name) for name in ("status", "due_on", "assigned_to")}
        return cls.model_validate(vars(found.report) | handled | {"overdue": flag.is_overdue(today)})


class ContactReadingAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    read_by: str
    read_at: datetime
    reason: str


class PublicReportInFull(PublicReportAnswer):
    """With the reporter's words; `contact_readings` are who read the reporter's contact."""

    text: str
    has_contact: bool
    contact_readings: list[ContactReadingAnswer]

    @classmethod
    def in_full(cls, found: ReportInFull, *, today: date) -> PublicReportInFull:
        shown = PublicReportAnswer.at(ReportAndFlag(found.report, found.flag), today=today)
        readings = [ContactReadingAnswer.model_validate(each) for each in found.readings]
        return cls(**dict(shown), text=found.text, has_contact=found.has_contact, contact_readings=readings)


class ContactRequest(Strict):
    reason: Reason


class ContactAnswer(BaseModel):
    contact: str


class ReportAnswerRequest(Strict):
    """`reason` is for the file; `answer` is what the reporter reads."""

    verdict: Literal[FlagVerb.UPHOLD, FlagVerb.DISMISS]
    reason: Reason
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1000), VISIBLE, MASKED]


class PlaceAnswer(BaseModel):
    """A place where something may have happened; `parent` is the city above a county."""

    code: str
    name_zh: str
    name_en: str
    parent: str


@public_routes.get("/public-places")
async def list_public_places(request: Request, at: Now) -> list[PlaceAnswer]:
    """The cities and counties of today, for whoever says where something happened. No token is needed."""
    today = business_day(at)
    async with request.app.state.engines.connect() as connection:
        regions = (await rulebook_store.current(connection)).plan.regions
        named = await plan_store.entries(connection, "regions")
    places = [
        (each, regions[each["code"]].on(today).parent) for each in named if regions[each["code"]].exists_on(today)
    ]
    return [PlaceAnswer.model_validate(each | {"parent": parent}) for each, parent in places if parent is not None]


@public_routes.post("/public-reports", status_code=201)
async def file_public_report(asked: PublicReportRequest, request: Request, at: Now) -> ReceiptAnswer:
    """Report an institution, a class, an exam or a claim, without a token. Its officers answer by the due day.

    Who you are is not asked for. Per address and in total, only so many reports an hour are taken.
    """
    state = request.app.state
    await _admit(request, "report", _lane(request), at=at)
    async with state.engines.begin() as connection:
        receipt, found = await usecases.file(
            connection,
            asked.report(),
            contact_days=state.settings.public_contact_days,
            persons=state.persons,
            at=at,
        )
    return ReceiptAnswer(
        receipt=receipt,
        state=state_of(found.flag),
        due_on=found.flag.due_on,
        contact_erased_on=found.report.erase_contact_on,
    )


@public_routes.post("/public-reports/state")
@lookup
async def get_public_report_state(asked: ReceiptRequest, request: Request, at: Now) -> PublicReportStateAnswer:
    """How a report stands, and the answer to it, for whoever has its receipt."""
    state = request.app.state
    await _admit(request, "state", _lane(request).of_lookups, at=at)
    async with state.engines.connect() as connection:
        found = await usecases.look_up(connection, asked.receipt, persons=state.persons)
    return PublicReportStateAnswer.of(found)


@routes.get("/public-reports")
async def list_public_reports(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: FlagStatus | None = None,
    overdue: Annotated[bool, Query(description="Only open reports past their due day")] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PublicReportAnswer]:
    """The reports of an officer's region, without their words."""
    far, today = await visibility.reach(connection, caller, region), business_day(at)
    rows = await store.page(
        connection, far, status=status, overdue_on=today if overdue else None, after=after(cursor), limit=size
    )
    found = await usecases.with_flags(connection, rows)
    return Page(rows=[PublicReportAnswer.at(each, today=today) for each in found], next=next_cursor(rows, size))


@routes.get("/public-reports/{report_id}")
async def get_public_report(
    report_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> PublicReportInFull:
    """A report with the reporter's words, for officers of its region or above."""
    found = await usecases.visible(connection, report_id, persons=persons, caller=caller)
    return PublicReportInFull.in_full(found, today=business_day(at))


@routes.post("/public-reports/{report_id}/contact-reading")
async def read_reporter_contact(
    report_id: UUID,
    asked: ContactRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ContactAnswer:
    """Read how the reporter can be reached. Who read it, when and why is kept and shown."""
    found = await usecases.read_contact(
        connection, report_id, reason=asked.reason, persons=persons, caller=caller, at=at
    )
    return ContactAnswer(contact=found)


@routes.post("/public-reports/{report_id}/answer")
async def answer_public_report(
    report_id: UUID, asked: ReportAnswerRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PublicReportAnswer:
    """Settle a report and answer its reporter."""
    found = await usecases.answer(
        connection, report_id, asked.verdict, reason=asked.reason, text=asked.answer, caller=caller, at=at
    )
    return PublicReportAnswer.at(found, today=business_day(at))


async def _admit(request: Request, use: str, lane: Lane, *, at: datetime) -> None:
    """In a transaction of its own, so that a refused request counts as well."""
    state, address = request.app.state, address_of(request)
    async with state.engines.begin() as connection:
        await admit(connection, use, address, lane, persons=state.persons, at=at)


def _lane(request: Request) -> Lane:
    settings = request.app.state.settings
    return Lane(settings.public_reports_per_address_max, settings.public_reports_max)
