"""Flags over HTTP: lists, whose each is, settlement, reopening; hit rates, which are public."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.registry.flags import store, usecases
from services.registry.flags.rules.flags import Flag, FlagVerb
from services.registry.flags.rules.hit_rates import HitRate
from services.registry.flags.rules.kinds import KINDS, FlagKind
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.contracts.registry.flags import FlagStatus
from shared.forms import Day, LocalId, Reason, Strict
from shared.kernel.callers import Whose
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, open_router, router

routes = router("flags")
public_routes = open_router("flags")

_STEPS_MAX: Final = 500

PersonId = Annotated[LocalId, Field(description="The person as their token names them")]


class SettlementRequest(Strict):
    verdict: Literal[FlagVerb.UPHOLD, FlagVerb.DISMISS]
    reason: Reason


class ReopeningRequest(Strict):
    reason: Reason


class AssignmentRequest(Strict):
    """Without `person`, the flag goes back to its county."""

    person: PersonId | None = None
    reason: Reason


class FlagAnswer(BaseModel):
    """`check` is the numbered check that raised it; `holds`: a claim waits until the flag is settled.

    It belongs to the officers of `region`, and among these to `assigned_to` if that is set. It is overdue after
    `due_on` until it is settled.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    check: str
    kind: str
    title_en: str
    title_zh: str
    institution_id: UUID | None
    class_id: UUID | None
    enrolment_id: UUID | None
    person: UUID | None
    region: str
    reporting_region: str
    holds: bool
    facts: dict[str, Any]
    raised_at: datetime
    due_on: date | None
    assigned_to: str | None
    status: FlagStatus
    settled_by: str | None
    settled_at: datetime | None
    settling_reason: str | None
    version: int


class FlagEventAnswer(BaseModel):
    """A step after the flag was raised: upheld, dismissed, reopened or assigned; by whom and why."""

    model_config = ConfigDict(from_attributes=True)

    verb: str
    done_by: str
    done_at: datetime
    said: str
    assigned_to: str | None


class FlagHistoryAnswer(BaseModel):
    rows: list[FlagEventAnswer]


class HitRateAnswer(BaseModel):
    """What became of the flags of one kind; `upheld_permille` is the share of the settled ones, in thousandths.

    Counts are null where people could be recognised in them.
    """

    kind: FlagKind
    check: str
    title_en: str
    title_zh: str
    suppressed: bool
    raised: int | None
    upheld: int | None
    dismissed: int | None
    open: int | None
    overdue: int | None
    upheld_permille: int | None

    @classmethod
    def of(cls, rate: HitRate) -> HitRateAnswer:
        about = KINDS[rate.kind]
        words = {"check": about.check, "title_en": about.title_en, "title_zh": about.title_zh}
        return cls(**rate._asdict(), **words)


class HitRatesAnswer(BaseModel):
    rows: list[HitRateAnswer]


@routes.get("/flags")
async def list_flags(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: FlagStatus | None = None,
    check: Annotated[str | None, Query(pattern=r"^C\d{2}$")] = None,
    class_id: UUID | None = None,
    institution_id: UUID | None = None,
    assigned_to: Annotated[str | None, Query(max_length=64, description="The person whose flags these are")] = None,
    overdue: Annotated[bool, Query(description="Only open flags past their due day")] = False,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[FlagAnswer]:
    """Officers see the flags of their region, an institution sees its own except for confidential ones."""
    far, whose = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    rows = await store.page(
        connection,
        far,
        status=status,
        check=check,
        class_id=class_id,
        institution_id=whose,
        assigned_to=assigned_to,
        overdue_on=business_day(at) if overdue else None,
        confidential=caller.whose is not Whose.OWN,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[FlagAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/flags/{flag_id}", response_model=FlagAnswer)
async def get_flag(flag_id: UUID, connection: Connection, caller: CurrentCaller) -> Flag:
    return await usecases.visible(connection, flag_id, caller)


@routes.get("/flags/{flag_id}/history")
async def get_flag_history(flag_id: UUID, connection: Connection, caller: CurrentCaller) -> FlagHistoryAnswer:
    """Every step after the flag was raised. Officers see those of their region, an institution its own."""
    await usecases.visible(connection, flag_id, caller)
    events = await store.events(connection, flag_id, limit=_STEPS_MAX)
    return FlagHistoryAnswer(rows=[FlagEventAnswer.model_validate(each) for each in events])


@routes.post("/flags/{flag_id}/settlement", response_model=FlagAnswer)
async def settle_flag(
    flag_id: UUID, request: SettlementRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Flag:
    """Settle a flag, with a reason: uphold it, and the claims that depend on it stay held, or dismiss it."""
    return await usecases.settle(connection, flag_id, request.verdict, reason=request.reason, caller=caller, at=at)


@routes.post("/flags/{flag_id}/reopening", response_model=FlagAnswer)
async def reopen_flag(
    flag_id: UUID, request: ReopeningRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Flag:
    """Take a settlement back, with a reason: the flag is open again and gets a new due day."""
    return await usecases.reopen(connection, flag_id, reason=request.reason, caller=caller, at=at)


@routes.post("/flags/{flag_id}/assignment", response_model=FlagAnswer)
async def assign_flag(
    flag_id: UUID, request: AssignmentRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Flag:
    """Give an open flag to a person, or back to the county."""
    return await usecases.assign(connection, flag_id, request.person, reason=request.reason, caller=caller, at=at)


@public_routes.get("/flag-rates")
async def get_flag_rates(
    request: Request,
    at: Now,
    first_on: Day,
    last_on: Day,
    region: Annotated[str | None, Query(max_length=16, description="Default: the whole province")] = None,
) -> HitRatesAnswer:
    """Hit rates of every rule that flags: of the flags raised on these days, how many were upheld. Public."""
    async with request.app.state.engines.connect() as connection:
        found = await usecases.hit_rates(connection, region, first_on=first_on, last_on=last_on, at=at)
    return HitRatesAnswer(rows=[HitRateAnswer.of(each) for each in found])
