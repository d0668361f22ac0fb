"""Training classes and enrolments, as much of them as was heard from the registry."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from shared.kernel.levels import Level


class HeardClass(NamedTuple):
    """As much of a training class as was heard from the registry."""

    id: UUID
    occupation: str
    level: Level
    cancelled: bool


class HeardEnrolment(NamedTuple):
    """As much of an enrolment as was heard: what the person's training in the class counts to, and if they left."""

    id: UUID
    class_id: UUID
    person: UUID
    programme: str
    has_left: bool
