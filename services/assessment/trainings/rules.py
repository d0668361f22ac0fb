"""Training classes and enrolments: the part of them that assessment needs."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from shared.kernel.levels import Level


class RegistryClass(NamedTuple):
    """What assessment keeps of a training class."""

    id: UUID
    occupation: str
    level: Level
    cancelled: bool


class RegistryEnrolment(NamedTuple):
    """What assessment keeps of an enrolment: the programme it counts to, and whether the trainee has left the class."""

    id: UUID
    class_id: UUID
    person: UUID
    programme: str
    has_left: bool
