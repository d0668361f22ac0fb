"""Facts on flags: irregularities that an officer has to examine."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from msgspec import Meta

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class FlagStatus(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    """The irregularity is confirmed: what depends on it is held."""
    DISMISSED = "dismissed"
    """There was a valid explanation."""


class FlagState(RegistryFact):
    flag_id: UUID
    check: Annotated[str, Meta(pattern=r"^C\d{2}\Z")]
    """The check that raised it, by its code in the domain rules §4.6."""
    kind: str
    """The machine-readable kind ("one-phone-many-trainees")."""
    institution_id: UUID | None
    class_id: UUID | None
    enrolment_id: UUID | None
    person: UUID | None
    region: RegionCode
    reporting_region: RegionCode
    holds: bool
    """Whether a claim for what is flagged waits until the flag is settled."""
    status: FlagStatus
    programme: ProgrammeCode | None = None
    occupation: OccupationCode | None = None
    level: LevelRank | None = None
    fund_source: FundSource | None = None
    """Of the training or class concerned; None if there is none."""
    raised_on: date | None = None
    due_on: date | None = None
    """The last day on which an officer settles it in time; None if no policy row says how many days there are."""
    is_confidential: bool = False
    """Whether only officers may see it, and not the institution concerned."""
    award: AwardCode | None = None


class FlagRaised(FlagState):
    """Subject of all: flags/{flag_id}."""

    type: ClassVar[str] = "registry.flag-raised.v1"


class FlagSettled(FlagState):
    type: ClassVar[str] = "registry.flag-settled.v1"


class FlagReopened(FlagState):
    """A settlement was taken back: an officer examines it again."""

    type: ClassVar[str] = "registry.flag-reopened.v1"


FLAG_FACTS: Final = (FlagRaised, FlagSettled, FlagReopened)
"""All facts of a flag. Versions have no gaps, so a consumer that needs one of them consumes all."""
