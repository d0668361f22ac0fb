"""The moves of a class, from the county's answer to completion or cancellation; each is kept in its history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.attendance.usecases import repeats
from services.registry.class_lifecycle.rules import filing as filing_rules
from services.registry.class_lifecycle.usecases import trainees as class_trainees
from services.registry.class_lifecycle.usecases.sanctions import flag_stopped
from services.registry.classes.rules import classes as rules
from services.registry.classes.rules.classes import ClassVerb, TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.classes.store import classes as store
from services.registry.classes.store import history as event_store
from services.registry.classes.store.classes import Headcount
from services.registry.classes.usecases import Explanation, remember, require_own
from services.registry.directory.usecases import directory
from services.registry.flags import usecases as flag_usecases
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.supervision.usecases import findings as finding_usecases
from services.registry.supervision.usecases import patrols as patrol_usecases
from services.registry.supervision.usecases import safety as safety_usecases
from services.registry.timetable import store as lesson_store
from services.registry.timetable.rules import site_checks as site_check_rules
from services.registry.timetable.usecases import judging as timetable
from services.registry.timetable.usecases import site_checks
from shared.backbone import outbox
from shared.contracts.registry.classes import ClassState
from shared.dated_rules.rules import Grounds
from shared.kernel.callers import Caller, Whose
from shared.kernel.periods import business_day
from shared.kernel.refusals import IllegalMove
from shared.plan import Plan


class Decision(NamedTuple):
    """The class after a move, its fact (None if none is published), what was found, as JSON, and its grounds."""

    after: TrainingClass
    fact: ClassState | None
    found: dict[str, Any] | None = None
    grounds: Grounds | None = None


async def return_(
    connection: AsyncConnection, class_id: UUID, *, reasons: Sequence[str], caller: Caller, at: datetime
) -> TrainingClass:
    """Send a class that has not started back, as an officer of its county or above; its roster stays.

    Raises ForeignRegion and the rule's.
    """

    async def decide(class_: TrainingClass, count: Headcount, rulebook: Rulebook) -> Decision:
        _require_officer(class_, rulebook.plan, caller)
        return Decision(*rules.return_(class_, reasons=reasons, at=at, enrolled=count.enrolled))

    return await _move(connection, class_id, ClassVerb.RETURN, decide, reasons, caller=caller, at=at)


async def approve(connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime) -> TrainingClass:
    """Accept a filed class, as an officer of its county or above.

    A row that was backdated since the filing decides about it as well.

    Raises ForeignRegion, the rule's, what a filing would be refused for now, InstitutionStopped (C25), the
    directory's C02 if the listing was closed since, ClassIncomplete, and what its timetable may be refused for.
    """

    async def decide(class_: TrainingClass, count: Headcount, rulebook: Rulebook) -> Decision:
        _require_officer(class_, rulebook.plan, caller)
        policy = rulebook.policy(class_.starts_on, class_.region)
        today, by = business_day(at), caller.person
        after, fact = rules.approve(class_, policy=policy, by=by, today=today, at=at, enrolled=count.enrolled)
        await _require_open(connection, class_, rulebook, at=at)
        stored = await lesson_store.of_class(connection, class_id)
        filing_rules.require_standing(class_, rulebook, seated=count.seated)
        filing_rules.require_whole(class_, policy=policy, planned=bool(stored.lessons), seated=count.seated)
        if stored.lessons:
            await timetable.judge(connection, class_, stored.lessons, stored=stored, rulebook=rulebook, at=at)
        found = {"seated": count.seated, "planned": bool(stored.lessons)}
        return Decision(after, fact, found, filing_rules.grounds(class_, rulebook))

    return await _move(connection, class_id, ClassVerb.APPROVE, decide, caller=caller, at=at)


async def check(
    connection: AsyncConnection, class_id: UUID, *, passed: bool, findings: Sequence[str], caller: Caller, at: datetime
) -> TrainingClass:
    """Say what was found at all places of a class, as an officer of its county or above.

    Raises ForeignRegion and the rule's.
    """

    async def decide(class_: TrainingClass, count: Headcount, rulebook: Rulebook) -> Decision:
        _require_officer(class_, rulebook.plan, caller)
        sites = await store.sites(connection, class_, since=at)
        by, enrolled = caller.person, count.enrolled
        after, fact = site_check_rules.check(class_, passed=passed, sites=sites, by=by, at=at, enrolled=enrolled)
        found = {"passed": passed, "sites": [{"site_id": str(site), "version": version} for site, version in sites]}
        return Decision(after, fact, found)

    return await _move(connection, class_id, ClassVerb.CHECK, decide, findings, caller=caller, at=at)


async def start(connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime) -> TrainingClass:
    """Open an approved class; a small one is flagged (C18).

    Raises ForeignOrganisation, the rule's, SiteNotChecked, SafetyNotReady, HazardsOpen, InstitutionStopped (C25), and
    the directory's C02 if the listing was closed since for the class's first day.
    """

    async def decide(class_: TrainingClass, count: Headcount, rulebook: Rulebook) -> Decision:
        require_own(class_, caller)
        policy = rulebook.policy(class_.starts_on, class_.region)
        today, enrolled = business_day(at), count.enrolled
        after, fact = rules.start(class_, policy=policy, seated=count.seated, today=today, at=at, enrolled=enrolled)
        await site_checks.require_checked(connection, class_, policy=policy, at=at)
        await safety_usecases.require_ready(connection, class_, policy=policy)
        if policy.safety_hazards_closed_required:
            await finding_usecases.require_no_hazards(connection, class_, at=at)
        await _require_open(connection, class_, rulebook, at=at)
        await flag_usecases.raise_all(connection, _too_small(class_, count, policy), at=at, rulebook=rulebook)
        await flag_stopped(connection, class_, at=at)
        return Decision(after, fact, None, rulebook.grounds(class_.starts_on, class_.region, "class"))

    return await _move(connection, class_id, ClassVerb.START, decide, caller=caller, at=at)


async def complete(connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime) -> TrainingClass:
    """End a class whose trainees all have an outcome. Patrols that its marks contradict are flagged (C14), and days
    whose marks repeat those of an earlier one (C20).

    Raises ForeignOrganisation, the rule's, SiteNotChecked if it moved to a site that no officer has found in
    order, and CriticalFindingOpen.
    """

    async def decide(class_: TrainingClass, count: Headcount, rulebook: Rulebook) -> Decision:
        require_own(class_, caller)
        today, seated, in_training = business_day(at), count.seated, count.in_training
        after, fact = rules.complete(
            class_, seated=seated, in_training=in_training, today=today, at=at, enrolled=count.enrolled
        )
        policy = rulebook.policy(class_.starts_on, class_.region)
        site_check_rules.require_checked(class_, policy=policy)
        await finding_usecases.require_none_critical(connection, class_.id)
        await patrol_usecases.hold_against_marks(connection, class_, policy, at=at)
        await repeats.look(connection, class_, rulebook, at=at)
        grounds = rulebook.grounds(class_.starts_on, class_.region, "class", "patrol", "attendance")
        return Decision(after, fact, None, grounds)

    return await _move(connection, class_id, ClassVerb.COMPLETE, decide, caller=caller, at=at)


async def cancel(
    connection: AsyncConnection, class_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> TrainingClass:
    """Cancel a class, withdraw trainees without an outcome, and release its teachers and rooms.

    Cancelled by an officer of its county or above, who did not file it, completed trainings do not count either.
    Raises ForeignOrganisation, ForeignRegion, IllegalMove, SamePerson.
    """

    async def decide(class_: TrainingClass, count: Headcount, rulebook: Rulebook) -> Decision:
        stopped = caller.whose is not Whose.OWN
        if stopped:
            caller.require_region(rulebook.plan.region_and_above(class_.region, on=caller.today))
        else:
            require_own(class_, caller)
        officer = caller.person if stopped else None
        after, fact = rules.cancel(class_, by_officer=officer, at=at, enrolled=count.enrolled)
        await class_trainees.withdraw_all(connection, class_, completed=stopped, by=caller.person, at=at)
        await lesson_store.release(connection, class_id)
        return Decision(after, fact)

    return await _move(connection, class_id, ClassVerb.CANCEL, decide, [reason], caller=caller, at=at)


Decide = Callable[[TrainingClass, Headcount, Rulebook], Awaitable[Decision]]


async def _move(
    connection: AsyncConnection,
    class_id: UUID,
    verb: ClassVerb,
    decide: Decide,
    reasons: Sequence[str] = (),
    *,
    caller: Caller,
    at: datetime,
) -> TrainingClass:
    # The class is locked, so no roster and no outcome is stored between the headcount and the move.
    before = await store.load(connection, class_id, lock=True)
    try:
        count = await store.headcount(connection, class_id)
        after, fact, found, grounds = await decide(before, count, await rulebook_store.current(connection))
    except IllegalMove:
        if await _was_taken(connection, before, verb, reasons, caller=caller):
            return before
        raise
    if verb is ClassVerb.CHECK and await _was_found(connection, before, found, reasons, caller=caller, at=at):
        return before
    await store.save(connection, after, expected=before.version)
    await remember(connection, after, verb, Explanation(reasons, found, grounds), caller=caller, at=at)
    if fact is not None:
        await outbox.record(connection, fact)
    return after


async def _was_taken(
    connection: AsyncConnection, class_: TrainingClass, verb: ClassVerb, reasons: Sequence[str], *, caller: Caller
) -> bool:
    """Whether this very step, by the same person with the same words, was the last one of `class_`: a repeat."""
    last = await event_store.latest(connection, class_.id)
    return last is not None and (last.verb, last.done_by, last.reasons) == (verb, caller.person, tuple(reasons))


async def _was_found(
    connection: AsyncConnection,
    class_: TrainingClass,
    found: Mapping[str, Any] | None,
    reasons: Sequence[str],
    *,
    caller: Caller,
    at: datetime,
) -> bool:
    """Whether a check, which may be made again at any time, is the last step of `class_` sent twice: the same was found
    by the same person, in the same words, on the same day.
    """
    last = await event_store.latest(connection, class_.id)
    said = (ClassVerb.CHECK, caller.person, tuple(reasons), found, business_day(at))
    return last is not None and (
        said == (last.verb, last.done_by, last.reasons, last.change, business_day(last.done_at))
    )


def _require_officer(class_: TrainingClass, plan: Plan, caller: Caller) -> None:
    caller.require_region(plan.region_and_above(class_.region, on=caller.today))


async def _require_open(
    connection: AsyncConnection, class_: TrainingClass, rulebook: Rulebook, *, at: datetime
) -> None:
    project = None
    if class_.fund_source is not None and class_.project is not None:
        project = rulebook.project(class_.project, day=class_.starts_on)
    # A sanction imposed after the class's first day stops a class that has not been opened yet as well.
    today = business_day(at)
    await directory.require_open(connection, class_.institution_id, project, day=class_.starts_on, today=today)


def _too_small(class_: TrainingClass, count: Headcount, policy: Policy) -> list[Observation]:
    if count.seated >= policy.class_size_min:
        return []
    facts = {"seated": count.seated, "size_min": policy.class_size_min}
    return [see_class(FlagKind.CLASS_TOO_SMALL, class_, facts=facts)]
