"""Give blocks of numbers to bodies, draw from them, take back what is left, and say what became of each number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules.bodies import Body
from services.assessment.bodies.store import bodies as body_store
from services.assessment.numbers import store
from services.assessment.numbers.rules import blocks as rules
from services.assessment.numbers.rules.blocks import (
    SERIAL_MAX,
    NumberBlock,
    NumberIsIssued,
    NumberIsVoid,
    NumberOfAnotherBlock,
    Run,
    RunState,
    Void,
)
from services.assessment.numbers.rules.numbers import CertificateNumber, parse
from services.assessment.pass_rules.usecases import blocks_needed
from services.assessment.plan import usecases as plans
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day

_CENTURY = 2000
BY_RULE = "rule"
"""Who gave the first block of a year to a body where blocks are not needed: no person did."""


class Account(NamedTuple):
    """A block, the last serial that its body drew in the year, and what became of its numbers."""

    block: NumberBlock
    last_drawn: int
    runs: Sequence[Run]

    def total(self, state: RunState) -> int:
        """The numbers of which this became."""
        return sum(run.size for run in self.runs if run.state is state)


async def draw(connection: AsyncConnection, body: Body, year: int, count: int, *, last: int, at: datetime) -> list[int]:
    """The next `count` serials of the body after `last`, which was locked before. Raises NumberExhausted."""
    if not count:
        return []
    blocks = await store.of_year(connection, body.id, year)
    if not blocks and not await blocks_needed(connection, day=business_day(at), region=body.region):
        blocks = [_first_block(body.id, year, at=at)]
        await store.add(connection, blocks[0])
    voids = await store.voids(connection, body.id, year)
    serials = rules.draw(last, count, blocks, voids, year=year)
    await store.save_serial(connection, body.id, year, serials[-1])
    return serials


def _first_block(body_id: UUID, year: int, *, at: datetime) -> NumberBlock:
    """All serials of a year, for a body that needs no block of the province."""
    return NumberBlock(
        id=new_id(),
        body_id=body_id,
        year=year,
        first_serial=1,
        last_serial=SERIAL_MAX,
        given_last_serial=SERIAL_MAX,
        given_by=BY_RULE,
        given_at=at,
        reason="numbers.blocks_needed",
    )


async def give(
    connection: AsyncConnection, body_id: UUID, *, year: int, count: int, reason: str, caller: Caller, at: datetime
) -> NumberBlock:
    """A further block for a body, after everything that it drew or was given in the year.

    What the rule gave it before goes back, except what it drew. Raises NotFound, NotYetReceived, ForeignRegion,
    NumbersOfClosedBody, NoSerialsLeft.
    """
    await _require_province(connection, caller)
    body = await body_store.hold(connection, body_id)
    rules.require_open(body, today=business_day(at))
    last = await store.lock_serial(connection, body_id, year)
    blocks = await store.of_year(connection, body_id, year)
    for place, block in enumerate(blocks):
        if block.given_by == BY_RULE and block.ended_at is None:
            blocks[place] = rules.end(block, last, by=caller.person, reason=reason, at=at)
            await store.save(connection, blocks[place])
    first = rules.first_serial(last, blocks, count, year=year)
    block = NumberBlock(
        id=new_id(),
        body_id=body_id,
        year=year,
        first_serial=first,
        last_serial=first + count - 1,
        given_last_serial=first + count - 1,
        given_by=caller.person,
        given_at=at,
        reason=reason,
    )
    await store.add(connection, block)
    return block


async def end(connection: AsyncConnection, block_id: UUID, *, reason: str, caller: Caller, at: datetime) -> NumberBlock:
    """Take back what is left of a block. Raises NotFound, NotYetReceived, ForeignRegion."""
    await _require_province(connection, caller)
    found = await store.load(connection, block_id)
    last = await store.lock_serial(connection, found.body_id, found.year)
    block = await store.load(connection, block_id)
    if block.ended_at is not None:
        return block
    after = rules.end(block, last, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    return after


async def void(
    connection: AsyncConnection,
    body_id: UUID,
    *,
    first: str,
    last: str | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Void:
    """Numbers of the body that are never given, from `first` to `last`. A repeat answers the same.

    By the body itself, or the province. Raises NotFound, ForeignOrganisation, NotYetReceived, ForeignRegion,
    WrongNumberLength, WrongNumberCharacters, NumberOfAnotherBlock, NumberIsIssued, NumberIsVoid.
    """
    body = await body_store.load(connection, body_id)
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(body_id)
    else:
        await _require_province(connection, caller)
    year, asked = _range(body, parse(first), parse(first if last is None else last), reason)
    await store.lock_serial(connection, body_id, year)
    blocks = await store.of_year(connection, body_id, year)
    if not any(each.has(asked.first_serial) and each.has(asked.last_serial) for each in blocks):
        raise NumberOfAnotherBlock(pointer="/first")
    known = await store.voids(connection, body_id, year)
    if asked in known:
        return asked
    for each in known:
        if each.first_serial <= asked.last_serial and asked.first_serial <= each.last_serial:
            raise NumberIsVoid(pointer="/first", serial=max(each.first_serial, asked.first_serial))
    within = {"first": asked.first_serial, "last": asked.last_serial}
    for begin, _ in await store.issued(connection, body_id, year, **within):
        raise NumberIsIssued(pointer="/first", serial=max(begin, asked.first_serial))
    await store.add_void(connection, body_id, year, asked, by=caller.person, at=at)
    return asked


def _range(body: Body, first: CertificateNumber, last: CertificateNumber, reason: str) -> tuple[int, Void]:
    same = first.prefix == last.prefix == body.number_prefix and first.year == last.year
    if not same or first.serial > last.serial:
        raise NumberOfAnotherBlock(pointer="/first" if first.prefix != body.number_prefix else "/last")
    return _CENTURY + first.year, Void(first.serial, last.serial, reason)


async def account(connection: AsyncConnection, block_id: UUID, *, caller: Caller) -> Account:
    """What became of each number of a block in sight.

    Raises NotFound, NotYetReceived, ForeignOrganisation, ForeignRegion.
    """
    seen = await plans.scope(connection, caller)
    block = await store.load(connection, block_id)
    body = await body_store.load(connection, block.body_id)
    seen.require(body, owner=body.id)
    last = await store.last_serial(connection, body.id, block.year)
    within = {"first": block.first_serial, "last": block.last_serial}
    issued = await store.issued(connection, body.id, block.year, **within)
    voids = await store.voids(connection, body.id, block.year)
    return Account(block, last, rules.account(block, last, issued, voids))


async def _require_province(connection: AsyncConnection, caller: Caller) -> None:
    caller.require_region((await plans.load(connection)).provinces)
