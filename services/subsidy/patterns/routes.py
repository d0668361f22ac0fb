"""Patterns over HTTP: what was found, who has to settle it until when, and how often each rule was right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.subsidy.holds.rules import HoldStatus, Verdict
from services.subsidy.patterns import usecases
from services.subsidy.patterns.rules import PatternFinding, PatternRule
from services.subsidy.patterns.store import PatternRate
from shared.auth import CurrentCaller
from shared.forms import Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("patterns")

Region = Annotated[str | None, Query(max_length=16, description="This region and what lies below it")]


class PatternSettlementRequest(Strict):
    verdict: Verdict
    reason: Reason


class PatternAnswer(BaseModel):
    """A pattern across institutions or people. Until it is dismissed, claims of the institution, those for the one
    class or exam, or those with lines of the person, are neither approved nor paid.
    """

    id: UUID
    rule: PatternRule
    check: str = Field(description="The number of the check that it is evidence for")
    title_en: str
    title_zh: str
    cure_en: str
    cure_zh: str
    institution_id: UUID | None
    source_id: UUID | None = Field(description="The class or exam that it is about; null: all of the institution")
    person: UUID | None
    evidence: Mapping[str, Any] = Field(
        description="Ids of accounts and payees, of certificates and bodies, or of what was to be held at which hours"
    )
    region: str = Field(description="The region whose reviewers settle it")
    reporting_region: str
    found_at: datetime
    due_on: date
    status: HoldStatus
    settled_by: str | None
    settled_at: datetime | None
    reason: str | None
    version: int

    @classmethod
    def of(cls, finding: PatternFinding) -> PatternAnswer:
        return cls.model_validate(vars(finding) | finding.rule.words._asdict())


class PatternRateAnswer(BaseModel):
    """What became of the findings of a rule."""

    rule: PatternRule
    found: int
    upheld: int
    dismissed: int
    open: int
    overdue: int
    hit_percent: float | None = Field(description="Upheld of those that were settled; null if none was")

    @classmethod
    def of(cls, rate: PatternRate) -> PatternRateAnswer:
        settled = rate.upheld + rate.dismissed
        return cls(**rate._asdict(), hit_percent=round(100 * rate.upheld / settled, 1) if settled else None)


@routes.get("/patterns")
async def list_patterns(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Region = None,
    status: HoldStatus | None = None,
    rule: PatternRule | None = None,
    overdue: Annotated[bool, Query(description="Only open ones whose time is over")] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PatternAnswer]:
    """Patterns that were found about payees and people of the caller's region and below."""
    rows = await usecases.page(
        connection,
        region=region,
        status=status,
        rule=rule,
        overdue=overdue,
        caller=caller,
        today=business_day(at),
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[PatternAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/pattern-rates")
async def list_pattern_rates(
    connection: Connection, caller: CurrentCaller, at: Now, region: Region = None
) -> list[PatternRateAnswer]:
    """How often each rule was right, of what was found in the caller's region and below."""
    rows = await usecases.rates(connection, region=region, caller=caller, today=business_day(at))
    return [PatternRateAnswer.of(row) for row in rows]


@routes.post("/patterns/{pattern_id}/settlement")
async def settle_pattern(
    pattern_id: UUID, request: PatternSettlementRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PatternAnswer:
    """Say what a pattern is, as a reviewer of its region or above, with a reason; either can be changed later.

    Dismissed, it holds nothing any more. Upheld, it goes on to hold, and lines of a person stop or are owed.
    """
    found = await usecases.settle(connection, pattern_id, request.verdict, reason=request.reason, caller=caller, at=at)
    return PatternAnswer.of(found)
