"""Training classes and enrolments: the part of them that assessment needs."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from shared.kernel.awards import Award


class RegistryClass(NamedTuple):
    """The part of a training class that assessment stores."""

    id: UUID
    occupation: str
    award: Award
    cancelled: bool
    institution_id: UUID | None = None
    starts_on: date | None = None
    local_id: str | None = None
    """What its institution calls it."""
    reporting_region: str | None = None
    """Each is None for a class that was received before it was kept."""


class ExaminableClass(NamedTuple):
    """A class whose trainees a body may examine, as the body chooses it."""

    id: UUID
    institution_name: str | None
    local_id: str | None
    occupation: str
    award: Award
    starts_on: date | None


class RegistryEnrolment(NamedTuple):
    """The part of an enrolment that assessment stores: its programme, whether the trainee has left the class, and
    whether the training is completed."""

    id: UUID
    class_id: UUID
    person: UUID
    programme: str
    has_left: bool
    completed: bool | None = None
    """None for one that was received before this was kept."""


class RegistryLesson(NamedTuple):
    """A lesson of a class that is held: its hours, and the person key of its teacher."""

    class_id: UUID
    teacher: UUID
    begins_at: datetime
    ends_at: datetime


class ExamPlan(NamedTuple):
    """The exam plan of a class: the day, and the credit code of the assessment body; None where it has none."""

    class_id: UUID
    institution_id: UUID
    occupation: str
    award: Award
    exam_on: date | None
    exam_body: str | None
