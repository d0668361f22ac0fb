"""Facts on the teacher pool."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.registry.base import RegistryFact


class TeacherListed(RegistryFact):
    """A teacher entered the pool, or what they may teach changed. Subject: teachers/{teacher_id}."""

    type: ClassVar[str] = "registry.teacher-listed.v1"

    teacher_id: UUID
    person: UUID
    projects: tuple[str, ...]
    """Codes of the projects that they may teach."""
    qualifications: int
    merged_into: UUID | None = None
    """The teacher of the pool who is the same person and stands for this one."""


class EngagementState(RegistryFact):
    engagement_id: UUID
    teacher_id: UUID
    institution_id: UUID
    full_time: bool
    first_on: date
    last_on: date | None


class TeacherEngaged(EngagementState):
    """A teacher teaches at an institution from a day on. Subject of all: engagements/{engagement_id}."""

    type: ClassVar[str] = "registry.teacher-engaged.v1"


class EngagementEnded(EngagementState):
    type: ClassVar[str] = "registry.engagement-ended.v1"


class EngagementCorrected(EngagementState):
    """Whether the teacher works full time, whose it is, or an end that was a mistake was corrected."""

    type: ClassVar[str] = "registry.engagement-corrected.v1"
