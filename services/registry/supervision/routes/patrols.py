"""Patrols over HTTP: what an officer saw in a class, and which classes were patrolled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.classes.routes.schemas import ClassAnswer
from services.registry.plan.routes.scope import ClassScope
from services.registry.supervision.routes.attachments import AttachmentAnswer
from services.registry.supervision.routes.findings import FindingAnswer
from services.registry.supervision.rules.patrols import Area, ClassesRun, Coverage
from services.registry.supervision.store import attachments as attachment_store
from services.registry.supervision.store import patrols as store
from services.registry.supervision.store.findings import PER_PATROL_MAX
from services.registry.supervision.store.patrols import CoverageDays
from services.registry.supervision.usecases import patrols as usecases
from services.registry.supervision.usecases.patrols import FindingReport, PatrolAndFindings, PatrolReport
from shared.auth import CurrentCaller
from shared.contracts.registry.supervision import PatrolLevel, PatrolMethod, Severity
from shared.forms import PLAIN, Day, Instant, LocalId, Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, after_day, next_cursor
from shared.web import Connection, Now, router

routes = router("patrols")

Region = Annotated[str | None, Query(max_length=16, description="This region and the regions below it")]


class PatrolFindingRequest(Strict):
    severity: Annotated[Severity, Field(description="An open critical finding keeps its class from completion")]
    found: Annotated[Reason, Field(description="What is wrong; the institution reads it. Do not name a person in it")]
    due_on: Annotated[Day, Field(description="The due day; default: the usual one")] | None = None


class PatrolRequest(Strict):
    local_id: Annotated[LocalId, Field(description="Your own id of the patrol; the same id again is a repeat")]
    method: PatrolMethod
    patrolled_at: Annotated[Instant, Field(examples=["2025-03-10T09:30:00+08:00"])]
    present: Annotated[int, Field(ge=0, le=10_000, strict=True, description="Trainees that you counted")]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), PLAIN] = ""
    findings: Annotated[list[PatrolFindingRequest], Field(max_length=PER_PATROL_MAX)] = Field(default_factory=list)

    def report(self) -> PatrolReport:
        found = [FindingReport(each.severity, each.found, each.due_on) for each in self.findings]
        return PatrolReport(self.local_id, self.method, self.patrolled_at, self.present, self.note, found)


class PatrolAnswer(BaseModel):
    """`enrolled` is the registry's count of trainees whose training included the day of the patrol."""

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

    @classmethod
    def of(cls, recorded: PatrolAndFindings, *, at: datetime) -> PatrolWithFindings:
        today = business_day(at)
        found = [FindingAnswer.at(finding, today=today) for finding in recorded.findings]
        return cls(**vars(recorded.patrol), findings=found)


class PatrolInFull(PatrolWithFindings):
    """`attachments` are those of the patrol itself; each finding has its own."""

    attachments: list[AttachmentAnswer]


class LevelCoverageAnswer(BaseModel):
    """How many classes this level patrolled and how many it had to; `share` is a fraction of 1."""

    level: PatrolLevel
    patrolled: int
    share: float
    needed: int
    met: bool


class CoverageAnswer(BaseModel):
    """`region` is None for a reporting region as a whole."""

    reporting_region: str
    region: str | None
    classes: int
    levels: list[LevelCoverageAnswer]

    @classmethod
    def of(cls, ran: ClassesRun, levels: list[Coverage]) -> CoverageAnswer:
        answers = [LevelCoverageAnswer(**each._asdict() | {"met": each.is_met}) for each in levels]
        return cls(reporting_region=ran.reporting_region, region=ran.region, classes=ran.classes, levels=answers)


@routes.post("/classes/{class_id}/patrols", status_code=201)
async def record_patrol(
    class_id: UUID, request: PatrolRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PatrolWithFindings:
    """Record what you saw in a class while it ran, as an officer of its county, city or the province.

    It may be recorded after the class was completed. An implausible count raises a flag, and so does a
    critical finding of a completed class. A repeat returns the existing patrol.
    """
    recorded = await usecases.record(connection, class_id, request.report(), caller=caller, at=at)
    return PatrolWithFindings.of(recorded, at=at)


@routes.get("/patrols")
async def list_patrols(
    connection: Connection, scope: ClassScope, cursor: Cursor = None, size: PageSize = 100
) -> Page[PatrolAnswer]:
    """Officers see the patrols in their region, an institution sees those of its own classes."""
    rows = await store.page(connection, scope, after=after(cursor), limit=size)
    return Page(rows=[PatrolAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/patrols/coverage")
async def get_patrol_coverage(
    connection: Connection,
    caller: CurrentCaller,
    first_on: Day,
    last_on: Day,
    region: Region = None,
    by: Annotated[Area, Query(description="Each reporting region as a whole, or each county")] = Area.REPORTING_REGION,
) -> list[CoverageAnswer]:
    """The classes that ran on these days (at most a year) and how many of them each level patrolled.

    A reporting region without counties also counts as the county level. Shares are those that hold on `last_on`.
    """
    found = await usecases.coverage(connection, region, CoverageDays(first_on, last_on), by=by, caller=caller)
    return [CoverageAnswer.of(ran, levels) for ran, levels in found]


@routes.get("/patrols/uncovered")
async def list_uncovered_classes(
    connection: Connection,
    caller: CurrentCaller,
    first_on: Day,
    last_on: Day,
    level: Annotated[PatrolLevel | None, Query(description="Default: your own level")] = None,
    region: Region = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ClassAnswer]:
    """Classes counted by coverage for these days that the level has not patrolled.

    Classes that end first come first, so that running classes can still be patrolled in time.
    """
    rows = await usecases.uncovered(
        connection,
        region,
        CoverageDays(first_on, last_on),
        level=level,
        after=after_day(cursor),
        limit=size,
        caller=caller,
    )
    next_ = next_cursor(rows, size, lambda row: (row.ends_on, row.id))
    return Page(rows=[ClassAnswer.of(row) for row in rows], next=next_)


@routes.get("/patrols/{patrol_id}")
async def get_patrol(patrol_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> PatrolInFull:
    """A patrol with the current state of its findings and its attachments, for the class's institution and officers."""
    recorded = await usecases.visible_patrol(connection, patrol_id, caller)
    attachments = [AttachmentAnswer.of(each) for each in await attachment_store.of(connection, patrol_id)]
    return PatrolInFull(**dict(PatrolWithFindings.of(recorded, at=at)), attachments=attachments)
