"""Blocks of certificate numbers over HTTP: given by the province, void with a reason, accounted for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.assessment.bodies.store import bodies as body_store
from services.assessment.numbers import store, usecases
from services.assessment.numbers.rules.blocks import SERIAL_MAX, NumberBlock, Run, RunState
from services.assessment.numbers.usecases import Account
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.forms import PLAIN, Reason, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("numbers")

RUNS_MAX = 1_000
Year = Annotated[int, Field(ge=2000, le=2099, examples=[2026])]
# A number of 22 characters is no person's number, but may look like one to a search for these.
Number = Annotated[str, Field(max_length=40, examples=["S000041000123253000042"]), PLAIN]


class NumberBlockRequest(Strict):
    year: Year
    count: Annotated[int, Field(ge=1, le=SERIAL_MAX, description="How many numbers", examples=[1000])]
    reason: Reason


class NumberBlockEndingRequest(Strict):
    reason: Reason


class VoidRequest(Strict):
    """Numbers that are never given, such as those of a spoiled print. Without `last`, a single one."""

    first: Number
    last: Number | None = None
    reason: Reason


class NumberBlockAnswer(BaseModel):
    """Serials of a body in a year, both inclusive."""

    id: UUID
    body_id: UUID
    year: int
    first_serial: int
    last_serial: int = Field(description="Before first_serial if all of it was taken back")
    given_last_serial: int
    given_by: str
    given_at: datetime
    reason: str
    ended_by: str | None
    ended_at: datetime | None
    ending_reason: str | None
    version: int

    @classmethod
    def of(cls, block: NumberBlock) -> Self:
        return cls(**{name: getattr(block, name) for name in NumberBlockAnswer.model_fields})


class RunAnswer(BaseModel):
    """Serials that follow each other and of which the same became, both inclusive."""

    first_serial: int
    last_serial: int
    state: RunState
    reason: str | None

    @classmethod
    def of(cls, run: Run) -> Self:
        return cls(**run._asdict())


class AccountAnswer(BaseModel):
    """What became of the numbers of a block."""

    block: NumberBlockAnswer
    last_drawn: int
    issued: int
    void: int
    left: int
    unexplained: int = Field(description="Passed over without a certificate or a reason: there should be none")
    runs: list[RunAnswer]
    next_serial: int | None = Field(description="Ask with from_serial for the runs that follow; null at the end")

    @classmethod
    def of(cls, account: Account, *, from_serial: int) -> Self:
        runs = [run for run in account.runs if run.last_serial >= from_serial]
        shown, further = runs[:RUNS_MAX], runs[RUNS_MAX:]
        return cls(
            block=NumberBlockAnswer.of(account.block),
            last_drawn=account.last_drawn,
            runs=[RunAnswer.of(run) for run in shown],
            next_serial=further[0].first_serial if further else None,
            **{state.value: account.total(state) for state in RunState},
        )


@routes.post("/bodies/{body_id}/number-blocks", status_code=201)
async def give_number_block(
    body_id: UUID, request: NumberBlockRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> NumberBlockAnswer:
    """Give a body the next serials of a year, from which its certificates are numbered in order.

    Where blocks are not needed (pass rule numbers.blocks_needed), a body draws from all serials of the year until its
    first block is given.
    """
    said = {"year": request.year, "count": request.count, "reason": request.reason}
    return NumberBlockAnswer.of(await usecases.give(connection, body_id, **said, caller=caller, at=at))  # type: ignore[arg-type]


@routes.get("/bodies/{body_id}/number-blocks")
async def list_number_blocks(
    body_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    year: Annotated[int | None, Query(ge=2000, le=2099)] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[NumberBlockAnswer]:
    """The blocks of a body, in the order in which they were given."""
    seen = await plans.scope(connection, caller)
    body = await body_store.load(connection, body_id)
    seen.require(body, owner=body.id)
    rows = await store.page(connection, body_id, year=year, after=after(cursor), limit=size)
    return Page(rows=[NumberBlockAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/number-blocks/{block_id}/account")
async def get_number_account(
    block_id: UUID,
    connection: Connection,
    caller: CurrentCaller,
    from_serial: Annotated[int, Query(ge=1, le=SERIAL_MAX, description="Runs that end here or later")] = 1,
) -> AccountAnswer:
    """What became of each number of a block: issued, void with its reason, left, or passed over."""
    return AccountAnswer.of(await usecases.account(connection, block_id, caller=caller), from_serial=from_serial)


@routes.post("/number-blocks/{block_id}/ending")
async def end_number_block(
    block_id: UUID, request: NumberBlockEndingRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> NumberBlockAnswer:
    """Take back what is left of a block. What was drawn of it stays; a repeat changes nothing."""
    return NumberBlockAnswer.of(await usecases.end(connection, block_id, reason=request.reason, caller=caller, at=at))


@routes.post("/bodies/{body_id}/void-numbers", status_code=201)
async def void_numbers(
    body_id: UUID, request: VoidRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> RunAnswer:
    """Declare numbers of the body's blocks void, with the reason: no certificate gets them. A repeat is the same."""
    said = {"first": request.first, "last": request.last, "reason": request.reason}
    void = await usecases.void(connection, body_id, **said, caller=caller, at=at)  # type: ignore[arg-type]
    return RunAnswer.of(Run(*void[:2], RunState.VOID, void.reason))
