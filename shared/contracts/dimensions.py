"""The dimensions that facts share, so that a total can be cut the same way whatever it counts."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

ProgrammeCode = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9-]{1,15}\Z")]
RegionCode = Annotated[str, Meta(pattern=r"^\d{6}\Z")]
OccupationCode = Annotated[str, Meta(pattern=r"^\d-\d{2}-\d{2}-\d{2}\Z")]
LevelRank = Annotated[int, Meta(ge=1, le=8)]
"""1 (apprentice) to 8 (chief technician): the order of levels. Certificate numbers have the reverse order."""
AmountFen = Annotated[int, Meta(ge=0)]


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
