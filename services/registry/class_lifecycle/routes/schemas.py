"""What requests and answers about classes look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.registry.class_lifecycle.usecases.changes import Change
from services.registry.class_lifecycle.usecases.filing import Fee, Filing
from services.registry.class_lifecycle.usecases.replays import ClassReplay
from services.registry.classes.rules.classes import ExamPlan
from services.registry.classes.rules.limits import HOURS_MAX, PART_FEN_MAX, SEATS_MAX, TEACHING_PLAN_LENGTH_MAX
from services.registry.plan.routes.replays import ReplayAnswer, fields_of
from services.registry.timetable.routes.timetable import Lessons, planned
from shared.awards import GivenAward, GivenLevel
from shared.contracts.dimensions import FundSource
from shared.form_errors import form_error
from shared.forms import CREDIT_CODE, PLAIN, Day, LocalId, Name, Reason, Strict
from shared.kernel.awards import award_named

Fen = Annotated[int, Field(ge=0, le=PART_FEN_MAX, strict=True)]
Hours = Annotated[int, Field(ge=1, le=HOURS_MAX, strict=True, description="Class hours of 45 minutes")]
Seats = Annotated[int, Field(ge=1, le=SEATS_MAX, strict=True)]


class ExamPlanRequest(Strict):
    planned_on: Day
    body_credit_code: Annotated[str, Field(max_length=64), CREDIT_CODE] | None = Field(
        default=None, description="The unified social credit code of the assessment body"
    )
    place: Name | None = Field(default=None, description="Where the examination is planned to take place")


class FeeRequest(Strict):
    """Who pays how much of one trainee's fee, in fen (a hundredth of a yuan)."""

    government_fen: Fen = 0
    enterprise_fen: Fen = 0
    individual_fen: Fen = 0
    total_fen: Annotated[int, Field(ge=0, le=3 * PART_FEN_MAX, strict=True)] | None = Field(
        default=None, description="One trainee's fee, if it is to be compared with the sum of the parts"
    )


class ClassTerms(Strict):
    """What a class is filed with, but for the name that the institution gives it."""

    programme: Annotated[str, Field(max_length=16, examples=["S02-1"]), PLAIN]
    region: Annotated[str, Field(max_length=16, examples=["410102"], description="Where the class takes place"), PLAIN]
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None
    fund_source: FundSource | None = Field(default=None, description="null for a class without a subsidy")
    starts_on: Day
    ends_on: Day
    hours: Hours
    seats: Seats
    project: Annotated[str, Field(max_length=64), PLAIN] | None = Field(
        default=None, description="A code of GET /v1/projects; a subsidised class takes the one that fits if left out"
    )
    site: LocalId | None = Field(default=None, description="Your local_id of the site")
    teaching_plan: (
        Annotated[
            str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEACHING_PLAN_LENGTH_MAX), PLAIN
        ]
        | None
    ) = None
    signed_order: bool = Field(
        default=False, strict=True, description="Whether an employer has signed an order for those it trains"
    )
    exam_plan: ExamPlanRequest | None = None
    fee: FeeRequest | None = None

    def filing(self, local_id: str) -> Filing:
        """What is filed, under the institution's own `local_id`. Raises what an award may be refused for."""
        values = {name: getattr(self, name) for name in ClassTerms.model_fields if name != "level"}
        values["award"] = award_named(award=self.award, level=self.level)
        values["exam_plan"] = _exam_plan(self.exam_plan)
        values["fee"] = None if self.fee is None else Fee(**self.fee.model_dump())
        return Filing(local_id=local_id, **values)


class ClassRequest(ClassTerms):
    local_id: LocalId


class ReturnRequest(Strict):
    reasons: Annotated[
        list[Reason], Field(min_length=1, max_length=20, description="One sentence for each thing to correct")
    ]


class CancellationRequest(Strict):
    reason: Reason


class ReinstatementRequest(Strict):
    reason: Reason


class CheckRequest(Strict):
    passed: bool
    findings: Annotated[list[Reason], Field(max_length=20)] = Field(
        default_factory=list, description="What was found; at least one sentence if the check was not passed"
    )

    @model_validator(mode="after")
    def _say_what_was_wrong(self) -> CheckRequest:
        if not self.passed and not self.findings:
            raise form_error(
                "findings_missing",
                "A check that was not passed says what was found",
                "核查未通过的，须填写发现的问题。",
            )
        return self


class ChangeRequest(Strict):
    """What is to become another; what is left out stays as it is."""

    reason: Reason
    starts_on: Day | None = None
    ends_on: Day | None = None
    seats: Seats | None = None
    site: LocalId | None = Field(default=None, description="Your local_id of the site")
    exam_plan: ExamPlanRequest | None = None
    lessons: Lessons | None = Field(
        default=None, description="All of them; needed where those planned do not fit the new days"
    )

    def change(self) -> Change:
        """Raises LessonEndsBeforeStart."""
        values = {name: getattr(self, name) for name in ChangeRequest.model_fields}
        values["lessons"] = None if self.lessons is None else planned(self.lessons)
        return Change(**values | {"exam_plan": _exam_plan(self.exam_plan)})


def _exam_plan(request: ExamPlanRequest | None) -> ExamPlan | None:
    return None if request is None else ExamPlan(request.planned_on, request.body_credit_code, request.place)


class ClassReplayAnswer(ReplayAnswer):
    """A filing or an approval, decided again."""

    step_id: UUID
    verb: str
    done_at: datetime
    project: str | None
    is_scarce: bool
    is_needed: bool
    answer_due_on: date | None

    @classmethod
    def of(cls, replay: ClassReplay) -> ClassReplayAnswer:
        event, class_ = replay.event, replay.class_
        return cls(
            **fields_of(replay),
            step_id=event.id,
            verb=event.verb,
            done_at=event.done_at,
            project=class_.project,
            is_scarce=class_.is_scarce,
            is_needed=class_.is_needed,
            answer_due_on=class_.answer_due_on,
        )
