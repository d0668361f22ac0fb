"""Store marks, and count the hours that follow from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.rules import hours as rules
from services.registry.attendance.rules import marks as mark_rules
from services.registry.attendance.rules import rhythms
from services.registry.attendance.rules.hours import DayHours, Stamp
from services.registry.attendance.rules.marks import Direction, Mark, Method, TooManyDayMarks, UnknownSite
from services.registry.attendance.store import attendees as attendee_store
from services.registry.attendance.store import marks as mark_store
from services.registry.attendance.store.marks import MarkContext
from services.registry.attendance.usecases import counting
from services.registry.attendance.usecases import rhythms as rhythm_usecases
from services.registry.attendance.usecases.counting import HoursReason
from services.registry.attendance.usecases.rhythms import MarkBatch
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.enrolments.rules.enrolments import NotInClass
from services.registry.flags.rules.flags import Observation, warning_of
from services.registry.plan.rules.policy import Policy
from shared.kernel.callers import Caller, ForeignOrganisation
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome, read_each, without_ids
from shared.kernel.refusals import LocalIdTaken, NotFound, Refusal

LATE_MARKS: Final = "补报考勤后重新核定学时"
"""The reason of corrected outcomes in the history of the enrolment."""


class MarkRow(NamedTuple):
    """A well-formed mark from a request; `enrolment_id` or both local ids name the trainee."""

    row: int
    local_id: str
    enrolment_id: UUID | None
    class_local_id: str | None
    trainee_local_id: str | None
    direction: Direction
    at: datetime
    day: date
    method: Method
    device: str | None
    site: str | None
    score: int | None
    matched: bool | None


class _MarkCandidate(NamedTuple):
    """A row whose trainee is known, as a mark, and the reason for refusing it, if any."""

    row: MarkRow
    mark: Mark
    refusal: Refusal | None


@dataclass
class _BatchContext:
    """What is stored about the trainees and sites that a batch names."""

    attendees: dict[UUID, Attendee]
    by_local_id: dict[str, Attendee]
    sites: dict[str, UUID]
    policies: dict[UUID, Policy]
    holidays: set[date]


async def record(
    connection: AsyncConnection, rows: Sequence[MarkRow], *, caller: Caller, at: datetime, dry_run: bool = False
) -> list[RowOutcome]:
    """An outcome for each of `rows`: accepted, repeated or refused. A dry run decides, stores and locks nothing.

    Doubled or out of order, the same marks give the same hours. A double tap is told in the answer.

    Raises ForeignOrganisation, PolicyUnset: then nothing was stored.
    """
    if caller.organisation is None:
        raise ForeignOrganisation
    if not rows:
        return []
    known = await _known(connection, caller.organisation, rows, taken_over=caller.taken_over, lock=not dry_run)
    read, answers = read_each(rows, lambda row: _read(row, known, caller=caller, at=at))
    admitted = [each.mark for each in read if each.refusal is None]
    marks_max = {each: policy.attendance_day_marks_max for each, policy in known.policies.items()}
    stored = await mark_store.add_all(
        connection, caller.organisation, admitted, marks_max=marks_max, at=at, dry_run=dry_run
    )
    new = [mark for mark in admitted if mark.id in stored]
    seen = await _count(connection, new, known, caller=caller, at=at) if new and not dry_run else {}
    answers += await _answers(connection, caller.organisation, read, new, marks_max, seen)
    return without_ids(answers, stored) if dry_run else answers


async def _known(
    connection: AsyncConnection,
    institution_id: UUID,
    rows: Sequence[MarkRow],
    *,
    taken_over: Collection[UUID],
    lock: bool,
) -> _BatchContext:
    found = await attendee_store.find(
        connection,
        institution_id,
        local_ids={row.trainee_local_id for row in rows if row.trainee_local_id is not None},
        ids={row.enrolment_id for row in rows if row.enrolment_id is not None},
        taken_over=taken_over,
        days={row.day for row in rows},
        lock=lock,
    )
    named = {row.site for row in rows if row.site is not None}
    return _BatchContext(
        attendees={each.enrolment_id: each for each in found.all},
        by_local_id={each.local_id: each for each in found.all},
        sites=await mark_store.sites(connection, institution_id, named) if named else {},
        policies=found.policies,
        holidays=found.holidays,
    )


def _read(row: MarkRow, known: _BatchContext, *, caller: Caller, at: datetime) -> _MarkCandidate:
    """Raises NotFound, NotInClass, UnknownSite. Other refusals come with the mark, which may still be a repeat."""
    attendee = _attendee(row, known)
    policy = known.policies[attendee.class_id]
    if row.site is not None and row.site not in known.sites:
        raise UnknownSite(pointer="/site")
    mark = Mark(
        id=new_id(),
        local_id=row.local_id,
        enrolment_id=attendee.enrolment_id,
        class_id=attendee.class_id,
        day=row.day,
        at=row.at,
        direction=row.direction,
        method=row.method,
        device=row.device,
        site_id=None if row.site is None else known.sites[row.site],
        score=row.score,
        matched=row.matched,
        marked_by=caller.person if row.method is Method.HAND else None,
        counts=mark_rules.shows_presence(matched=row.matched, score=row.score, policy=policy),
    )
    try:
        mark_rules.admit(mark, attendee, policy=policy, now=at)
    except Refusal as refusal:
        return _MarkCandidate(row, mark, refusal)
    return _MarkCandidate(row, mark, None)


def _attendee(row: MarkRow, known: _BatchContext) -> Attendee:
    if row.enrolment_id is not None:
        if row.enrolment_id not in known.attendees:
            raise NotFound(pointer="/enrolment_id", what="enrolment", id=str(row.enrolment_id))
        return known.attendees[row.enrolment_id]
    attendee = known.by_local_id.get(row.trainee_local_id or "")
    if attendee is None or attendee.class_local_id != row.class_local_id:
        raise NotInClass(pointer="/trainee_local_id")
    return attendee


async def _answers(
    connection: AsyncConnection,
    institution_id: UUID,
    read: Sequence[_MarkCandidate],
    new: Sequence[Mark],
    marks_max: Mapping[UUID, int],
    seen: Mapping[UUID, Observation],
) -> list[RowOutcome]:
    stored, before = {mark.id for mark in new}, {mark.local_id: mark for mark in new}
    doubtful = {each.mark.local_id for each in read if each.mark.id not in stored} - before.keys()
    if doubtful:
        before |= await mark_store.by_local_ids(connection, institution_id, doubtful)
    answers: list[RowOutcome] = []
    for row, mark, refusal in read:
        kept = before.get(mark.local_id)
        if mark.id in stored:
            warnings = (warning_of(seen[mark.id], pointer="/at"),) if mark.id in seen else ()
            answers.append(RowOutcome(row.row, "accepted", row.local_id, id=mark.id, warnings=warnings))
        elif kept is not None and kept.says_the_same(mark):
            answers.append(RowOutcome(row.row, "repeated", row.local_id, id=kept.id))
        else:
            too_many = TooManyDayMarks(pointer="/at", marks_max=marks_max[mark.class_id])
            why = refusal or (too_many if kept is None else LocalIdTaken(pointer="/local_id"))
            answers.append(RowOutcome(row.row, "refused", row.local_id, refusal=why))
    return answers


async def _count(
    connection: AsyncConnection, new: Sequence[Mark], known: _BatchContext, *, caller: Caller, at: datetime
) -> Mapping[UUID, Observation]:
    """Recount the days of the `new` marks from all of their marks, and raise flags for implausible patterns.

    Returns what the sender is told about a mark, by its id.
    """
    pairs = sorted({(mark.enrolment_id, mark.day) for mark in new})
    around = await mark_store.around(
        connection,
        known.attendees[new[0].enrolment_id].institution_id,
        person_days={(known.attendees[each].person, day) for each, day in pairs},
        pairs=pairs,
        windows=rhythms.windows(new),
        seconds={(mark.class_id, mark.at.replace(microsecond=0)) for mark in new},
        class_days={(mark.class_id, mark.day) for mark in new},
    )
    changes = _recount(pairs, around, known)
    touched = {each: known.attendees[each] for each in changes}
    change = HoursReason(by=caller.person, reason=LATE_MARKS, at=at)
    await counting.save(connection, changes, around.totals, touched, change)
    days = [day for pairs in changes.values() for _, day in pairs]
    batch = MarkBatch(new, touched, around, days, known.policies, known.holidays)
    return await rhythm_usecases.look(connection, batch, at=at)


def _recount(
    pairs: Sequence[tuple[UUID, date]], around: MarkContext, known: _BatchContext
) -> Mapping[UUID, list[tuple[DayHours, DayHours]]]:
    """For each enrolment, its days among `pairs` as (before, after)."""
    grouped: defaultdict[tuple[UUID, date], list[Stamp]] = defaultdict(list)
    for stamp in around.stamps:
        grouped[stamp.enrolment_id, stamp.day].append(stamp)
    changes: defaultdict[UUID, list[tuple[DayHours, DayHours]]] = defaultdict(list)
    for enrolment_id, day in pairs:
        class_id, before = known.attendees[enrolment_id].class_id, around.days[enrolment_id, day]
        limits = counting.limits_of(known.policies[class_id])
        lessons = around.lessons.get((class_id, day))
        after = rules.recount(before, grouped[enrolment_id, day], lessons=lessons, limits=limits)
        changes[enrolment_id].append((before, after))
    return changes
