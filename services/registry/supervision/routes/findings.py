"""Findings over HTTP: lists, rectifications and rechecks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.registry.plan.usecases import visibility
from services.registry.supervision.routes.attachments import AttachmentAnswer
from services.registry.supervision.rules.findings import Finding
from services.registry.supervision.store import attachments as attachment_store
from services.registry.supervision.store import findings as store
from services.registry.supervision.store.findings import Narrowing
from services.registry.supervision.usecases import findings as usecases
from services.registry.supervision.usecases.findings import RecheckReport
from shared.auth import CurrentCaller
from shared.contracts.registry.supervision import FindingStatus, PatrolLevel, Severity
from shared.form_errors import form_error
from shared.forms import Day, LocalId, Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after_day, next_cursor
from shared.web import Connection, Now, router

routes = router("patrols")

_STEPS_MAX = 500


class RectificationRequest(Strict):
    said: Annotated[Reason, Field(description="What was done about it")]
    evidence: (
        Annotated[LocalId, Field(description="Your own id of the evidence, attached here or kept by you")] | None
    ) = None


class RecheckRequest(Strict):
    passed: bool
    said: Annotated[Reason, Field(description="What was seen")]
    due_on: Annotated[Day, Field(description="The new due day if the recheck did not pass")] | None = None

    @model_validator(mode="after")
    def _nothing_is_due_after_it_passed(self) -> RecheckRequest:
        if self.passed and self.due_on is not None:
            raise form_error(
                "due_without_failure",
                "A finding that passed has no due day; leave out due_on",
                "复查通过的不再有整改期限，请不填 due_on。",
            )
        return self


class FindingReopeningRequest(Strict):
    said: Annotated[Reason, Field(description="Why it is not closed")]
    due_on: Annotated[Day, Field(description="The new due day; by default the usual one")] | None = None


class FindingAnswer(BaseModel):
    """The finding is overdue after `due_on` until it is closed by an officer of `level` or above."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    patrol_id: UUID
    number: int
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    level: PatrolLevel
    severity: Severity
    found: str
    due_on: date
    overdue: bool
    status: FindingStatus
    rectified_by: str | None
    version: int

    @classmethod
    def at(cls, finding: Finding, *, today: date) -> FindingAnswer:
        return cls.model_validate(vars(finding) | {"overdue": finding.is_overdue(today)})


class StepAnswer(BaseModel):
    """A step of a finding: what was found, done or seen, and the due day after it."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str
    due_on: date
    evidence: str | None


class FindingInFull(FindingAnswer):
    history: list[StepAnswer]
    attachments: list[AttachmentAnswer]


@routes.get("/findings")
async def list_findings(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and the regions below it")] = None,
    institution_id: UUID | None = None,
    class_id: UUID | None = None,
    patrol_id: UUID | None = None,
    status: FindingStatus | None = None,
    overdue: Annotated[bool, Query(description="Only findings that are not closed and past their due day")] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[FindingAnswer]:
    """Findings in the order of their due days. Officers see those of their region, an institution sees its own."""
    far, institution_id = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    today = business_day(at)
    narrowing = Narrowing(far, institution_id, class_id, patrol_id, status, today if overdue else None)
    rows = await store.page(connection, narrowing, after=after_day(cursor), limit=size)
    next_ = next_cursor(rows, size, lambda row: (row.due_on, row.id))
    return Page(rows=[FindingAnswer.at(row, today=today) for row in rows], next=next_)


@routes.get("/findings/{finding_id}")
async def get_finding(finding_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> FindingInFull:
    """A finding with its attachments and every step since the patrol: who took it, when, and what was said."""
    finding = await usecases.visible_finding(connection, finding_id, caller)
    steps = await store.events(connection, finding_id, after=0, limit=_STEPS_MAX)
    attachments = await attachment_store.of(connection, finding.patrol_id, finding_id)
    return FindingInFull(
        **dict(FindingAnswer.at(finding, today=business_day(at))),
        history=[StepAnswer.model_validate(step) for step in steps],
        attachments=[AttachmentAnswer.of(attachment) for attachment in attachments],
    )


@routes.post("/findings/{finding_id}/rectification")
async def rectify_finding(
    finding_id: UUID, request: RectificationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FindingAnswer:
    """Report what your institution did about a finding; an officer then rechecks it."""
    after = await usecases.rectify(
        connection, finding_id, said=request.said, evidence=request.evidence, caller=caller, at=at
    )
    return FindingAnswer.at(after, today=business_day(at))


@routes.post("/findings/{finding_id}/recheck")
async def recheck_finding(
    finding_id: UUID, request: RecheckRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FindingAnswer:
    """Record a recheck, as an officer of the region or above: the finding is closed, or reopened with a new due day.

    The officer's level is that of the patrol or above.
    """
    rechecked = RecheckReport(request.passed, request.said, request.due_on)
    after = await usecases.recheck(connection, finding_id, rechecked, caller=caller, at=at)
    return FindingAnswer.at(after, today=business_day(at))


@routes.post("/findings/{finding_id}/reopening")
async def reopen_finding(
    finding_id: UUID, request: FindingReopeningRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> FindingAnswer:
    """Open a closed finding again with a new due day: it was closed by mistake. For officers of its level or above."""
    finding = await usecases.reopen(
        connection, finding_id, said=request.said, due_on=request.due_on, caller=caller, at=at
    )
    return FindingAnswer.at(finding, today=business_day(at))
