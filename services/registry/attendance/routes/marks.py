"""Attendance: marks in batches, and the hours that follow from them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import Query, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from services.registry.attendance.routes.schemas import DayAnswer, EditAnswer
from services.registry.attendance.rules.hours import share
from services.registry.attendance.rules.marks import Direction, Method
from services.registry.attendance.store import edits as edit_store
from services.registry.attendance.store import hours as store
from services.registry.attendance.store import marks as mark_store
from services.registry.attendance.usecases import marks as usecases
from services.registry.attendance.usecases.marks import MarkRow
from services.registry.classes.usecases import visible_class
from services.registry.enrolments.rules.outcomes import Attended
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import outcomes as outcome_store
from services.registry.enrolments.usecases.forms import TrainingReference
from shared.auth import CurrentCaller
from shared.batches import BatchAnswer, answer
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.form_errors import form_error
from shared.forms import PLAIN, Day, Instant, LocalId, no_personal_number
from shared.kernel.periods import BUSINESS_ZONE, business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.posted import DryRun, PostedRows, posting
from shared.rows import parse_posted
from shared.web import Connection, Now, router

routes = router("attendance")


def _text(at: object) -> object:
    # A number could be seconds or milliseconds since 1970.
    if not isinstance(at, str):
        raise form_error(
            "datetime_text",
            "Give date, time and zone as text: 2025-03-05T08:58:12+08:00",
            "请以文本填写日期、时间和时区，如 2025-03-05T08:58:12+08:00。",
        )
    return at


def _imaginable(at: datetime) -> datetime:
    if not 2000 <= at.year < 2100:
        raise form_error("datetime_range", "The device clock is wrong by many years", "设备时钟有误，相差多年。")
    return at


Device = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$"),
    AfterValidator(no_personal_number),
    Field(description="Your own name for the device; for `qr` the trainee's phone that read the code"),
]


class MarkRequest(TrainingReference):
    """One check-in or check-out. Of a face comparison only the result is accepted; a picture or a template is refused
    as an unknown field.

    A failed comparison is stored and does not count.
    """

    reference_fault = "whose_mark"

    local_id: LocalId
    direction: Direction
    at: Annotated[Instant, BeforeValidator(_text), AfterValidator(_imaginable)]
    method: Method
    device: Device | None = Field(default=None, description="Required, except for `hand`")
    site: Annotated[str, Field(max_length=64), PLAIN] | None = Field(
        default=None, description="local_id of the site; the class's site if omitted"
    )
    score: Annotated[int, Field(ge=0, le=100, strict=True)] | None = Field(
        default=None, description="How well the faces matched; optional, for `face` only"
    )
    matched: Annotated[bool, Field(strict=True)] | None = Field(
        default=None, description="Whether the faces matched; required for `face`"
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.device is None) is not (self.method is Method.HAND):
            raise form_error(
                "which_device", "Give the device, unless the mark was made by hand", "非人工登记的打卡须填写设备。"
            )
        if self.score is not None and self.method is not Method.FACE:
            raise form_error("score_without_face", "Only a face comparison has a score", "仅人脸比对有分值。")
        if self.matched is not None and self.method is not Method.FACE:
            raise form_error("match_without_face", "Only a face comparison has a result", "仅人脸比对有比对结果。")
        if self.matched is None and self.method is Method.FACE:
            raise form_error(
                "match_missing",
                "Give matched: true if the faces matched, else false",
                "请在 matched 中填写人脸比对是否一致：true 或 false。",
            )
        return self


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AttendanceAnswer(BaseModel):
    """A trainee's attendance by day, and the latest edits, newest first."""

    enrolment_id: UUID
    hours: int
    carried: int = Field(description="Class hours from classes before a transfer; an outcome counts them too")
    share: float = Field(description="Share of the class's hours, with those carried over, at most 1")
    days: list[DayAnswer]
    edits: list[EditAnswer]


