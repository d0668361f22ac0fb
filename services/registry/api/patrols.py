"""Patrols over HTTP: what an officer saw in a class, and which classes were looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.api.findings import FindingAnswer
from services.registry.domain.patrols import Coverage, Ran
from services.registry.domain.reach import Reach, reach
from services.registry.store import patrols as store
from services.registry.store import plan as plan_store
from services.registry.store.findings import PER_PATROL_MAX
from services.registry.usecases import patrols as usecases
from services.registry.usecases.patrols import Found, Looked
from shared.auth import CurrentCaller
from shared.contracts.registry import PatrolLevel, PatrolMethod, Severity
from shared.forms import Day, Instant, LocalId, Reason, Strict
from shared.kernel.callers import ForeignOrganisation, Role
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("patrols")

Region = Annotated[str | None, Query(max_length=16, description="This region and what lies below it")]


class FoundRequest(Strict):
    severity: Annotated[Severity, Field(description="While a critical one is not closed, the class is not completed")]
    found: Annotated[Reason, Field(description="What is wrong, as the institution reads it; name no person in it")]
    due_on: Annotated[Day, Field(description="The last day in time; the usual one where left out")] | None = None


class PatrolRequest(Strict):
    local_id: Annotated[LocalId, Field(description="Your own name for the patrol; the same one again is a repeat")]
    method: PatrolMethod
    patrolled_at: Annotated[Instant, Field(examples=["2025-03-10T09:30:00+08:00"])]
    present: Annotated[int, Field(ge=0, le=10_000, strict=True, description="Trainees that you counted")]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    findings: Annotated[list[FoundRequest], Field(max_length=PER_PATROL_MAX)] = Field(default_factory=list)

    def looked(self) -> Looked:
        found = [Found(each.severity, each.found, each.due_on) for each in self.findings]
        return Looked(self.local_id, self.method, self.patrolled_at, self.present, self.note, found)


class PatrolAnswer(BaseModel):
    """`enrolled` are those whose training took the day of the patrol, by our count."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    level: PatrolLevel
    method: PatrolMethod
    local_id: str
    patrolled_at: datetime
    present: int
    enrolled: int
    note: str
    done_by: str
    version: int


class PatrolWithFindings(PatrolAnswer):
    findings: list[FindingAnswer]


class LevelCoverageAnswer(BaseModel):
    """Of the classes, how many this level looked at and how many it had to; `share` is a fraction of 1."""

    level: PatrolLevel
    patrolled: int
    share: float
    needed: int
    met: bool


class CoverageAnswer(BaseModel):
    reporting_region: str
    classes: int
    levels: list[LevelCoverageAnswer]

    @classmethod
    def of(cls, ran: Ran, levels: list[Coverage]) -> CoverageAnswer:
        answers = [LevelCoverageAnswer(**each._asdict() | {"met": each.is_met}) for each in levels]
        return cls(reporting_region=ran.reporting_region, classes=ran.classes, levels=answers)


@routes.post("/classes/{class_id}/patrols", status_code=201)
async def record(
    class_id: UUID, request: PatrolRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PatrolWithFindings:
    """Record what you saw in a class while it ran, as an officer of its county, city or the province.

    It may be recorded after the class was completed. A count that cannot be right becomes a flag, and so does a
    critical finding of a completed class. The same again answers the one that exists.
    """
    recorded = await usecases.record(connection, class_id, request.looked(), caller=caller, at=at)
    found = [FindingAnswer.at(finding, today=business_day(at)) for finding in recorded.findings]
    return PatrolWithFindings(**vars(recorded.patrol), findings=found)


@routes.get("/patrols")
async def list_patrols(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    class_id: UUID | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PatrolAnswer]:
    """Officers see the patrols in their region, an institution sees those of its own classes."""
    caller.require(Role.INSTITUTION, Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
    far, institution_id = Reach(), None
    if caller.role is Role.INSTITUTION:
        if caller.organisation is None:
            raise ForeignOrganisation
        institution_id = caller.organisation
    else:
        far = reach(await plan_store.load(connection), caller, region)
    rows = await store.page(
        connection, far, class_id=class_id, institution_id=institution_id, after=after(cursor), limit=size
    )
    return Page(rows=[PatrolAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/patrols/coverage")
async def coverage(
    connection: Connection, caller: CurrentCaller, first_on: Day, last_on: Day, region: Region = None
) -> list[CoverageAnswer]:
    """By reporting region, the classes that ran in these days (a year at most) and what each level looked at of them.

    A reporting region without counties below it looks in their stead too. Shares are those that hold on `last_on`.
    """
    found = await usecases.coverage(connection, region, first_on=first_on, last_on=last_on, caller=caller)
    return [CoverageAnswer.of(ran, levels) for ran, levels in found]
