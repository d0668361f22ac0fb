"""Flags about exams over HTTP: lists, whose each is, settlement; inspections, fees, relations; public hit rates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.assessment.sight.usecases import sight
from services.assessment.supervision import store, usecases
from services.assessment.supervision.rules.flags import ExamFlag, FlagStatus, FlagVerb, HitRate
from services.assessment.supervision.rules.inspections import Inspection, Manner
from services.assessment.supervision.rules.kinds import KINDS, FlagKind
from services.assessment.supervision.rules.seen import Fee
from services.assessment.supervision.store import BodyRelation
from services.assessment.supervision.usecases import SUPERVISION_RULES
from shared.auth import CurrentCaller
from shared.dated_rules.answers import FigureAnswer, FigureRequest
from shared.dated_rules.routes import add_rule_routes
from shared.forms import PLAIN, Day, LocalId, Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, open_router, router

routes = router("supervision")
public_routes = open_router("supervision")

add_rule_routes(
    routes,
    SUPERVISION_RULES,
    "/supervision-rules",
    name="supervision_rule",
    request=FigureRequest,
    answer=FigureAnswer,
    about="From where on an exam or a body is flagged: every row ever entered, or what decided on a day.",
)


class ExamFlagSettlementRequest(Strict):
    verdict: Literal[FlagVerb.UPHOLD, FlagVerb.DISMISS]
    reason: Reason


class ExamFlagReasonRequest(Strict):
    reason: Reason


class ExamFlagAssignmentRequest(Strict):
    """Without `person`, the flag goes back to its region."""

    person: Annotated[LocalId, Field(description="The person as their token names them")] | None = None
    reason: Reason


class ExamInspectionRequest(Strict):
    """`holds`: what was found has to be settled before the session is concluded."""

    manner: Manner
    inspected_on: Day
    found: Reason
    holds: bool = False


class SessionFeeRequest(Strict):
    """`subsidised`: the body claims the assessment subsidy for these candidates."""

    fee_fen: Annotated[int, Field(ge=0, le=10_000_000, description="What each candidate is charged")]
    subsidised: bool


class BodyRelationRequest(Strict):
    institution_code: Annotated[
        str, Field(min_length=18, max_length=18, pattern=r"^[0-9A-Z]+$", description="Its credit code"), PLAIN
    ]
    ground: Reason


class ExamFlagAnswer(BaseModel):
    """`facts` is the evidence; `holds`: the session waits until the flag is dismissed. It is overdue after `due_on`."""

    id: UUID
    check: str
    kind: FlagKind
    title_en: str
    title_zh: str
    session_id: UUID
    body_id: UUID
    region: str
    reporting_region: str
    holds: bool
    facts: dict[str, Any]
    raised_at: datetime
    due_on: date
    assigned_to: str | None
    status: FlagStatus
    settled_by: str | None
    settled_at: datetime | None
    settling_reason: str | None
    version: int

    @classmethod
    def of(cls, flag: ExamFlag) -> Self:
        words = KINDS[flag.kind]
        same = {name: getattr(flag, name) for name in cls.model_fields if not name.startswith("title")}
        return cls(**same, title_en=words.title_en, title_zh=words.title_zh)


class ExamFlagStepAnswer(BaseModel):
    version: int
    verb: str
    by: str
    at: datetime
    reason: str
    assigned_to: str | None


class ExamFlagHistoryAnswer(BaseModel):
    rows: list[ExamFlagStepAnswer]


class ExamInspectionAnswer(BaseModel):
    """`flag_id` is the flag of a finding that holds the session."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    session_id: UUID
    manner: Manner
    inspected_on: date
    found: str
    flag_id: UUID | None
    inspected_by: str
    entered_at: datetime


class SessionFeeAnswer(BaseModel):
    fee_fen: int
    subsidised: bool


class BodyRelationAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    body_id: UUID
    institution_code: str
    ground: str
    declared_by: str
    declared_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    ending_reason: str | None


class ExamFlagRateAnswer(BaseModel):
    """What became of the flags of one kind; `upheld_permille` is the share of the settled ones, in thousandths."""

    kind: FlagKind
    check: str
    title_en: str
    title_zh: str
    raised: int
    upheld: int
    dismissed: int
    open: int
    overdue: int
    upheld_permille: int | None

    @classmethod
    def of(cls, rate: HitRate) -> Self:
        about = KINDS[rate.kind]
        words = {"check": about.check, "title_en": about.title_en, "title_zh": about.title_zh}
        return cls(**rate._asdict(), **words, upheld_permille=rate.upheld_permille)


class ExamFlagRatesAnswer(BaseModel):
    rows: list[ExamFlagRateAnswer]


