"""A trainee as attendance sees one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.plan.rules.dimensions import Dimensions
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.awards import Award


@dataclass(frozen=True, slots=True)
class Attendee:
    """The fields of an enrolment and its class that attendance needs."""

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
    award: Award
    fund_source: FundSource | None
    project: str | None
    starts_on: date
    ends_on: date
    spans: tuple[tuple[date, date], ...]
    """First and last day of each period of training, both included: the enrolment's own, and earlier ones that a
    deferral ended. A period whose last day is before its first is empty."""
    has_other_enrolments: bool

    @property
    def dimensions(self) -> Dimensions:
        return Dimensions(
            self.programme,
            self.region,
            self.reporting_region,
            self.occupation,
            self.award,
            self.fund_source,
            self.project,
        )
