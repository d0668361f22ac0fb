"""Blocks of serials that the province gives to bodies: drawn in order, void with a reason, or left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import chain, islice
from typing import Final, NamedTuple
from uuid import UUID

from services.assessment.bodies.rules.bodies import Body
from shared.kernel.refusals import Conflict, Invalid

SERIAL_MAX: Final = 999_999


class NumberExhausted(Conflict):
    """Facts: `year`, `left`, `needed`."""

    slug = "certificate-numbers-exhausted"
    title_en = "The body does not have enough certificate numbers left this year."
    title_zh = "该机构本年度证书编号已不足。"
    cure_en = "{left} numbers of {year} are left and {needed} are needed: ask the province for a further block."
    cure_zh = "{year} 年度剩余编号 {left} 个，需要 {needed} 个：请向省级主管部门申领新的号段。"
    reference = "POST /v1/bodies/…/number-blocks"


class NoSerialsLeft(Conflict):
    """Facts: `year`, `left`."""

    slug = "no-serials-left-to-give"
    title_en = "The body's serials of that year do not suffice for a block of this size."
    title_zh = "该机构该年度的流水号不足以划出此号段。"
    cure_en = "A serial has six digits: {left} of {year} can still be given."
    cure_zh = "流水号为六位，{year} 年度还可划出 {left} 个。"


class NumbersOfClosedBody(Conflict):
    """Facts: `closed_from`."""

    slug = "numbers-of-closed-body"
    title_en = "The body is closed since {closed_from}, so it gets no further numbers."
    title_zh = "该机构自 {closed_from} 起已注销或被承接，不再划拨编号。"
    cure_en = "Give the block to its successor; what the closed body left open is numbered from the blocks it has."
    cure_zh = "请将号段划拨给承接机构；该机构未办结的考试仍使用其原有号段编号。"


class NumberOfAnotherBlock(Invalid):
    slug = "number-of-another-block"
    title_en = "The number belongs to no block of this body."
    title_zh = "该编号不在本机构的号段内。"
    cure_en = "Compare it with the body's blocks: prefix, year and serial must all be theirs."
    cure_zh = "请与本机构号段核对：前缀、年份和流水号均须相符。"
    reference = "GET /v1/bodies/…/number-blocks"


class NumberIsIssued(Conflict):
    """Facts: `serial`, the first of them."""

    slug = "number-is-issued"
    title_en = "A certificate has this number, so it cannot be void."
    title_zh = "该编号已核发证书，不能作废。"
    cure_en = "Revoke or correct the certificate with serial {serial} instead."
    cure_zh = "请办理流水号 {serial} 的证书撤销或更正。"


class NumberIsVoid(Conflict):
    """Facts: `serial`, the first of them."""

    slug = "number-is-void"
    title_en = "The number is void already, for another reason."
    title_zh = "该编号已因其他原因作废。"
    cure_en = "Serial {serial} stays void; send only numbers that are not."
    cure_zh = "流水号 {serial} 已作废；请只填写未作废的编号。"


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Serials of a body in a year, both inclusive; the last is before the first if all of it was taken back."""

    id: UUID
    body_id: UUID
    year: int
    first_serial: int
    last_serial: int
    given_last_serial: int
    """What it ended with when it was given; later serials than `last_serial` went back to the province."""
    given_by: str
    given_at: datetime
    reason: str
    version: int = 1
    ended_by: str | None = None
    ended_at: datetime | None = None
    ending_reason: str | None = None

    def has(self, serial: int) -> bool:
        return self.first_serial <= serial <= self.last_serial


class Void(NamedTuple):
    """Serials that are never given, both inclusive."""

    first_serial: int
    last_serial: int
    reason: str


def draw(last: int, count: int, blocks: Iterable[NumberBlock], voids: Sequence[Void], *, year: int) -> list[int]:
    """The next `count` serials after `last`, in the order of the blocks, without void ones. Raises NumberExhausted."""
    found = list(islice(_left(last, blocks, voids), count))
    if len(found) < count:
        raise NumberExhausted(year=year, left=len(found), needed=count)
    return found


def _left(last: int, blocks: Iterable[NumberBlock], voids: Sequence[Void]) -> Iterator[int]:
    ordered = sorted(blocks, key=lambda block: block.first_serial)
    serials = chain.from_iterable(range(max(each.first_serial, last + 1), each.last_serial + 1) for each in ordered)
    ahead = [each for each in voids if each.last_serial > last]
    if not ahead:
        return serials
    return (each for each in serials if not any(void.first_serial <= each <= void.last_serial for void in ahead))


def first_serial(last: int, blocks: Iterable[NumberBlock], count: int, *, year: int) -> int:
    """Where a further block of `count` serials begins: after all that was drawn or given. Raises NoSerialsLeft."""
    begin = max([last, *(each.last_serial for each in blocks)]) + 1
    left = SERIAL_MAX - begin + 1
    if count > left:
        raise NoSerialsLeft(pointer="/count", year=year, left=left)
    return begin


def end(block: NumberBlock, last: int, *, by: str, reason: str, at: datetime) -> NumberBlock:
    """The block with what was drawn of it, where `last` is the last drawn serial; the others go back."""
    kept = max(block.first_serial - 1, min(block.last_serial, last))
    step = {"ended_by": by, "ended_at": at, "ending_reason": reason}
    return replace(block, last_serial=kept, version=block.version + 1, **step)  # type: ignore[arg-type]


def require_open(body: Body, *, today: date) -> None:
    """Raises NumbersOfClosedBody."""
    if body.closed_from is not None and body.closed_from <= today:
        raise NumbersOfClosedBody(closed_from=body.closed_from.isoformat())


class RunState(StrEnum):
    """What became of a number."""

    ISSUED = "issued"
    VOID = "void"
    LEFT = "left"
    UNEXPLAINED = "unexplained"


class Run(NamedTuple):
    """Serials that follow each other and of which the same became, both inclusive."""

    first_serial: int
    last_serial: int
    state: RunState
    reason: str | None = None

    @property
    def size(self) -> int:
        return self.last_serial - self.first_serial + 1


def account(block: NumberBlock, last: int, issued: Iterable[tuple[int, int]], voids: Iterable[Void]) -> list[Run]:
    """What became of each number of the block, in order and without gap.

    `issued` are runs of serials with a certificate, `last` is the last one drawn. A number that was passed over without
    a certificate or a reason is unexplained.
    """
    known = [Run(first, until, RunState.ISSUED) for first, until in issued]
    known += [Run(each.first_serial, each.last_serial, RunState.VOID, each.reason) for each in voids]
    runs, next_serial = list[Run](), block.first_serial
    for run in sorted(known):
        first, until = max(run.first_serial, next_serial), min(run.last_serial, block.last_serial)
        if first > until:
            continue
        runs += [*_between(next_serial, first - 1, last), run._replace(first_serial=first, last_serial=until)]
        next_serial = until + 1
    return [*runs, *_between(next_serial, block.last_serial, last)]


def _between(first: int, until: int, last: int) -> list[Run]:
    """The runs of serials of which nothing is on record."""
    parts = (
        Run(first, min(until, last), RunState.UNEXPLAINED),
        Run(max(first, last + 1), until, RunState.LEFT),
    )
    return [each for each in parts if each.size > 0]
