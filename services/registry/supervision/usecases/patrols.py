"""Record patrols with their findings, and compute their coverage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.flags import usecases as flag_usecases
from services.registry.plan.rules.policy import Policy
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from services.registry.supervision.rules import findings as finding_rules
from services.registry.supervision.rules import patrols as rules
from services.registry.supervision.rules.findings import OPEN, Finding, FindingEvent
from services.registry.supervision.rules.patrols import Area, ClassesRun, Coverage, Patrol
from services.registry.supervision.store import findings as finding_store
from services.registry.supervision.store import patrols as store
from services.registry.supervision.store.patrols import CoverageDays
from shared.backbone import outbox
from shared.contracts.registry.supervision import PatrolLevel, PatrolMethod, Severity
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.keyset import KeysetPosition
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import LocalIdTaken
from shared.plan import Plan
from shared.reach import Reach, reach


class FindingReport(NamedTuple):
    """A finding as the officer reports it; without `due_on` the usual due day applies."""

    severity: Severity
    found: str
    due_on: date | None = None


class PatrolReport(NamedTuple):
    """A patrol as the officer reports it. `local_id` is the officer's own id of it."""

    local_id: str
    method: PatrolMethod
    patrolled_at: datetime
    present: int
    note: str = ""
    findings: Sequence[FindingReport] = ()


class PatrolAndFindings(NamedTuple):
    patrol: Patrol
    findings: list[Finding]


async def record(
    connection: AsyncConnection, class_id: UUID, report: PatrolReport, *, caller: Caller, at: datetime
) -> PatrolAndFindings:
    """A new patrol, by an officer of the class's county or above; a repeat returns the existing one.

    An implausible count is flagged (C24, C14), and so is a critical finding of a completed class (C25).
    Raises NotFound, ForeignRegion, LocalIdTaken, ClassNotPatrolled, PatrolAhead, PatrolOutsideClass,
    FindingDueTooEarly.
    """
    # The class is locked, so that either its completion sees a critical finding, or a flag holds its claim.
    class_ = await class_store.load(connection, class_id, lock=True)
    rulebook = await rulebook_store.current(connection)
    patrol = _patrol(rulebook.plan, class_, report, caller)
    policy = rulebook.policy(class_.starts_on, class_.region)
    known = await store.find_by_local_id(connection, caller.person, report.local_id)
    if known is not None:
        return await _repeated(connection, known, patrol, report.findings, policy)
    rules.require_possible(class_, report.patrolled_at, at=at)
    day = business_day(report.patrolled_at)
    patrol = rules.counted(patrol, enrolled=await store.enrolled(connection, class_id, day=day))
    findings = _findings(patrol, report.findings, policy)
    await store.add(connection, patrol)
    await finding_store.add_all(connection, findings)
    await finding_store.add_events(connection, [_opened(finding, by=caller.person, at=at) for finding in findings])
    opened = [finding_rules.open_(finding, class_, at=at) for finding in findings]
    await outbox.record(connection, rules.record(patrol, class_, findings=len(findings), at=at), *opened)
    seen = [
        *rules.looks_wrong(patrol, class_, share_min=policy.attendance_share_min),
        *(late for finding in findings for late in finding_rules.found_late(finding, class_)),
    ]
    await flag_usecases.raise_all(connection, seen, at=at, rulebook=rulebook)
    await hold_against_marks(connection, class_, policy, at=at)
    return PatrolAndFindings(patrol, findings)


async def hold_against_marks(
    connection: AsyncConnection, class_: TrainingClass, policy: Policy, *, at: datetime
) -> None:
    """Flag patrols of the class that met far fewer trainees than attendance marks of that moment show (C14).

    Marks may arrive much later, so this runs when a patrol is recorded and again when the class is completed.
    """
    share = policy.patrol_present_tolerance_share
    found = await store.marked(connection, class_.id)
    seen = [
        each
        for patrol, marked in found
        for each in rules.looks_marked(patrol, class_, marked=marked, tolerance_share=share)
    ]
    await flag_usecases.raise_all(connection, seen, at=at)


