"""Withdraw, defer, resume and transfer trainees, and correct enrolments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.classes.usecases import visible_class
from services.registry.enrolments.rules import corrections, interruptions
from services.registry.enrolments.rules import enrolments as rules
from services.registry.enrolments.rules.enrolments import Correction, Enrolment
from services.registry.enrolments.rules.history import EnrolmentEvent, entry_of
from services.registry.enrolments.rules.interruptions import TransferTarget
from services.registry.enrolments.rules.seats import ClassFull
from services.registry.enrolments.store import enrolments as store
from services.registry.enrolments.store import history as event_store
from services.registry.enrolments.store import outcomes as outcome_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.enrolments.usecases import admission, entries
from services.registry.enrolments.usecases.entry_checks import checks_for
from services.registry.enrolments.usecases.outcomes import thresholds_of
from services.registry.enrolments.usecases.overlaps import require_free
from services.registry.enrolments.usecases.steps import keep
from services.registry.plan.rules.policy import Policy
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from shared.backbone import outbox
from shared.contracts.registry.enrolments import EnrolmentState
from shared.kernel.callers import Caller, Whose
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken
from shared.persons import Persons

_HISTORY_MAX: Final = 500


class StepDetails(NamedTuple):
    """The reason for a step, and the day for which it counts (None: today)."""

    reason: str | None = None
    on: date | None = None


class Destination(NamedTuple):
    """The class that a trainee is transferred to, and the local_id of the enrolment there."""

    class_id: UUID
    local_id: str


async def withdraw(
    connection: AsyncConnection, enrolment_id: UUID, details: StepDetails, *, caller: Caller, at: datetime
) -> Enrolment:
    """Withdraw a trainee, as the institution, or as an officer of its region or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion, ReasonMissing and the rule's.
    """
    return await _leave(connection, enrolment_id, details, rules.withdraw, caller=caller, at=at)


async def defer(
    connection: AsyncConnection, enrolment_id: UUID, details: StepDetails, *, caller: Caller, at: datetime
) -> Enrolment:
    """Interrupt a training, as the class's institution, or as an officer of its region or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion, ReasonMissing and the rule's.
    """
    return await _leave(connection, enrolment_id, details, interruptions.defer, caller=caller, at=at)


class _LeavingRule(Protocol):
    """A rule by which a training stops on a day, at the latest the last one that attendance counts for."""

    def __call__(
        self, enrolment: Enrolment, class_: TrainingClass, *, on: date, at: datetime, attended_on: date | None
    ) -> tuple[Enrolment, EnrolmentState]: ...


async def _leave(
    connection: AsyncConnection,
    enrolment_id: UUID,
    details: StepDetails,
    rule: _LeavingRule,
    *,
    caller: Caller,
    at: datetime,
) -> Enrolment:
    before, class_ = await _theirs(connection, enrolment_id, caller)
    _require_reason(details, before, caller)
    attended_on = await overlap_store.attended_on(connection, before.id)
    step = rule(before, class_, on=details.on or business_day(at), at=at, attended_on=attended_on)
    await keep(connection, [step], by=caller.person, reason=details.reason)
    return step[0]


async def resume(
    connection: AsyncConnection, enrolment_id: UUID, details: StepDetails, *, caller: Caller, at: datetime
) -> Enrolment:
    """Resume a deferred training in its class.

    Raises NotFound, ForeignOrganisation, OverlappingClass (C04) and the rule's.
    """
    before, class_ = await _theirs(connection, enrolment_id, caller)
    step = interruptions.resume(before, class_, at=at)
    await require_free(connection, step[0])
    await keep(connection, [step], by=caller.person, reason=details.reason)
    await overlap_store.keep_earlier(connection, before)
    return step[0]


async def transfer(
    connection: AsyncConnection,
    enrolment_id: UUID,
    to: Destination,
    details: StepDetails,
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> Enrolment:
    """The enrolment that continues in another class: an institution transfers among its own classes, an officer also
    between institutions of the region. Repeating the same transfer returns the same enrolment.

    Raises NotFound, ForeignOrganisation, ForeignRegion, LocalIdTaken, ClassFull, OverlappingClass (C04),
    AgeOutOfRange (C01), TraineeIncomplete, the rule's, and what the directory says of the other class (C02, C25).
    """
    source, target = await _both_classes(connection, enrolment_id, to, caller)
    if done := await _done_before(connection, enrolment_id, target, to.local_id):
        return done
    before = await store.load(connection, enrolment_id, lock=True)
    attended_on = await overlap_store.attended_on(connection, before.id)
    destination = TransferTarget(target, new_id(), to.local_id)
    moved = interruptions.transfer(before, source, destination, at=at, attended_on=attended_on)
    await _require_seat(connection, target, at=at)
    await admission.require_fit(connection, target, before, persons=persons)
    await require_free(connection, moved.entered, besides=[before.id])
    await keep(connection, [(moved.left, moved.left_fact)], by=caller.person, reason=details.reason)
    await store.go_on(connection, moved.entered, by=caller.person, at=at)
    await outbox.record(connection, moved.entered_fact)
    return moved.entered


async def correct(
    connection: AsyncConnection,
    enrolment_id: UUID,
    correction: Correction,
    *,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> Enrolment:
    """Correct an enrolment, as the class's institution, or as an officer of its region or above.

    A corrected statement at entry is encrypted again; the earlier one is kept with the step. Values that stand already
    change nothing, so that the same correction again is no other version.

    Raises NotFound, ForeignOrganisation, ForeignRegion, HoursFollowAttendance, MoreHoursThanAttended (C14),
    BirthDateDiffers, AgeOutOfRange (C01) and the rule's.
    """
    before, class_ = await _theirs(connection, enrolment_id, caller)
    rulebook = await rulebook_store.current(connection)
    if correction.programme is not None:
        rulebook.plan.primary_programme(correction.programme, on=class_.starts_on)
    policy = rulebook.policy(class_.starts_on, class_.region)
    if correction.hours is not None:
        await _require_hours(connection, before, correction.hours, policy)
    thresholds = thresholds_of(class_, rulebook)
    papers_from = policy.trainee_paper_first_on
    step = rules.correct(before, class_, correction, **thresholds._asdict(), papers_from=papers_from, at=at)
    sealed = corrections.sealed_of(correction)
    stated = await entries.said(connection, before, persons=persons) if sealed else None
    said = None if stated is None else corrections.apply(stated, correction)
    if rules.is_same(step[0], before) and said == stated:
        return before
    if said is None:
        await keep(connection, [step], by=caller.person, reason=reason)
        return step[0]
    age_fields = corrections.of_age(correction)
    if age_fields:
        pointer = f"/{age_fields[0]}"
        await admission.require_age(connection, class_, before, said, policy, persons=persons, pointer=pointer)
    await keep(connection, [step], by=caller.person, reason=reason, sealed=sealed)
    await entries.replace(connection, step[0], said, persons=persons)
    return step[0]


async def visible(connection: AsyncConnection, enrolment_id: UUID, *, caller: Caller) -> Enrolment:
    """An enrolment that the caller may read: of its own institution, or as an officer of the class's region or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    enrolment = await store.load(connection, enrolment_id)
    await visible_class(connection, enrolment.class_id, caller)
    return enrolment


