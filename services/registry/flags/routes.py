"""Flags over HTTP: list and settle them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from services.registry.flags import store, usecases
from services.registry.flags.rules.flags import Flag, FlagVerb
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.contracts.registry.flags import FlagStatus
from shared.forms import Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("flags")


class SettlementRequest(Strict):
    verdict: FlagVerb
    reason: Reason


class FlagAnswer(BaseModel):
    """`check` is the numbered check that raised it; `holds`: a claim waits until the flag is settled."""

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
    status: FlagStatus
    settled_by: str | None
    settled_at: datetime | None
    settling_reason: str | None
    version: int


@routes.get("/flags")
async def list_flags(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: FlagStatus | None = None,
    check: Annotated[str | None, Query(pattern=r"^C\d{2}$")] = None,
    class_id: UUID | None = None,
    institution_id: UUID | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[FlagAnswer]:
    """Officers see the flags of their region, an institution sees its own."""
    far, institution_id = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    rows = await store.page(
        connection,
        far,
        status=status,
        check=check,
        class_id=class_id,
        institution_id=institution_id,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[FlagAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/flags/{flag_id}", response_model=FlagAnswer)
async def get_flag(flag_id: UUID, connection: Connection, caller: CurrentCaller) -> Flag:
    flag = await store.load(connection, flag_id)
    await visibility.require_readable(connection, caller, flag)
    return flag


@routes.post("/flags/{flag_id}/settlement", response_model=FlagAnswer)
async def settle_flag(
    flag_id: UUID, request: SettlementRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Flag:
    """Settle a flag, with a reason: uphold it, and the claims that depend on it stay held, or dismiss it."""
    return await usecases.settle(connection, flag_id, request.verdict, reason=request.reason, caller=caller, at=at)