@routes.get("/exam-flags")
async def list_exam_flags(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: FlagStatus | None = None,
    kind: FlagKind | None = None,
    session_id: UUID | None = None,
    body_id: UUID | None = None,
    overdue: Annotated[bool, Query(description="Only open flags past their due day")] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ExamFlagAnswer]:
    """Flags about exams of an officer's region, or of bodies from there. Bodies do not see them."""
    rows = await store.page(
        connection,
        await sight(connection, caller, region=region),
        status=status,
        kind=kind,
        session_id=session_id,
        body_id=body_id,
        overdue_on=business_day(at) if overdue else None,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[ExamFlagAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/exam-flags/{exam_flag_id}")
async def get_exam_flag(exam_flag_id: UUID, connection: Connection, caller: CurrentCaller) -> ExamFlagAnswer:
    return ExamFlagAnswer.of(await usecases.visible(connection, exam_flag_id, caller))


@routes.get("/exam-flags/{exam_flag_id}/history")
async def get_exam_flag_history(
    exam_flag_id: UUID, connection: Connection, caller: CurrentCaller
) -> ExamFlagHistoryAnswer:
    """Every step after the flag was raised, with person, time and reason."""
    await usecases.visible(connection, exam_flag_id, caller)
    steps = await store.steps(connection, exam_flag_id)
    return ExamFlagHistoryAnswer(
        rows=[
            ExamFlagStepAnswer(**{name: value for name, value in each._asdict().items() if name != "flag_id"})
            for each in steps
        ]
    )


@routes.post("/exam-flags/{exam_flag_id}/settlement")
async def settle_exam_flag(
    exam_flag_id: UUID,
    request: ExamFlagSettlementRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ExamFlagAnswer:
    """Say what came of a flag, with a reason: upheld or dismissed. One that holds goes on holding while upheld."""
    settled = await usecases.settle(
        connection, exam_flag_id, request.verdict, reason=request.reason, caller=caller, at=at
    )
    return ExamFlagAnswer.of(settled)


@routes.post("/exam-flags/{exam_flag_id}/reopening")
async def reopen_exam_flag(
    exam_flag_id: UUID, request: ExamFlagReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ExamFlagAnswer:
    """Take a settlement back, with a reason: the flag is open again and gets a new due day."""
    return ExamFlagAnswer.of(
        await usecases.reopen(connection, exam_flag_id, reason=request.reason, caller=caller, at=at)
    )


@routes.post("/exam-flags/{exam_flag_id}/assignment")
async def assign_exam_flag(
    exam_flag_id: UUID,
    request: ExamFlagAssignmentRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ExamFlagAnswer:
    """Give an open flag to a person, or back to its region."""
    assigned = await usecases.assign(
        connection, exam_flag_id, request.person, reason=request.reason, caller=caller, at=at
    )
    return ExamFlagAnswer.of(assigned)


@routes.post("/sessions/{session_id}/inspections", status_code=201, response_model=ExamInspectionAnswer)
async def inspect_session(
    session_id: UUID, request: ExamInspectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Inspection:
    """Enter an inspection, on site or by video. A finding that holds is a flag, and the session waits for it."""
    return await usecases.inspect(
        connection,
        session_id,
        request.manner,
        inspected_on=request.inspected_on,
        found=request.found,
        holds=request.holds,
        caller=caller,
        at=at,
    )


@routes.get("/sessions/{session_id}/inspections", response_model=list[ExamInspectionAnswer])
async def list_session_inspections(session_id: UUID, connection: Connection, caller: CurrentCaller) -> list[Inspection]:
    """The inspections of a session, oldest first. Its body sees them, too."""
    return await usecases.inspections(connection, session_id, caller=caller)


@routes.post("/sessions/{session_id}/fee")
async def state_session_fee(
    session_id: UUID, request: SessionFeeRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> SessionFeeAnswer:
    """State what candidates are charged, and whether the assessment is subsidised. The last statement counts."""
    stated = Fee(request.fee_fen, request.subsidised)
    return SessionFeeAnswer(
        **(await usecases.state_fee(connection, session_id, stated, caller=caller, at=at))._asdict()
    )


@routes.post("/bodies/{body_id}/relations", status_code=201, response_model=BodyRelationAnswer)
async def declare_body_relation(
    body_id: UUID, request: BodyRelationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> BodyRelation:
    """Declare that a body is related to a training institution: its exams of classes from there are flagged."""
    return await usecases.declare(
        connection, body_id, request.institution_code, ground=request.ground, caller=caller, at=at
    )


@routes.get("/bodies/{body_id}/relations", response_model=list[BodyRelationAnswer])
async def list_body_relations(body_id: UUID, connection: Connection, caller: CurrentCaller) -> list[BodyRelation]:
    """The relations of a body that were declared, oldest first."""
    return await usecases.relations(connection, body_id, caller=caller)


@routes.post("/relations/{relation_id}/ending", response_model=BodyRelationAnswer)
async def end_body_relation(
    relation_id: UUID, request: ExamFlagReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> BodyRelation:
    """End a relation that was declared, as an officer: it is over, or was declared by mistake."""
    return await usecases.end_relation(connection, relation_id, reason=request.reason, caller=caller, at=at)


@public_routes.get("/exam-flag-rates")
async def get_exam_flag_rates(request: Request, at: Now, first_on: Day, last_on: Day) -> ExamFlagRatesAnswer:
    """Hit rates of every rule that flags exams: of the flags raised on these days, how many were upheld. Public."""
    async with request.app.state.engines.connect() as connection:
        found = await usecases.hit_rates(connection, first_on=first_on, last_on=last_on, at=at)
    return ExamFlagRatesAnswer(rows=[ExamFlagRateAnswer.of(each) for each in found])
