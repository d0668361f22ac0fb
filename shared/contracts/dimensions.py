"""The dimensions that facts share, so that a total can be cut the same way whatever it counts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

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
