"""Facts on patrols, findings, spot checks and safety documents."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from shared.contracts.dimensions import AwardCode, FundSource, LevelRank, OccupationCode, ProgrammeCode, RegionCode
from shared.contracts.registry.base import RegistryFact


class PatrolLevel(StrEnum):
    """From the lowest level up."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class PatrolMethod(StrEnum):
    ON_SITE = "on_site"
    ONLINE = "online"


class PatrolRecorded(RegistryFact):
    """An officer visited a class: trainees present and enrolled. Subject: patrols/{patrol_id}."""

    type: ClassVar[str] = "registry.patrol-recorded.v1"

    patrol_id: UUID
    class_id: UUID
    institution_id: UUID
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    patrol_level: PatrolLevel
    method: PatrolMethod
    patrolled_on: date
    present: int
    enrolled: int
    findings: int
    occupation: OccupationCode | None = None
    level: LevelRank | None = None
    """The region of the class; the officer's level is `patrol_level`."""
    fund_source: FundSource | None = None
    award: AwardCode | None = None


class SpotCheckRecorded(RegistryFact):
    """Trainees of a completed class were asked whether they were trained. Subject: spot-checks/{spot_check_id}."""

    type: ClassVar[str] = "registry.spot-check-recorded.v1"

    spot_check_id: UUID
    class_id: UUID
    institution_id: UUID
    programme: ProgrammeCode
    region: RegionCode
    reporting_region: RegionCode
    occupation: OccupationCode
    level: LevelRank | None
    fund_source: FundSource | None
    patrol_level: PatrolLevel
    checked_on: date
    asked: int
    confirmed: int
    trained: int
    award: AwardCode | None = None


class Severity(StrEnum):
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    """The class cannot continue before it is rectified."""


class FindingStatus(StrEnum):
    OPEN = "open"
    RECTIFIED = "rectified"
    """The institution reported the rectification; an officer rechecks it."""
    CLOSED = "closed"


class FindingState(RegistryFact):
    finding_id: UUID
    patrol_id: UUID
    class_id: UUID
    institution_id: UUID
    region: RegionCode
    reporting_region: RegionCode
    severity: Severity
    due_on: date
    status: FindingStatus
    patrol_level: PatrolLevel | None = None
    """An officer of this level or above closes it."""
    programme: ProgrammeCode | None = None
    occupation: OccupationCode | None = None
    level: LevelRank | None = None
    """The region of the class."""
    fund_source: FundSource | None = None
    award: AwardCode | None = None


class FindingOpened(FindingState):
    """Subject of all finding facts: findings/{finding_id}."""

    type: ClassVar[str] = "registry.finding-opened.v1"


class FindingRectified(FindingState):
    type: ClassVar[str] = "registry.finding-rectified.v1"


class FindingReopened(FindingState):
    """The recheck did not pass, or its closing was taken back."""

    type: ClassVar[str] = "registry.finding-reopened.v1"


class FindingClosed(FindingState):
    """The recheck passed."""

    type: ClassVar[str] = "registry.finding-closed.v1"


FINDING_FACTS: Final = (FindingOpened, FindingRectified, FindingReopened, FindingClosed)
"""All facts about findings, for services that consume them."""


class SafetyKind(StrEnum):
    EMERGENCY_PLAN = "emergency_plan"
    SAFETY_LESSON = "safety_lesson"


class SafetyVersionAdded(RegistryFact):
    """An institution's emergency plan or a safety lesson has a new version. Subject: safety/{safety_id}."""

    type: ClassVar[str] = "registry.safety-version-added.v1"

    safety_id: UUID
    institution_id: UUID
    region: RegionCode
    reporting_region: RegionCode
    safety_kind: SafetyKind
    digest: str
    """SHA-256 of the content, in hexadecimal."""
    hours: int
    """Class hours of the lesson; 0 for a plan."""
