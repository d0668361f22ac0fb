"""Inspections: an officer looked for hazards at an institution or one of its sites, apart from any class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shared.contracts.registry.supervision import PatrolLevel
from shared.kernel.refusals import Invalid


class InspectionAhead(Invalid):
    slug = "inspection-ahead"
    title_en = "The time of the inspection is in the future."
    title_zh = "检查时间晚于当前时间。"
    cure_en = "Record an inspection after it has taken place; check the time and its time zone."
    cure_zh = "请在检查完成后登记，并核对时间和时区。"


@dataclass(frozen=True)
class Inspection:
    """What one inspection saw; immutable. Without a site, it is about the institution as a whole."""

    id: UUID
    institution_id: UUID
    site_id: UUID | None
    region: str
    reporting_region: str
    level: PatrolLevel
    local_id: str
    inspected_at: datetime
    note: str
    done_by: str
    version: int = 1

    def same_as(self, other: Inspection) -> bool:
        """Whether the officer's part of `other` is the same; what the registry added is ignored."""
        return replace(other, id=self.id, level=self.level, region=self.region,
                       reporting_region=self.reporting_region) == self  # fmt: skip


def require_past(inspected_at: datetime, *, at: datetime) -> None:
    """Raises InspectionAhead."""
    if inspected_at > at:
        raise InspectionAhead(pointer="/inspected_at")
