"""What answers about a class look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.next_steps import ClassNeed, ClassStep, next_step
from services.registry.classes.store.classes import Headcount
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.dated_rules.answers import GroundsAnswer


class ExamPlanAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    planned_on: date
    body_credit_code: str | None
    place: str | None


class CheckedSiteAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    site_id: UUID
    version: int


class ClassAnswer(BaseModel):
    id: UUID
    institution_id: UUID
    local_id: str
    programme: str
    region: str
    reporting_region: str
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    fund_source: FundSource | None
    starts_on: date
    ends_on: date
    hours: int
    seats: int
    status: ClassStatus
    version: int
    project: str | None
    is_scarce: bool
    is_needed: bool
    signed_order: bool
    site_id: UUID | None
    teaching_plan: str | None
    exam_plan: ExamPlanAnswer | None
    government_fen: int
    enterprise_fen: int
    individual_fen: int
    filed_on: date | None
    answer_due_on: date | None
    return_reasons: list[str]
    checked_on: date | None
    checked_sites: list[CheckedSiteAnswer] = Field(description="The sites that were found in order, as they were then")

    @classmethod
    def of(cls, class_: TrainingClass) -> ClassAnswer:
        return cls(**_values(cls, class_))


class WaitingAnswer(ClassAnswer):
    """A filed class; `overdue`: the day by which the county answers has passed. `needs` was not filed."""

    overdue: bool
    needs: list[ClassNeed]

    @classmethod
    def at(cls, class_: TrainingClass, *, today: date) -> WaitingAnswer:
        overdue = class_.answer_due_on is not None and class_.answer_due_on < today
        step = next_step(class_, seated=0, in_training=0, today=today)
        return cls(**_values(ClassAnswer, class_), overdue=overdue, needs=list(step.needs) if step else [])


class NextStepAnswer(ClassAnswer):
    """A class with what it needs next. `next_step` is null for a cancelled one."""

    seated: int = Field(description="Trainees who did not withdraw or move to another class")
    in_training: int = Field(description="Those without an outcome")
    next_step: ClassStep | None
    next_on: date | None = Field(
        description="The day from which the step is possible; of `answer`, by which the county does"
    )
    needs: list[ClassNeed]

    @classmethod
    def at(cls, class_: TrainingClass, count: Headcount, *, today: date) -> NextStepAnswer:
        step = next_step(class_, seated=count.seated, in_training=count.in_training, today=today)
        return cls(
            **_values(ClassAnswer, class_),
            seated=count.seated,
            in_training=count.in_training,
            next_step=step and step.step,
            next_on=step and step.on,
            needs=list(step.needs) if step else [],
        )


class ClassEventAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    verb: str
    done_by: str
    done_at: datetime
    reasons: list[str]
    change: dict[str, Any] | None


class ClassStepAnswer(ClassEventAnswer):
    grounds: GroundsAnswer | None = Field(description="The rows of policy and catalogue that it was decided by")


class ReportedChangeAnswer(ClassEventAnswer):
    class_id: UUID
    institution_id: UUID
    local_id: str = Field(description="The institution's own id of the class")
    region: str


def _values(cls: type[BaseModel], class_: TrainingClass) -> dict[str, Any]:
    exam = class_.exam_plan and ExamPlanAnswer.model_validate(class_.exam_plan)
    values = {name: getattr(class_, name) for name in cls.model_fields if name != "level"}
    sites = [CheckedSiteAnswer.model_validate(each) for each in class_.checked_sites]
    return values | {**class_.award.codes, "exam_plan": exam, "checked_sites": sites}