async def history(connection: AsyncConnection, enrolment_id: UUID, *, caller: Caller) -> list[EnrolmentEvent]:
    """The entry (if its author was stored) and the steps after it, oldest first. Raises what `visible` raises."""
    enrolment = await visible(connection, enrolment_id, caller=caller)
    events = await event_store.of_enrolment(connection, enrolment_id, limit=_HISTORY_MAX)
    entered = await event_store.entered_by(connection, enrolment_id)
    return events if entered is None else [entry_of(enrolment, events, entered), *events]


async def _theirs(connection: AsyncConnection, enrolment_id: UUID, caller: Caller) -> tuple[Enrolment, TrainingClass]:
    """The enrolment and its class, both locked, for a caller in its institution or region."""
    # The class first, as everywhere; an enrolment never changes its class.
    class_id = (await store.load(connection, enrolment_id)).class_id
    class_ = await class_store.load(connection, class_id, lock=True)
    await visibility.require_visible(connection, caller, class_)
    return await store.load(connection, enrolment_id, lock=True), class_


def _require_reason(details: StepDetails, enrolment: Enrolment, caller: Caller) -> None:
    corrections.require_reason(details.reason, enrolment.status, by_officer=caller.whose is not Whose.OWN)


async def _require_hours(connection: AsyncConnection, enrolment: Enrolment, hours: int, policy: Policy) -> None:
    attended = None
    if await outcome_store.is_kept(connection, enrolment.class_id):
        attended = sum((await outcome_store.attended(connection, [enrolment.id])).get(enrolment.id, ()))
    corrections.require_hours(hours, enrolment_id=enrolment.id, policy=policy, attended=attended)


async def _both_classes(
    connection: AsyncConnection, enrolment_id: UUID, to: Destination, caller: Caller
) -> tuple[TrainingClass, TrainingClass]:
    """The present and the new class, both locked, for a caller who may transfer trainees between them."""
    source = (await store.load(connection, enrolment_id)).class_id
    # Always in the same order, so that two opposite transfers do not deadlock.
    ids = sorted({source, to.class_id})
    classes = {each: await class_store.load(connection, each, lock=True) for each in ids}
    for each in classes.values():
        await visibility.require_visible(connection, caller, each)
    return classes[source], classes[to.class_id]


async def _done_before(
    connection: AsyncConnection, enrolment_id: UUID, target: TrainingClass, local_id: str
) -> Enrolment | None:
    """The enrolment under `local_id` if it continues this one. Raises LocalIdTaken if it is another."""
    known = (await store.by_local_ids(connection, target.institution_id, [local_id])).get(local_id)
    if known is not None and (known.class_id, known.transferred_from) != (target.id, enrolment_id):
        raise LocalIdTaken(pointer="/local_id")
    return known


async def _require_seat(connection: AsyncConnection, class_: TrainingClass, *, at: datetime) -> None:
    """Raises ClassFull, and the reason for which the class takes no trainees."""
    checks = await checks_for(connection, class_.institution_id, [class_], today=business_day(at))
    for refusal in checks.closed.values():
        raise refusal
    if (await class_store.headcount(connection, class_.id)).seated >= class_.seats:
        raise ClassFull(pointer="/class_id", seats=class_.seats)
