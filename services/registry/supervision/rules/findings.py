"""Findings of patrols and inspections: opened, rectified by the institution, rechecked, then closed or reopened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.supervision import (
    FindingClosed,
    FindingOpened,
    FindingRectified,
    FindingReopened,
    FindingState,
    FindingStatus,
    PatrolLevel,
    Severity,
)
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Forbidden, Invalid

F = TypeVar("F", bound=FindingState)


class FindingVerb(StrEnum):
    RECTIFY = "rectify"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    REOPEN = "reopen"


OPEN: Final = "open"
"""The step that opened a finding, in addition to the verbs that move it."""

MOVES: Final[Mapping[FindingStatus, Mapping[FindingVerb, FindingStatus]]] = {
    FindingStatus.OPEN: {FindingVerb.RECTIFY: FindingStatus.RECTIFIED},
    FindingStatus.RECTIFIED: {
        FindingVerb.PASS: FindingStatus.CLOSED,
        FindingVerb.FAIL: FindingStatus.OPEN,
    },
    FindingStatus.CLOSED: {FindingVerb.REOPEN: FindingStatus.OPEN},
}


class FindingDueTooEarly(Invalid):
    """Facts: `possible_from`."""

    slug = "finding-due-too-early"
    title_en = "A finding cannot be due before the day on which it was opened or rechecked."
    title_zh = "整改期限不能早于发现问题或复查的日期。"
    cure_en = "Enter {possible_from} or a later day, or leave it out for the usual due day."
    cure_zh = "请填写不早于 {possible_from} 的日期；不填则按默认期限。"


class FindingOfHigherLevel(Forbidden):
    """Facts: `level`."""

    slug = "finding-of-higher-level"
    title_en = "A level above yours opened this finding."
    title_zh = "该问题由上级巡查发现，本级不能复查销号。"
    cure_en = "Ask an officer of the level {level}, or of a higher one, to recheck it."
    cure_zh = "请由该层级（{level}）或更高层级的工作人员复查。"


class CriticalFindingOpen(Conflict):
    """Facts: `findings`, some of the ids."""

    slug = "critical-finding-open"
    title_en = "The class has critical findings that are not closed."
    title_zh = "该班有重大问题尚未整改销号。"
    cure_en = "Rectify these findings, report the rectification, and have it rechecked: {findings}."
    cure_zh = "请先整改以下问题，提交整改情况，并由主管部门复查销号：{findings}。"
    reference = "POST /v1/findings/…/rectification"


class HazardsOpen(Conflict):
    """Facts: `findings`, some of the ids."""

    slug = "hazards-open"
    title_en = "The institution or the site has critical hazards that are not closed."
    title_zh = "该机构或培训点有重大安全隐患尚未整改销号。"
    cure_en = "Rectify these hazards, report the rectification, and have it rechecked: {findings}."
    cure_zh = "请先整改以下隐患，提交整改情况，并由主管部门复查销号：{findings}。"
    reference = "POST /v1/findings/…/rectification"


@dataclass(frozen=True)
class Finding:
    """Something wrong that a patrol found in a class, or an inspection at an institution or one of its sites: a hazard.

    `number` counts the findings of the patrol or inspection from 1, `level` is its level; `due_on` is the last day in
    time; `rectified_by` is cleared when it is reopened. Its owner is its region, and the officer in `assigned_to`.
    """

    id: UUID
    patrol_id: UUID | None
    number: int
    class_id: UUID | None
    institution_id: UUID
    region: str
    reporting_region: str
    level: PatrolLevel
    severity: Severity
    found: str
    due_on: date
    status: FindingStatus = FindingStatus.OPEN
    rectified_by: str | None = None
    version: int = 1
    inspection_id: UUID | None = None
    site_id: UUID | None = None
    assigned_to: str | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether it is not closed and past its due day, whoever has to act next."""
        return self.status is not FindingStatus.CLOSED and self.due_on < today


@dataclass(frozen=True)
class FindingEvent:
    """A step, the due day after it, and what was said; `evidence` is the institution's id of a document."""

    finding_id: UUID
    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str
    due_on: date
    evidence: str | None = None


@dataclass(frozen=True)
class FindingAssignment:
    """That a finding was given to an officer, or with None back to its county."""

    id: UUID
    finding_id: UUID
    assigned_to: str | None
    assigned_by: str
    assigned_at: datetime
    said: str