class TraineeHoursAnswer(_Answer):
    id: UUID
    local_id: str
    status: EnrolmentStatus
    hours: int
    days: int
    share: float


class MarkAnswer(_Answer):
    id: UUID
    local_id: str
    enrolment_id: UUID
    day: date
    at: datetime
    direction: Direction
    method: Method
    device: str | None
    site_id: UUID | None
    score: int | None
    matched: bool | None
    counts: bool = Field(description="Whether it shows that the trainee was present")
    marked_by: str | None
    received_at: datetime


_MARK = TypeAdapter(MarkRequest)


@routes.post("/attendance-marks", response_model=BatchAnswer, openapi_extra=posting(MarkRequest))
async def record_attendance_marks(
    posted: PostedRows, connection: Connection, caller: CurrentCaller, at: Now, dry_run: DryRun
) -> Response:
    """Post up to 1,000 marks of any of your running classes, in any order and at any delay.

    A mark is checked against the training on its own day; later changes do not matter. Until the class is completed,
    existing outcomes are decided again by the new hours.

    A mark sent again under its local_id is a repeat and does not count twice. NDJSON (`application/x-ndjson`) has one
    mark a line.
    """
    parsed, refused = parse_posted(_MARK, posted)
    rows = [_row(place, row) for place, row in parsed]
    outcomes = await usecases.record(connection, rows, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


def _row(place: int, mark: MarkRequest) -> MarkRow:
    day = business_day(mark.at)
    return MarkRow(place, **{name: getattr(mark, name) for name in _GIVEN}, day=day)


_GIVEN: Final = [name for name in MarkRow._fields if name not in ("row", "day")]


@routes.get("/enrolments/{enrolment_id}/attendance")
async def get_attendance(enrolment_id: UUID, connection: Connection, caller: CurrentCaller) -> AttendanceAnswer:
    """A trainee's attendance. An institution sees its own, officers that of their region."""
    enrolment = await enrolment_store.load(connection, enrolment_id)
    class_ = await visible_class(connection, enrolment.class_id, caller)
    attended = (await outcome_store.attended(connection, [enrolment_id])).get(enrolment_id, Attended())
    return AttendanceAnswer(
        enrolment_id=enrolment_id,
        hours=attended.here,
        carried=attended.carried,
        share=share(sum(attended), class_.hours),
        days=[DayAnswer.model_validate(each) for each in await store.days_of(connection, enrolment_id)],
        edits=[EditAnswer.model_validate(each) for each in await edit_store.of_enrolment(connection, enrolment_id)],
    )


@routes.get("/classes/{class_id}/attendance")
async def list_class_attendance(
    class_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[TraineeHoursAnswer]:
    """The attendance of each trainee of a class; `id` is the enrolment's."""
    class_ = await visible_class(connection, class_id, caller)
    rows = await store.of_class(connection, class_id, after=after(cursor), limit=size)
    shown = [TraineeHoursAnswer(**row._asdict(), share=share(row.hours, class_.hours)) for row in rows]
    return Page(rows=shown, next=next_cursor(rows, size))


@routes.get("/classes/{class_id}/attendance-marks")
async def list_attendance_marks(
    class_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    day: Annotated[Day | None, Query(description="Marks of this day only")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[MarkAnswer]:
    """A class's marks, ordered by their own time. Marks are never changed or deleted."""
    await visible_class(connection, class_id, caller)
    begins = None if day is None else datetime.combine(day, time(), BUSINESS_ZONE)
    ends = None if begins is None else begins + timedelta(days=1)
    rows = await mark_store.page(connection, class_id, begins=begins, ends=ends, after=after(cursor), limit=size)
    shown = [
        MarkAnswer(received_at=row.received_at, **{name: getattr(row.mark, name) for name in _OF_MARK}) for row in rows
    ]
    return Page(rows=shown, next=next_cursor(rows, size))


_OF_MARK = [name for name in MarkAnswer.model_fields if name != "received_at"]
