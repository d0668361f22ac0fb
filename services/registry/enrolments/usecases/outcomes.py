"""Decide the outcomes of enrolments by hours: as posted, or as counted from attendance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import ClassNotRunning, TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.classes.usecases import own_class
from services.registry.enrolments.rules import enrolments as rules
from services.registry.enrolments.rules import outcomes as outcome_rules
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.enrolments.rules.enrolments import Correction, Enrolment, NotInClass
from services.registry.enrolments.rules.outcomes import CONCLUDED, Attended, CompletionThresholds, HoursBounds, Miss
from services.registry.enrolments.store import enrolments as store
from services.registry.enrolments.store import outcomes as outcome_store
from services.registry.enrolments.store.outcomes import Conclusion
from services.registry.enrolments.usecases import steps as enrolment_steps
from services.registry.plan.rules.policy import Policy
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentState, EnrolmentStatus
from shared.dated_rules.rules import Grounds
from shared.kernel.callers import Caller
from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each
from shared.kernel.periods import business_day

_GO_BY: Final = ("attendance.share_min", "attendance.hours_min_required", "attendance.marks_required")
"""The figures that decide an outcome."""

Step = tuple[Enrolment, EnrolmentState]
"""An enrolment with its outcome, and the fact of it."""


class HoursRow(NamedTuple):
    """The hours of one trainee, in class hours of 45 minutes."""

    row: int
    local_id: str
    hours: int


class OutcomeDecision(NamedTuple):
    """An outcome, whether it is new, the attendance behind it, and the conditions that a failed training did not
    meet."""

    concluded: Conclusion
    is_new: bool
    attended: Attended
    missed: list[Miss]


class HoursChange(NamedTuple):
    """A trainee whose attendance was recounted: the hours of the whole training before and after."""

    attendee: Attendee
    before: int
    after: int


async def conclude(
    connection: AsyncConnection,
    class_id: UUID,
    rows: Sequence[HoursRow],
    *,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`: the trainee's training completed or failed by the hours, or the row refused.

    A dry run decides, stores nothing and locks nothing.

    Raises NotFound, ForeignOrganisation, ClassNotRunning, HoursComeFromMarks: then nothing was stored.
    """
    class_ = await _running(connection, class_id, caller, lock=not dry_run)
    rulebook = await rulebook_store.current(connection)
    policy = rulebook.policy(class_.starts_on, class_.region)
    outcome_rules.require_posting(policy, class_id=class_.id)
    thresholds = thresholds_of(class_, rulebook)
    local_ids = {row.local_id for row in rows}
    known = await store.by_local_ids(connection, class_.institution_id, local_ids, lock=not dry_run)
    limits = await _hours_max(connection, class_, [each.id for each in known.values()], lock=not dry_run)
    on = min(business_day(at), class_.ends_on)

    def decide(row: HoursRow) -> Change[Step] | Repeat:
        before = known.get(row.local_id)
        if before is None or before.class_id != class_.id:
            raise NotInClass(pointer="/local_id")
        if _is_repeat(before, row):
            return Repeat(before.id)
        limits.require(row.hours, before.id)
        step = rules.conclude(before, class_, hours=row.hours, **thresholds._asdict(), on=on, at=at)
        known[row.local_id] = step[0]
        return Change(before.id, step)

    steps, outcomes = decide_each(rows, decide)
    if not dry_run:
        grounds = {class_.id: grounds_of(class_, rulebook)}
        await enrolment_steps.keep(connection, steps, by=caller.person, grounds=grounds)
    return outcomes


async def conclude_by_attendance(
    connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime
) -> list[OutcomeDecision]:
    """Decide the outcome of each trainee in training by attendance, at most the class's hours.

    Existing outcomes stay. Returns all outcomes of the class, ordered by enrolment.

    Raises NotFound, ForeignOrganisation, ClassNotRunning, TooEarly, LessonsToCome, NoAttendance: then
    nothing was stored.
    """
    class_ = await _running(connection, class_id, caller)
    rulebook = await rulebook_store.current(connection)
    policy = rulebook.policy(class_.starts_on, class_.region)
    is_kept = await outcome_store.is_kept(connection, class_.id)
    lessons_end = await outcome_store.lessons_end(connection, class_.id)
    outcome_rules.require_conclusion(class_, policy, is_kept=is_kept, lessons_end=lessons_end, at=at)
    thresholds = thresholds_of(class_, rulebook)
    waiting = await store.in_training(connection, class_.id)
    attended = await outcome_store.attended(connection, [each.id for each in waiting], lock=True)
    bounds = HoursBounds(class_.hours, await outcome_store.planned_hours(connection, class_.id))
    on = min(business_day(at), class_.ends_on)
    concluded = [
        rules.conclude(
            before,
            class_,
            hours=attended.get(before.id, Attended()).counted(bounds),
            **thresholds._asdict(),
            on=on,
            at=at,
        )
        for before in waiting
    ]
    grounds = {class_.id: grounds_of(class_, rulebook)}
    await enrolment_steps.keep(connection, concluded, by=caller.person, grounds=grounds)
    new = {enrolment.id for enrolment, _ in concluded}
    decided = await outcome_store.concluded(connection, class_.id)
    attended = await outcome_store.attended(connection, [each.id for each in decided])
    return [
        OutcomeDecision(each, each.id in new, attended.get(each.id, Attended()), _missed(each, class_, thresholds))
        for each in decided
    ]


