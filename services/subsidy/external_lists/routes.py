"""Lists of other authorities over HTTP: files of matches, what they concern, and decisions on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.external_lists import usecases
from services.subsidy.external_lists.rules import CHECKS
from services.subsidy.external_lists.usecases import MATCH_KIND, MatchReading
from services.subsidy.holds.rules import HoldStatus, ListKind, Verdict
from shared.auth import CurrentCaller
from shared.contracts.subsidy.claims import ClaimStatus
from shared.file_jobs.routes import job_routes
from shared.forms import Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("external lists")

Region = Annotated[str | None, Query(max_length=16, description="This region and what lies below it")]


class MatchSettlementRequest(Strict):
    verdict: Verdict
    reason: Reason


class ConcernedLineAnswer(BaseModel):
    """A line for a training of that time."""

    model_config = ConfigDict(from_attributes=True)

    claim_id: UUID
    line: int
    status: ClaimStatus
    amount_fen: int
    is_owed: bool


class ExternalMatchAnswer(BaseModel):
    """A person on a list of another authority, with what is claimed or paid for them. The person is not named."""

    id: UUID
    kind: ListKind
    check: str = Field(description="The number of the check that it is evidence for")
    first_on: date | None
    last_on: date | None
    as_of: date
    source: str
    status: HoldStatus
    posted_by: str
    posted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    reason: str | None
    version: int
    lines: list[ConcernedLineAnswer]

    @classmethod
    def of(cls, found: MatchReading) -> ExternalMatchAnswer:
        lines = [ConcernedLineAnswer.model_validate(line) for line in found.lines]
        return cls.model_validate({**vars(found.match), "check": CHECKS[found.match.kind], "lines": lines})


@routes.get("/external-matches")
async def list_external_matches(
    connection: Connection,
    caller: CurrentCaller,
    region: Region = None,
    status: HoldStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ExternalMatchAnswer]:
    """Matches that concern what is claimed or was paid in the caller's region; with `status=open`, those that wait."""
    rows = await usecases.page(connection, region=region, status=status, caller=caller, after=after(cursor), limit=size)
    last = [row.match for row in rows]
    return Page(rows=[ExternalMatchAnswer.of(row) for row in rows], next=next_cursor(last, size))


@routes.post("/external-matches/{match_id}/settlement")
async def settle_external_match(
    match_id: UUID, request: MatchSettlementRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ExternalMatchAnswer:
    """Decide on a match, as a reviewer of a claim that it concerns who did not post it.

    Upheld, it stops approved lines for trainings of that time, and paid ones are owed back. Dismissed, it holds nothing
    any more. Either can be changed with a reason.
    """
    found = await usecases.settle(connection, match_id, request.verdict, reason=request.reason, caller=caller, at=at)
    return ExternalMatchAnswer.of(found)


file_routes = job_routes(
    MATCH_KIND,
    "/external-match-files",
    tag="external lists",
    describe_post="""
    Post who is on a list of another authority, up to 100,000 rows: the file itself is the body.

    Numbers are only used to recognise people, and not kept. Each match holds what is claimed for trainings of that time
    until a reviewer decides on it, in claims that wait and in later ones; what was paid already is listed with it. The
    same match posted again changes nothing.
    """,
)
