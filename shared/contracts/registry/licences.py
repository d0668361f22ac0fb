"""Facts on licences of other authorities that a training led to: recorded by one, confirmed by another."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class LicenceStatus(StrEnum):
    RECORDED = "recorded"
    """Stated by the institution or an officer; nothing rests on it yet."""
    CONFIRMED = "confirmed"
    """Another person, an officer, found it in the issuing authority's register."""
    REJECTED = "rejected"
    """Not found there, or confirmed by mistake."""


class LicenceState(RegistryFact):
    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    person: UUID
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    fund_source: FundSource | None
    issued_on: date
    """The day of the licence, or of its renewal."""
    status: LicenceStatus
    project: str | None = None
    award: AwardCode | None = None


class LicenceRecorded(LicenceState):
    """Recorded, recorded again with other days, or to be confirmed again because the training was another human's.
    Subject of all licence facts: licences/{enrolment_id}.
    """

    type: ClassVar[str] = "registry.licence-recorded.v1"


class LicenceConfirmed(LicenceState):
    type: ClassVar[str] = "registry.licence-confirmed.v1"


class LicenceRejected(LicenceState):
    type: ClassVar[str] = "registry.licence-rejected.v1"


LICENCE_FACTS: Final = (LicenceRecorded, LicenceConfirmed, LicenceRejected)
"""All facts of a licence. Versions have no gaps, so a consumer that needs one of them consumes all."""
