"""Inspections over HTTP: hazards at an institution or one of its sites, apart from classes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.plan.usecases import visibility
from services.registry.supervision.routes.findings import FindingAnswer
from services.registry.supervision.store import inspections as store
from services.registry.supervision.store.findings import PER_PATROL_MAX
from services.registry.supervision.usecases import inspections as usecases
from services.registry.supervision.usecases.inspections import InspectionAndHazards, InspectionReport
from services.registry.supervision.usecases.patrols import FindingReport
from shared.auth import CurrentCaller
from shared.contracts.registry.supervision import PatrolLevel, Severity
from shared.forms import PLAIN, Day, Instant, LocalId, Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("safety")


class HazardRequest(Strict):
    severity: Annotated[Severity, Field(description="By policy, an open critical hazard keeps classes from starting")]
    found: Annotated[Reason, Field(description="What is wrong; the institution reads it. Do not name a person in it")]
    due_on: Annotated[Day, Field(description="The due day; default: the usual one")] | None = None


class InspectionRequest(Strict):
    local_id: Annotated[LocalId, Field(description="Your own id of the inspection; the same id again is a repeat")]
    inspected_at: Annotated[Instant, Field(examples=["2025-03-10T09:30:00+08:00"])]
    site_id: (
        Annotated[UUID, Field(description="Without it, the inspection is of the institution as a whole")] | None
    ) = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), PLAIN] = ""
    hazards: Annotated[list[HazardRequest], Field(max_length=PER_PATROL_MAX)] = Field(default_factory=list)

    def report(self) -> InspectionReport:
        hazards = [FindingReport(each.severity, each.found, each.due_on) for each in self.hazards]
        return InspectionReport(self.local_id, self.inspected_at, self.site_id, self.note, hazards)


class InspectionAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

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
    version: int


class InspectionWithHazards(InspectionAnswer):
    """The hazards are findings: they are rectified, rechecked and listed as those of patrols."""

    hazards: list[FindingAnswer]

    @classmethod
    def of(cls, recorded: InspectionAndHazards, *, at: datetime) -> InspectionWithHazards:
        today = business_day(at)
        hazards = [FindingAnswer.at(each, today=today) for each in recorded.hazards]
        return cls(**vars(recorded.inspection), hazards=hazards)


@routes.post("/institutions/{institution_id}/inspections", status_code=201)
async def record_inspection(
    institution_id: UUID, inspection: InspectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> InspectionWithHazards:
    """Record an inspection with its hazards, as an officer of the institution's region or above."""
    recorded = await usecases.record(connection, institution_id, inspection.report(), caller=caller, at=at)
    return InspectionWithHazards.of(recorded, at=at)


@routes.get("/inspections")
async def list_inspections(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    institution_id: UUID | None = None,
    site_id: UUID | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[InspectionAnswer]:
    """Officers see the inspections in their region, an institution sees its own."""
    far, whose = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    rows = await store.page(connection, far, institution_id=whose, site_id=site_id, after=after(cursor), limit=size)
    return Page(rows=[InspectionAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/inspections/{inspection_id}")
async def get_inspection(
    inspection_id: UUID, connection: Connection, caller: CurrentCaller, at: Now
) -> InspectionWithHazards:
    """An inspection with its hazards as they are now."""
    return InspectionWithHazards.of(await usecases.visible_inspection(connection, inspection_id, caller), at=at)
