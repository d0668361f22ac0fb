"""Training classes and enrolments: the part of them that assessment needs."""

from __future__ import annotations

from datetime import date
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
    """Both are None for a class that was received before they were kept."""


class RegistryEnrolment(NamedTuple):
    """The part of an enrolment that assessment stores: its programme, and whether the trainee has left the class."""

    id: UUID
    class_id: UUID
    person: UUID
    programme: str
    has_left: bool
