"""Who is paid a living allowance for how many days, as the registry tells it. The group itself stays there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an enrolment says of an allowance, as it was last received."""

    enrolment_id: UUID
    priority: bool
    """Whether the trainee is in a priority group."""
    evidence_on: date | None
    """The latest date on the documents that prove it."""
    days: int
    """The days with at least one class hour."""

    def entitles(self, starts_on: date) -> bool:
        """Whether the group was proved by the day on which the class began. Source: domain rules §4.2, C21."""
        return self.priority and (self.evidence_on is None or self.evidence_on <= starts_on)
