"""A trainee as attendance sees one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.plan.rules.dimensions import Dimensions
from shared.contracts.dimensions import FundSource
from shared.contracts.registry import ClassStatus, EnrolmentStatus


@dataclass(frozen=True, slots=True)
class Attendee:
    """A trainee and the class, as far as attendance asks for them."""

    enrolment_id: UUID
    local_id: str
    person: UUID
    programme: str
    status: EnrolmentStatus
    class_id: UUID
    class_local_id: str
    class_status: ClassStatus
    institution_id: UUID
    region: str
    reporting_region: str
    occupation: str
    level: int
    fund_source: FundSource | None
    project: str | None
    starts_on: date
    ends_on: date
    spans: tuple[tuple[date, date], ...]
    """The days that the training takes, first and last of each stretch: the enrolment's own, and earlier ones that a
    deferral ended. None of them if the last lies before the first."""
    has_other_enrolments: bool

    @property
    def dimensions(self) -> Dimensions:
        return Dimensions(
            self.programme,
            self.region,
            self.reporting_region,
            self.occupation,
            self.level,
            self.fund_source,
            self.project,
        )
