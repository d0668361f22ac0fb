"""Reviewers' work over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.claims.routes.schemas import ClaimRow, HoldingFlagAnswer
from services.subsidy.claims.rules.checks import Check
from services.subsidy.worklists import usecases
from services.subsidy.worklists.rules import Decided, Decision, ReviewSample, Tile
from services.subsidy.worklists.usecases import PassedClaim, WaitingClaim
from shared.auth import CurrentCaller
from shared.contracts.subsidy.claims import ClaimStatus
from shared.forms import PLAIN, Day, Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("worklists")


class TileAnswer(BaseModel):
    """A check that refused lines; `GET /v1/claims/{claim_id}/lines/{line}/explanation` gives the evidence of each."""

    code: Check
    title_en: str
    title_zh: str
    lines: list[int]

    @classmethod
    def of(cls, tile: Tile) -> TileAnswer:
        words = tile.check.words
        return cls(code=tile.check, title_en=words.title_en, title_zh=words.title_zh, lines=list(tile.lines))


class WaitingClaimRow(ClaimRow):
    since: datetime | None = Field(description="When it came to this step")
    working_days: int | None = Field(description="For so many working days it waits in this step")
    escalated: bool = Field(description="It is late, and comes from a region below")
    clean: bool = Field(description="No refused line and no flag: it can be passed together with others")
    tiles: list[TileAnswer]
    flags: list[HoldingFlagAnswer]

    @classmethod
    def of(cls, waiting: WaitingClaim) -> Self:
        beside = {
            "since": waiting.since,
            "working_days": waiting.working_days,
            "escalated": waiting.escalated,
            "clean": waiting.is_clean,
            "tiles": [TileAnswer.of(each) for each in waiting.tiles],
            "flags": [HoldingFlagAnswer.of(each, is_paid=False) for each in waiting.flags],
        }
        return cls.model_validate(dict(ClaimRow.of_summary(waiting.summary)) | beside)


class CleanClaimsRequest(Strict):
    claim_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class PassedClaimAnswer(BaseModel):
    """`held_out`: it needs a closer look, and `code` and `title` say why where a rule refused it."""

    claim_id: UUID
    status: ClaimStatus | None
    held_out: bool
    code: str | None
    title_en: str | None
    title_zh: str | None

    @classmethod
    def of(cls, passed: PassedClaim) -> PassedClaimAnswer:
        refusal = passed.refusal
        return cls(
            claim_id=passed.claim_id,
            status=passed.status,
            held_out=passed.held_out,
            code=None if refusal is None else refusal.slug,
            title_en=None if refusal is None else refusal.title_en,
            title_zh=None if refusal is None else refusal.title_zh,
        )


class NoteRequest(Strict):
    text: Reason


class NoteAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    text: str
    written_by: str
    written_at: datetime


class DelegationRequest(Strict):
    """Persons are named as their tokens name them. Without `from_person`, you are the one who is away."""

    from_person: Annotated[str, Field(min_length=1, max_length=120), PLAIN] | None = None
    to_person: Annotated[str, Field(min_length=1, max_length=120), PLAIN]
    first_on: Day
    last_on: Day
    reason: Reason


class DelegationAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    from_person: str
    to_person: str
    region: str
    first_on: date
    last_on: date
    reason: str
    entered_by: str
    entered_at: datetime
    ended_by: str | None
    ended_on: date | None


class ReviewSampleRequest(Strict):
    region: Annotated[str, Field(max_length=16), PLAIN] | None = None
    first_on: Day
    last_on: Day


class DecidedAnswer(BaseModel):
    claim_id: UUID
    decision: Decision
    weight: int
    drawn: bool

    @classmethod
    def of(cls, decided: Decided, *, drawn: bool) -> DecidedAnswer:
        return cls(**vars(decided), drawn=drawn)


class ReviewSampleAnswer(BaseModel):
    """With seed and population everyone draws the same sample again."""

    id: UUID
    region: str
    first_on: date
    last_on: date
    share: Decimal
    seed: str
    drawn_by: str
    drawn_at: datetime
    population: list[DecidedAnswer]

    @classmethod
    def of(cls, sample: ReviewSample) -> ReviewSampleAnswer:
        drawn = {(each.claim_id, each.decision) for each in sample.drawn}
        decided = [DecidedAnswer.of(each, drawn=(each.claim_id, each.decision) in drawn) for each in sample.population]
        return cls.model_validate(vars(sample) | {"population": decided})


@routes.get("/my-work")
async def list_my_work(
    connection: Connection, caller: CurrentCaller, at: Now, cursor: Cursor = None, size: PageSize = 100
) -> Page[WaitingClaimRow]:
    """The claims that wait for your review, the oldest first.

    Those of your region, those that are late in a region directly below, and those that you, or a colleague whom you
    stand in for, have in hand; not those that you reviewed first.
    """
    rows = await usecases.waiting(connection, caller=caller, after=after(cursor), limit=size, at=at)
    return Page(rows=[WaitingClaimRow.of(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/clean-claims")
async def pass_clean_claims(
    request: CleanClaimsRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> list[PassedClaimAnswer]:
    """Let clean claims pass the step that they are in, together; each exception is held out with its reason."""
    passed = await usecases.pass_clean(connection, request.claim_ids, caller=caller, at=at)
    return [PassedClaimAnswer.of(each) for each in passed]


@routes.post("/claims/{claim_id}/notes", status_code=201)
async def add_claim_note(
    claim_id: UUID, request: NoteRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> NoteAnswer:
    """Note something on a claim for those who review it after you. The institution does not see it."""
    note = await usecases.add_note(connection, claim_id, text=request.text, caller=caller, at=at)
    return NoteAnswer.model_validate(note)


@routes.get("/claims/{claim_id}/notes")
async def list_claim_notes(
    claim_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[NoteAnswer]:
    rows = await usecases.notes(connection, claim_id, caller=caller, after=after(cursor), limit=size)
    return Page(rows=[NoteAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/delegations", status_code=201)
async def delegate(
    request: DelegationRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> DelegationAnswer:
    """Let a colleague see what you, or a colleague of your region who is away, have in hand, from a day to a day.

    The colleague decides in their own name; who entered it is kept.
    """
    delegation = await usecases.delegate(connection, **request.model_dump(), caller=caller, at=at)
    return DelegationAnswer.model_validate(delegation)


@routes.get("/delegations")
async def list_delegations(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[DelegationAnswer]:
    rows = await usecases.delegations(connection, region=region, caller=caller, after=after(cursor), limit=size)
    return Page(rows=[DelegationAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/delegations/{delegation_id}/end")
async def end_delegation(
    delegation_id: UUID, connection: Connection, caller: CurrentCaller, at: Now
) -> DelegationAnswer:
    """End a delegation before its last day."""
    found = await usecases.end_delegation(connection, delegation_id, caller=caller, at=at)
    return DelegationAnswer.model_validate(found)


@routes.post("/review-samples", status_code=201)
async def draw_review_sample(
    request: ReviewSampleRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ReviewSampleAnswer:
    """Draw a sample of a period's approvals and refusals by risk, each at least the share that policy asks for.

    A period is drawn once; a repeat returns the same sample.
    """
    sample = await usecases.draw_sample(connection, **request.model_dump(), caller=caller, at=at)
    return ReviewSampleAnswer.of(sample)


@routes.get("/review-samples/{sample_id}")
async def get_review_sample(
    sample_id: UUID, connection: Connection, caller: CurrentCaller, at: Now
) -> ReviewSampleAnswer:
    return ReviewSampleAnswer.of(await usecases.read_sample(connection, sample_id, caller=caller, at=at))
