"""Raise flags, give them to a person, settle them, open them again, and publish hit rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.flags import store
from services.registry.flags.rules import flags as rules
from services.registry.flags.rules.flags import ASSIGN, Flag, FlagEvent, FlagSettledAlready, FlagVerb, Observation
from services.registry.flags.rules.hit_rates import HitRate, hit_rate, require_days
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from shared import instruments
from shared.backbone import outbox
from shared.contracts.registry.flags import FlagStatus
from shared.dated_rules.figures import PolicyUnset
from shared.kernel.callers import Caller, Whose
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotFound
from shared.reach import Reach, reach_of


async def raise_all(
    connection: AsyncConnection, seen: Sequence[Observation], *, at: datetime, rulebook: Rulebook | None = None
) -> list[Flag]:
    """Store flags for the observations `seen`; returns the new ones. Existing flags stay as they are.

    Executes two statements, and one more without the caller's `rulebook`; none if `seen` is empty.
    """
    if not seen:
        return []
    rulebook = rulebook or await rulebook_store.current(connection)
    due = {region: _due_on(rulebook, region, at=at) for region in {each.region for each in seen}}
    flags = [rules.raise_(each, id_=new_id(), due_on=due[each.region], at=at) for each in seen]
    new = await store.add_all(connection, flags)
    added = [flag for flag in flags if flag.id in new]
    for flag in added:
        instruments.hit(flag.check)
    await outbox.record(connection, *(rules.raised(flag) for flag in added))
    return added


async def settle(
    connection: AsyncConnection, flag_id: UUID, verb: FlagVerb, *, reason: str, caller: Caller, at: datetime
) -> Flag:
    """Uphold or dismiss an open flag, as an officer of its region or above.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await _lock(connection, flag_id, caller)
    after, fact = rules.settle(before, verb, by=caller.person, reason=reason, at=at)
    await store.save(connection, after, expected=before.version)
    await _remember(connection, after, verb, reason, by=caller.person, at=at)
    await outbox.record(connection, fact)
    return after


async def reopen(connection: AsyncConnection, flag_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Flag:
    """Open a settled flag again, as an officer of its region or above; the settlement stays in its history.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await _lock(connection, flag_id, caller)
    due_on = _due_on(await rulebook_store.current(connection), before.region, at=at)
    after, fact = rules.reopen(before, due_on=due_on, at=at)
    await store.save(connection, after, expected=before.version)
    await _remember(connection, after, FlagVerb.REOPEN, reason, by=caller.person, at=at)
    await outbox.record(connection, fact)
    return after


async def assign(
    connection: AsyncConnection, flag_id: UUID, person: str | None, *, reason: str, caller: Caller, at: datetime
) -> Flag:
    """Give an open flag to `person`, or back to its county, as an officer of its region or above.

    A repeat returns it unchanged. Raises NotFound, ForeignRegion, FlagSettledAlready.
    """
    before = await _lock(connection, flag_id, caller)
    if before.status is not FlagStatus.OPEN:
        raise FlagSettledAlready
    if before.assigned_to == person:
        return before
    after = replace(before, assigned_to=person)
    # Whose it is concerns no other service, so there is no fact, and the version stays.
    await store.save(connection, after, expected=before.version)
    await _remember(connection, after, ASSIGN, reason, by=caller.person, at=at)
    return after


async def visible(connection: AsyncConnection, flag_id: UUID, caller: Caller) -> Flag:
    """A flag that the caller may read; for an institution, a confidential one does not exist.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    flag = await store.load(connection, flag_id)
    if flag.is_confidential and caller.whose is Whose.OWN:
        raise NotFound(what="flag", id=flag_id)
    await visibility.require_readable(connection, caller, flag)
    return flag


async def hit_rates(
    connection: AsyncConnection, region: str | None, *, first_on: date, last_on: date, at: datetime
) -> list[HitRate]:
    """By kind, what became of the flags raised on these days, in `region` and below or in the whole province.

    Raises UnknownRegion, PeriodEndsBeforeStart, RatesTooLong, PolicyUnset.
    """
    require_days(first_on, last_on)
    rulebook = await rulebook_store.current(connection)
    place = region or rulebook.plan.provinces[0]
    reach = Reach() if region is None else reach_of(rulebook.plan, region, on=business_day(at))
    size_min = rulebook.policy(last_on, place).quality_group_size_min
    counts = await store.count(connection, reach, first_on=first_on, last_on=last_on, today=business_day(at))
    return [hit_rate(each, size_min=size_min) for each in counts]


async def _lock(connection: AsyncConnection, flag_id: UUID, caller: Caller) -> Flag:
    flag = await store.load(connection, flag_id, lock=True)
    await visibility.require_region(connection, caller, flag.region)
    return flag


def _due_on(rulebook: Rulebook, region: str, *, at: datetime) -> date | None:
    policy = rulebook.policy_or_fault(business_day(at), region)
    return None if isinstance(policy, PolicyUnset) else business_day(at) + timedelta(days=policy.flag_due_days)


async def _remember(connection: AsyncConnection, flag: Flag, verb: str, said: str, *, by: str, at: datetime) -> None:
    await store.add_event(connection, FlagEvent(new_id(), flag.id, verb, by, at, said, flag.assigned_to))
