"""The dimensions that facts share, so that a total can be cut the same way whatever it counts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Protocol

from msgspec import Meta, Struct

from shared.kernel.awards import Award

ProgrammeCode = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9-]{1,15}\Z")]
RegionCode = Annotated[str, Meta(pattern=r"^\d{6}\Z")]
OccupationCode = Annotated[str, Meta(pattern=r"^\d-\d{2}-\d{2}-\d{2}\Z")]
LevelRank = Annotated[int, Meta(ge=1, le=8)]
"""1 (apprentice) to 8 (chief technician): the order of levels. Certificate numbers have the reverse order."""
AwardCode = Annotated[str, Meta(pattern=r"^(L[1-8]|[a-z]+(_[a-z]+)*)\Z", max_length=40)]
"""What the training leads to. Facts from before there were awards without a level have none: their level says it."""
AmountFen = Annotated[int, Meta(ge=0)]


class Awarding(Protocol):
    """A fact, or a part of one, about something that leads to an award."""

    @property
    def level(self) -> int | None: ...

    @property
    def award(self) -> str | None: ...


def award_fields(award: Award | None) -> dict[str, Any]:
    """How a fact names an award: `level` (the rank, None without one) and `award` (the code)."""
    if award is None:
        return {"level": None, "award": None}
    return {"level": None if award.level is None else award.level.value, "award": award.code}


def award_of(told: Awarding) -> Award:
    """The award that a fact names by its level, or by its code if it has no level. Raises UnknownAward."""
    return Award.from_code(told.award or "") if told.level is None else Award(told.level)


class FundSource(StrEnum):
    """The account that pays; a claim has exactly one. Source: domain rules §4.4."""

    SPECIAL_ACCOUNT = "special_account"
    EMPLOYMENT_FUND = "employment_fund"
    UNEMPLOYMENT_INSURANCE = "unemployment_insurance"
    OTHER = "other"


class RegionPeriod(Struct, frozen=True, gc=False):
    """Where a region belongs from `valid_from` to `valid_to`, both included; None is a side without a bound."""

    valid_from: date | None
    valid_to: date | None
    parent: RegionCode | None
    reporting_region: RegionCode | None

    def ends_before(self, day: date) -> bool:
        return self.valid_to is not None and self.valid_to < day


class SanctionStep(StrEnum):
    """The ladder, from the lowest step. Source: domain rules §4.6."""

    TALK = "talk"
    RECTIFY = "rectify"
    STOP = "stop"
    """No new classes until it is lifted or ends."""
    DELIST = "delist"
    """Delisted: no new classes, and no new listing."""
    BLACKLIST = "blacklist"
    """As delisted; in addition, institutions with the same owner, site or account are flagged."""
