"""What waits for a reviewer, which claims are clean, delegations, and samples of decisions by risk."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.subsidy.claims.rules.checks import Check
from shared.kernel.money import Fen
from shared.kernel.refusals import Conflict, Invalid

_PERIOD_DAYS_MAX: Final = 366
_HASH_BITS: Final = 64
_WEIGHT_OF_FLAG: Final = 3
_WEIGHT_OF_CORRECTION: Final = 1
_FEN_OF_WEIGHT: Final = 1_000_000
"""10,000 yuan weigh as much as one refused line."""


class SampleRunning(Conflict):
    """Facts: `last_on`."""

    slug = "sample-period-not-over"
    title_en = "The period is not over, so not all of its decisions are known."
    title_zh = "该期间尚未结束，不能抽样。"
    cure_en = "Draw the sample after {last_on}."
    cure_zh = "请在 {last_on} 之后抽样。"


class SamplePeriodTooLong(Invalid):
    slug = "sample-period-too-long"
    title_en = "The period has more than 366 days."
    title_zh = "抽样期间超过366天。"
    cure_en = "Draw a sample of a shorter period."
    cure_zh = "请缩短抽样期间。"


class Tile(NamedTuple):
    """A check that refused lines of a claim, with their numbers: each line has its explanation."""

    check: Check
    lines: Sequence[int]


@dataclass(frozen=True)
class ClaimNote:
    id: UUID
    claim_id: UUID
    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True)
class Delegation:
    """From `first_on` to `last_on`, what `from_person` has in hand waits for `to_person` as well."""

    id: UUID
    from_person: str
    to_person: str
    region: str
    reporting_region: str
    first_on: date
    last_on: date
    reason: str
    entered_by: str
    entered_at: datetime
    ended_by: str | None = None
    ended_on: date | None = None


class Decision(StrEnum):
    APPROVAL = "approval"
    REFUSAL = "refusal"


@dataclass(frozen=True)
class Decided:
    """A decision of a sample's population; the more it weighs, the likelier it is drawn."""

    claim_id: UUID
    decision: Decision
    weight: int


def weight(*, amount: Fen, refused_lines: int, flags: int) -> int:
    """How much risk a decision carries, 1 or more: money, refused lines, and flags that were ever raised about it."""
    return 1 + amount // _FEN_OF_WEIGHT + _WEIGHT_OF_CORRECTION * refused_lines + _WEIGHT_OF_FLAG * flags


@dataclass(frozen=True)
class ReviewSample:
    """A sample of the decisions of a region and a period, with all that it was drawn from, so that it can be again."""

    id: UUID
    region: str
    first_on: date
    last_on: date
    share: Decimal
    seed: str
    population: Sequence[Decided]
    drawn_by: str
    drawn_at: datetime

    @property
    def drawn(self) -> list[Decided]:
        return draw(self.population, seed=self.seed, share=self.share)


def require_period(first_on: date, last_on: date, *, today: date) -> None:
    """Raises SampleRunning, SamplePeriodTooLong."""
    if today <= last_on:
        raise SampleRunning(last_on=last_on.isoformat())
    if (last_on - first_on).days >= _PERIOD_DAYS_MAX:
        raise SamplePeriodTooLong(pointer="/last_on")


def draw(population: Iterable[Decided], *, seed: str, share: Decimal) -> list[Decided]:
    """Of the approvals and of the refusals each at least `share`, without replacement, by weight.

    Each decision's key is u^(1/weight), where u in (0, 1] follows from the seed and its id; the greatest keys are drawn
    (Efraimidis and Spirakis 2006, algorithm A). So whoever knows seed and population gets the same sample.
    """
    by_kind: dict[Decision, list[Decided]] = {kind: [] for kind in Decision}
    for each in population:
        by_kind[each.decision].append(each)
    drawn: list[Decided] = []
    for those in by_kind.values():
        count = math.ceil(share * len(those))
        drawn += sorted(those, key=lambda each: (-_key(each, seed), each.claim_id))[:count]
    return drawn


def _key(decided: Decided, seed: str) -> float:
    digest = hashlib.sha256(f"{seed}/{decided.decision}/{decided.claim_id}".encode()).digest()
    uniform = (int.from_bytes(digest[: _HASH_BITS // 8], "big") + 1) / 2**_HASH_BITS
    return float(math.log(uniform) / decided.weight)


def as_json(population: Sequence[Decided]) -> list[dict[str, Any]]:
    return [
        {"claim_id": str(each.claim_id), "decision": each.decision.value, "weight": each.weight} for each in population
    ]


def from_json(stored: Iterable[Mapping[str, Any]]) -> list[Decided]:
    return [Decided(UUID(each["claim_id"]), Decision(each["decision"]), each["weight"]) for each in stored]