def due_day(asked: date | None, *, since: date, days: int, pointer: str = "/due_on") -> date:
    """The due day: `asked`, by default `days` after `since`. Raises FindingDueTooEarly if it is before `since`."""
    if asked is None:
        return since + timedelta(days=days)
    if asked < since:
        raise FindingDueTooEarly(pointer=pointer, possible_from=since.isoformat())
    return asked


def open_(finding: Finding, class_: TrainingClass, *, at: datetime) -> FindingOpened:
    """The fact that a new `finding` was opened in `class_`."""
    return _fact(FindingOpened, finding, class_, at=at)


def found_late(finding: Finding, class_: TrainingClass) -> Iterator[Observation]:
    """Flag for a critical finding of a completed class: completion can no longer wait for it, so a claim does (C25).

    Source: domain rules §5.3.
    """
    if finding.severity is Severity.CRITICAL and class_.status is ClassStatus.COMPLETED:
        facts = {"finding": str(finding.id)}
        yield see_class(FlagKind.CRITICAL_FINDING_LATE, class_, str(finding.id), facts=facts)


def rectify(
    finding: Finding, class_: TrainingClass | None, *, by: str, at: datetime
) -> tuple[Finding, FindingRectified | None]:
    """Rectify it, also after the due day; a hazard has no class, and no fact. Raises IllegalMove."""
    after = replace(_moved(finding, FindingVerb.RECTIFY), rectified_by=by)
    return after, _told(FindingRectified, after, class_, at=at)


def require_level(finding: Finding, level: PatrolLevel) -> None:
    """Check that a recheck at `level` is not below the level of the patrol. Raises FindingOfHigherLevel."""
    levels = list(PatrolLevel)
    if levels.index(level) < levels.index(finding.level):
        raise FindingOfHigherLevel(level=finding.level.value)


def pass_(
    finding: Finding, class_: TrainingClass | None, *, by: str, at: datetime
) -> tuple[Finding, FindingClosed | None]:
    """Close it after a recheck. Raises IllegalMove, or SamePerson if `by` rectified it."""
    after = _rechecked(finding, FindingVerb.PASS, by=by)
    return after, _told(FindingClosed, after, class_, at=at)


def fail(
    finding: Finding, class_: TrainingClass | None, *, due_on: date, by: str, at: datetime
) -> tuple[Finding, FindingReopened | None]:
    """Reopen it with a new due day. Raises IllegalMove, or SamePerson if `by` rectified it."""
    after = replace(_rechecked(finding, FindingVerb.FAIL, by=by), due_on=due_on, rectified_by=None)
    return after, _told(FindingReopened, after, class_, at=at)


def reopen(
    finding: Finding, class_: TrainingClass | None, *, due_on: date, at: datetime
) -> tuple[Finding, FindingReopened | None]:
    """Open a closed one again, with a new due day. Raises IllegalMove."""
    after = replace(_moved(finding, FindingVerb.REOPEN), due_on=due_on, rectified_by=None)
    return after, _told(FindingReopened, after, class_, at=at)


def require_no_hazards(critical: Sequence[UUID]) -> None:
    """Check that no `critical` hazard is left open where a class is to start. Raises HazardsOpen."""
    if critical:
        raise HazardsOpen(findings=[str(each) for each in critical])


def require_closed(critical: Sequence[UUID]) -> None:
    """Check that no `critical` finding of the class is left open. Raises CriticalFindingOpen."""
    if critical:
        raise CriticalFindingOpen(findings=[str(each) for each in critical])


def _rechecked(finding: Finding, verb: FindingVerb, *, by: str) -> Finding:
    after = _moved(finding, verb)
    require_another(by, finding.rectified_by, rule="rectification and re-check of a finding")
    return after


def _moved(finding: Finding, verb: FindingVerb) -> Finding:
    return replace(finding, status=move(MOVES, finding.status, verb), version=finding.version + 1)


def _told(fact: type[F], finding: Finding, class_: TrainingClass | None, *, at: datetime) -> F | None:
    return None if class_ is None else _fact(fact, finding, class_, at=at)


def _fact(fact: type[F], finding: Finding, class_: TrainingClass, *, at: datetime) -> F:
    assert finding.patrol_id is not None, "a finding in a class is of a patrol"
    dimensions = class_.dimensions._replace(region=finding.region, reporting_region=finding.reporting_region)
    return fact(
        subject=f"findings/{finding.id}",
        version=finding.version,
        at=at,
        finding_id=finding.id,
        patrol_id=finding.patrol_id,
        class_id=class_.id,
        institution_id=finding.institution_id,
        severity=finding.severity,
        due_on=finding.due_on,
        status=finding.status,
        patrol_level=finding.level,
        **dimensions.as_fields(project=False),
    )