async def visible_patrol(connection: AsyncConnection, patrol_id: UUID, caller: Caller) -> PatrolAndFindings:
    """A patrol with its current findings. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    patrol = await store.load(connection, patrol_id)
    await visibility.require_readable(connection, caller, patrol)
    return PatrolAndFindings(patrol, await finding_store.of_patrol(connection, patrol_id))


async def coverage(
    connection: AsyncConnection, region: str | None, days: CoverageDays, *, by: Area, caller: Caller
) -> list[tuple[ClassesRun, list[Coverage]]]:
    """By area, the classes that ran on these days and how many of them each level patrolled, on any day.

    The shares are those that hold on the last day. Raises ForeignRegion, UnknownRegion,
    PeriodEndsBeforeStart, CoverageTooLong, PolicyUnset.
    """
    rulebook, far = await _coverable(connection, region, days, caller)
    found: list[tuple[ClassesRun, list[Coverage]]] = []
    for ran in await store.ran(connection, far, days, by=by):
        policy = rulebook.policy(days.last_on, ran.region or far.region or ran.reporting_region)
        found.append((ran, rules.coverage(ran, policy)))
    return found


async def uncovered(
    connection: AsyncConnection,
    region: str | None,
    days: CoverageDays,
    *,
    level: PatrolLevel | None,
    after: KeysetPosition,
    limit: int,
    caller: Caller,
) -> list[TrainingClass]:
    """Classes counted by coverage that `level` (by default the caller's) has not patrolled.

    Raises ForeignRegion, UnknownRegion, PeriodEndsBeforeStart, CoverageTooLong.
    """
    rulebook, far = await _coverable(connection, region, days, caller)
    level = level or rules.level_of(rulebook.plan, caller)
    return await store.uncovered(connection, far, days, level, after=after, limit=limit)


async def _coverable(
    connection: AsyncConnection, region: str | None, days: CoverageDays, caller: Caller
) -> tuple[Rulebook, Reach]:
    rules.require_coverable(Period(*days))
    rulebook = await rulebook_store.current(connection)
    return rulebook, reach(rulebook.plan, caller, region)


def _patrol(plan: Plan, class_: TrainingClass, report: PatrolReport, caller: Caller) -> Patrol:
    """The reported patrol, before the enrolled are counted. Raises ForeignRegion."""
    caller.require_region(plan.region_and_above(class_.region, on=caller.today))
    return Patrol(
        id=new_id(),
        class_id=class_.id,
        institution_id=class_.institution_id,
        region=class_.region,
        reporting_region=class_.reporting_region,
        level=rules.level_of(plan, caller),
        method=report.method,
        local_id=report.local_id,
        patrolled_at=report.patrolled_at,
        present=report.present,
        enrolled=0,
        note=report.note,
        done_by=caller.person,
    )


async def _repeated(
    connection: AsyncConnection, known: Patrol, patrol: Patrol, found: Sequence[FindingReport], policy: Policy
) -> PatrolAndFindings:
    """The `known` patrol, if this is a repeat of it. Raises LocalIdTaken."""
    if not known.same_as(patrol):
        raise LocalIdTaken(pointer="/local_id")
    before = await finding_store.of_patrol(connection, known.id)
    due = await finding_store.first_due(connection, patrol_id=known.id)
    then = [FindingReport(finding.severity, finding.found, day) for finding, day in zip(before, due, strict=True)]
    now = [FindingReport(each.severity, each.found, each.due_on) for each in _findings(known, found, policy)]
    if then != now:
        raise LocalIdTaken(pointer="/local_id")
    return PatrolAndFindings(known, before)


def _findings(patrol: Patrol, found: Sequence[FindingReport], policy: Policy) -> list[Finding]:
    """The findings of a new patrol. Raises FindingDueTooEarly."""
    day, days = business_day(patrol.patrolled_at), policy.patrol_finding_due_days
    return [
        Finding(
            id=new_id(),
            patrol_id=patrol.id,
            number=number,
            class_id=patrol.class_id,
            institution_id=patrol.institution_id,
            region=patrol.region,
            reporting_region=patrol.reporting_region,
            level=patrol.level,
            severity=each.severity,
            found=each.found,
            due_on=finding_rules.due_day(each.due_on, since=day, days=days, pointer=f"/findings/{number - 1}/due_on"),
        )
        for number, each in enumerate(found, start=1)
    ]


def _opened(finding: Finding, *, by: str, at: datetime) -> FindingEvent:
    return FindingEvent(finding.id, finding.version, OPEN, by, at, finding.found, finding.due_on)
