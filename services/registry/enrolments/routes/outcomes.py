"""Outcomes: trainings completed or failed by their hours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Response
from pydantic import BaseModel, Field, TypeAdapter

from services.registry.enrolments.routes.schemas import HoursRowRequest
from services.registry.enrolments.rules.outcomes import CHECK, Miss
from services.registry.enrolments.usecases import outcomes as usecases
from services.registry.enrolments.usecases import replays
from services.registry.enrolments.usecases.outcomes import HoursRow, OutcomeDecision
from services.registry.enrolments.usecases.replays import OutcomeReplay
from services.registry.plan.routes.replays import ReplayAnswer, fields_of
from shared.auth import CurrentCaller
from shared.batches import BatchAnswer, answer
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.forms import INTEGER_MAX
from shared.posted import DryRun, PostedRows, posting
from shared.rows import parse_posted
from shared.web import Connection, Now, router

routes = router("classes")

Version = Annotated[int, Path(ge=1, le=INTEGER_MAX, description="The step in the enrolment's history")]
_HOURS_ROW = TypeAdapter(HoursRowRequest)


class OutcomeAnswer(BaseModel):
    enrolment_id: UUID
    local_id: str
    outcome: Literal["accepted", "repeated"]
    status: EnrolmentStatus
    hours: int = Field(description="Class hours of the outcome, at most the class's")
    attended: int = Field(description="Class hours by attendance in this class")
    carried: int = Field(description="Class hours by attendance in the classes that the trainee was transferred from")
    check: str | None = Field(description="The check that a failed training did not pass")
    missed: list[Miss] = Field(
        description="What a failed training did not reach: the project's minimum hours, the share of the class's"
    )


class ConclusionAnswer(BaseModel):
    """Every outcome of the class, including earlier ones."""

    completed: int
    failed: int
    rows: list[OutcomeAnswer]


class OutcomeReplayAnswer(ReplayAnswer):
    """An outcome, decided again from the hours that it was decided from."""

    version: int
    verb: str
    done_at: datetime
    status: EnrolmentStatus
    hours: int
    class_hours: int
    missed: list[Miss]

    @classmethod
    def of(cls, replay: OutcomeReplay) -> OutcomeReplayAnswer:
        event = replay.event
        return cls(
            **fields_of(replay),
            version=event.version,
            verb=event.verb,
            done_at=event.done_at,
            status=replay.status,
            hours=replay.hours,
            class_hours=replay.class_hours,
            missed=replay.missed,
        )


@routes.post("/classes/{class_id}/outcomes", response_model=BatchAnswer, openapi_extra=posting(HoursRowRequest))
async def post_outcomes(
    class_id: UUID, posted: PostedRows, connection: Connection, caller: CurrentCaller, at: Now, dry_run: DryRun
) -> Response:
    """Post the hours of up to 1,000 trainees; the hours decide whether a training was completed.

    Refused if policy takes hours from attendance only. If the class keeps attendance, at most the attended hours.
    """
    parsed, refused = parse_posted(_HOURS_ROW, posted)
    rows = [HoursRow(place, row.local_id, row.hours) for place, row in parsed]
    outcomes = await usecases.conclude(connection, class_id, rows, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.post("/classes/{class_id}/conclusion")
async def conclude_class(class_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ConclusionAnswer:
    """Decide the outcome of every trainee in training by attendance, after the last lesson (without a timetable: after
    the last day). Repeating the request changes nothing.
    """
    outcomes = await usecases.conclude_by_attendance(connection, class_id, caller=caller, at=at)
    rows = [_row(each) for each in outcomes]
    completed = sum(row.status is EnrolmentStatus.COMPLETED for row in rows)
    return ConclusionAnswer(completed=completed, failed=len(rows) - completed, rows=rows)


@routes.get("/enrolments/{enrolment_id}/history/{version}/replay", tags=["enrolments"])
async def replay_outcome(
    enrolment_id: UUID, version: Version, connection: Connection, caller: CurrentCaller
) -> OutcomeReplayAnswer:
    """Decide an outcome again, by the rows of rules as they were known then. Later rows change nothing."""
    return OutcomeReplayAnswer.of(await replays.replay(connection, enrolment_id, version, caller=caller))


def _row(given: OutcomeDecision) -> OutcomeAnswer:
    concluded = given.concluded
    return OutcomeAnswer(
        enrolment_id=concluded.id,
        local_id=concluded.local_id,
        outcome="accepted" if given.is_new else "repeated",
        status=concluded.status,
        hours=concluded.hours,
        attended=given.attended.here,
        carried=given.attended.carried,
        check=CHECK if concluded.status is EnrolmentStatus.FAILED else None,
        missed=given.missed,
    )