async def follow(
    connection: AsyncConnection,
    recounted: Sequence[HoursChange],
    *,
    by: str,
    reason: str,
    at: datetime,
    rulebook: Rulebook | None = None,
) -> None:
    """Decide existing outcomes again after their attendance was recounted, as corrections; the others are skipped.

    So are outcomes in classes to which the trainees were transferred since, because the hours count there too. The
    caller holds the locks of the enrolments and has stored their new hours.
    """
    changes = {each.attendee.enrolment_id: each.after - each.before for each in recounted}
    left = [each.attendee.enrolment_id for each in recounted if each.attendee.status is EnrolmentStatus.TRANSFERRED]
    brought: Counter[UUID] = Counter()
    for began, enrolment_id in await outcome_store.continued(connection, left) if left else ():
        brought[enrolment_id] += changes[began]
    here = {each.attendee.enrolment_id for each in recounted if each.attendee.status in CONCLUDED}
    if not here and not brought:
        return
    found = (await store.by_ids(connection, {*here, *brought})).values()
    enrolments = [each for each in found if each.status in CONCLUDED]
    attended = await outcome_store.attended(connection, [each.id for each in enrolments])
    rulebook = rulebook or await rulebook_store.current(connection)
    judged = await _judged(connection, {each.class_id for each in enrolments}, rulebook)
    steps: list[Step] = []
    for before in enrolments:
        its = judged[before.class_id]
        after = attended.get(before.id, Attended())
        former = Attended(after.here - changes.get(before.id, 0), after.carried - brought[before.id])
        shown = {"before": former.counted(its.bounds), "after": after.counted(its.bounds)}
        hours = outcome_rules.hours_after(before.hours, **shown, policy=its.policy)
        if hours != before.hours:
            corrected = Correction(hours=hours)
            steps.append(rules.correct(before, its.class_, corrected, **its.thresholds._asdict(), at=at))
    grounds = {class_id: its.grounds for class_id, its in judged.items()}
    await enrolment_steps.keep(connection, steps, by=by, reason=reason, grounds=grounds)


class _Judged(NamedTuple):
    """A class whose outcomes are decided again, and by what."""

    class_: TrainingClass
    policy: Policy
    bounds: HoursBounds
    thresholds: CompletionThresholds
    grounds: Grounds


async def _judged(connection: AsyncConnection, class_ids: Collection[UUID], rulebook: Rulebook) -> dict[UUID, _Judged]:
    judged: dict[UUID, _Judged] = {}
    for class_ in (await class_store.by_ids(connection, class_ids)).values():
        policy = rulebook.policy(class_.starts_on, class_.region)
        bounds = HoursBounds(class_.hours, await outcome_store.planned_hours(connection, class_.id))
        thresholds, grounds = thresholds_of(class_, rulebook), grounds_of(class_, rulebook)
        judged[class_.id] = _Judged(class_, policy, bounds, thresholds, grounds)
    return judged


def thresholds_of(class_: TrainingClass, rulebook: Rulebook) -> CompletionThresholds:
    """What completes a training in `class_`, with the least hours of project and award if policy asks for them."""
    policy = rulebook.policy(class_.starts_on, class_.region)
    hours_min = 0
    if policy.attendance_hours_min_required and class_.project is not None:
        of_project = rulebook.project(class_.project, day=class_.starts_on).hours_min
        of_award = 0 if class_.fund_source is None else policy.award_hours_min(class_.award)
        hours_min = max(of_project, of_award)
    return CompletionThresholds(policy.attendance_share_min, hours_min)


def grounds_of(class_: TrainingClass, rulebook: Rulebook) -> Grounds:
    """The rows that an outcome in `class_` goes by."""
    return rulebook.grounds(class_.starts_on, class_.region, *_GO_BY, project=class_.project)


def _missed(concluded: Conclusion, class_: TrainingClass, thresholds: CompletionThresholds) -> list[Miss]:
    if concluded.status is not EnrolmentStatus.FAILED:
        return []
    return outcome_rules.missed(concluded.hours, class_hours=class_.hours, **thresholds._asdict())


async def _running(connection: AsyncConnection, class_id: UUID, caller: Caller, *, lock: bool = True) -> TrainingClass:
    """The caller's class, locked. Raises NotFound, ForeignOrganisation, ClassNotRunning."""
    class_ = await own_class(connection, class_id, caller, lock=lock)
    if class_.status is not ClassStatus.RUNNING:
        raise ClassNotRunning(state=class_.status)
    return class_


class _HoursMax(NamedTuple):
    """How many hours may be posted for a trainee: those attended where the class keeps attendance, and never more than
    its timetable has, with those carried over."""

    bounds: HoursBounds
    is_kept: bool
    attended: Mapping[UUID, Attended]

    def require(self, hours: int, enrolment_id: UUID) -> None:
        """Raises MoreHoursThanAttended, TooManyHours."""
        attended = self.attended.get(enrolment_id, Attended())
        if self.is_kept:
            outcome_rules.require_attended(hours, attended=attended.counted(self.bounds))
        possible = attended._replace(here=self.bounds.class_hours).counted(self.bounds)
        if hours > possible:
            raise rules.TooManyHours(pointer="/hours", hours_max=possible)


async def _hours_max(
    connection: AsyncConnection, class_: TrainingClass, enrolment_ids: Sequence[UUID], *, lock: bool
) -> _HoursMax:
    bounds = HoursBounds(class_.hours, await outcome_store.planned_hours(connection, class_.id))
    is_kept = await outcome_store.is_kept(connection, class_.id)
    attended = await outcome_store.attended(connection, enrolment_ids, lock=lock)
    return _HoursMax(bounds, is_kept, attended)


def _is_repeat(enrolment: Enrolment, row: HoursRow) -> bool:
    return enrolment.status in CONCLUDED and enrolment.hours == row.hours
