"""What waits for a reviewer; pass clean claims together; notes, delegations and samples of decisions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.store import claims as claim_store
from services.subsidy.claims.store import holds
from services.subsidy.claims.store.claims import ClaimSummary
from services.subsidy.holds.rules import Flag
from services.subsidy.limits import usecases as limits
from services.subsidy.review import rules as review_rules
from services.subsidy.review import usecases as review
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings import usecases as sights
from services.subsidy.trainings.usecases import load_plan
from services.subsidy.worklists import rules, store
from services.subsidy.worklists.rules import ClaimNote, Delegation, ReviewSample, Tile
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.callers import Caller, ForeignRegion
from shared.kernel.four_eyes import require_another
from shared.kernel.ids import new_id
from shared.kernel.periods import BUSINESS_ZONE, Period, business_day
from shared.kernel.refusals import NotFound, Refusal
from shared.kernel.working_days import CalendarUnset
from shared.plan import Plan
from shared.reach import Reach, reach

_NO_SHARE: Final = Decimal(0)


class WaitingClaim(NamedTuple):
    """A claim that waits for the caller, with what they need to see before they open it."""

    summary: ClaimSummary
    since: datetime | None
    working_days: int | None
    """The working days since then."""
    escalated: bool
    tiles: Sequence[Tile]
    flags: Sequence[Flag]

    @property
    def id(self) -> UUID:
        return self.summary.id

    @property
    def is_clean(self) -> bool:
        """Whether nothing about it needs a closer look: no refused line, no flag."""
        return not self.tiles and not self.flags


class PassedClaim(NamedTuple):
    """What became of a claim that was to be passed with others; `refusal` says why it was held out."""

    claim_id: UUID
    status: ClaimStatus | None
    refusal: Refusal | None
    held_out: bool


async def waiting(
    connection: AsyncConnection, *, caller: Caller, after: UUID, limit: int, at: datetime
) -> list[WaitingClaim]:
    """The claims that wait for the caller, the oldest first. Raises ForeignRegion."""
    plan, today = await load_plan(connection), business_day(at)
    region = _own_region(plan, caller)
    stood_in = await store.stood_in_for(connection, caller.person, region, on=today)
    below = [code for code in plan.regions if plan.region_and_above(code, on=today)[1:2] == [region]]
    condition = store.waits_for(region, caller.person, above=below, stood_in=stood_in, today=today)
    sight = await sights.scope(connection, caller, plan=plan)
    found = await claim_store.page(
        connection, sight, status=None, award=None, further=[condition], after=after, limit=limit
    )
    if not found:
        return []
    ids = [each.id for each in found]
    tiles, since = await store.tiles(connection, ids), await store.since(connection, ids)
    flags = await holds.of_claims(connection, ids)
    calendar = await trainings.calendar(connection)
    waits: list[WaitingClaim] = []
    for each in found:
        above = plan.region_and_above(each.claim.region, on=today)
        began = since.get(each.id)
        try:
            days = None if began is None else calendar.between(business_day(began), today)
        except CalendarUnset:
            days = None
        escalated = review_rules.escalated_to(each.claim, above, today=today) == region
        waits.append(WaitingClaim(each, began, days, escalated, tiles.get(each.id, ()), flags.get(each.id, ())))
    return waits


async def pass_clean(
    connection: AsyncConnection, claim_ids: Sequence[UUID], *, caller: Caller, at: datetime
) -> list[PassedClaim]:
    """Let each claim pass its step, as a single approval does, if it is clean; the others are held out.

    One that is refused leaves the others as they are. Raises ForeignRegion for a caller without a region.
    """
    _own_region(await load_plan(connection), caller)
    ids = list(dict.fromkeys(claim_ids))
    tiles = await store.tiles(connection, ids)
    flags = await holds.of_claims(connection, ids)
    passed: list[PassedClaim] = []
    for claim_id in sorted(ids):
        if tiles.get(claim_id) or flags.get(claim_id):
            passed.append(PassedClaim(claim_id, None, None, held_out=True))
            continue
        try:
            async with connection.begin_nested():
                claim = await review.approve(connection, claim_id, caller=caller, at=at)
            passed.append(PassedClaim(claim_id, claim.status, None, held_out=False))
        except Refusal as refusal:
            passed.append(PassedClaim(claim_id, None, refusal, held_out=True))
    return passed


async def add_note(
    connection: AsyncConnection, claim_id: UUID, *, text: str, caller: Caller, at: datetime
) -> ClaimNote:
    """A note on a claim that the caller sees. Raises NotFound, ForeignRegion."""
    await _require_seen(connection, claim_id, caller)
    note = ClaimNote(new_id(), claim_id, text, caller.person, at)
    await store.add_note(connection, note)
    return note


async def notes(
    connection: AsyncConnection, claim_id: UUID, *, caller: Caller, after: UUID, limit: int
) -> list[ClaimNote]:
    """The notes on a claim that the caller sees, oldest first. Raises NotFound, ForeignRegion."""
    await _require_seen(connection, claim_id, caller)
    return await store.notes(connection, claim_id, after=after, limit=limit)


async def delegate(
    connection: AsyncConnection,
    *,
    from_person: str | None,
    to_person: str,
    first_on: date,
    last_on: date,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Delegation:
    """Let `to_person` stand in for the caller, or for `from_person`, who may be away already, in the caller's region.

    A repeat of a delegation that stands returns it. Raises SamePerson, PeriodEndsBeforeStart, ForeignRegion.
    """
    plan = await load_plan(connection)
    region = _own_region(plan, caller)
    reports_to = plan.regions[region].on(business_day(at)).reporting_region or region
    away = from_person or caller.person
    require_another(to_person, away, rule="a delegation")
    Period(first_on, last_on)
    delegation = Delegation(new_id(), away, to_person, region, reports_to, first_on, last_on, reason, caller.person, at)
    if (known := await store.same_delegation(connection, delegation)) is not None:
        return known
    await store.add_delegation(connection, delegation)
    return delegation


async def end_delegation(
    connection: AsyncConnection, delegation_id: UUID, *, caller: Caller, at: datetime
) -> Delegation:
    """End a delegation of the caller's region; a repeat changes nothing. Raises NotFound, ForeignRegion."""
    plan = await load_plan(connection)
    found = await store.find_delegation(connection, delegation_id)
    caller.require_region(plan.region_and_above(found.region, on=business_day(at)))
    await store.end_delegation(connection, delegation_id, by=caller.person, on=business_day(at))
    return await store.find_delegation(connection, delegation_id)


async def delegations(
    connection: AsyncConnection, *, region: str | None, caller: Caller, after: UUID, limit: int
) -> list[Delegation]:
    """Delegations in a region. Raises UnknownRegion, ForeignRegion."""
    far = reach(await load_plan(connection), caller, region)
    return await store.delegations(connection, far, after=after, limit=limit)


async def draw_sample(
    connection: AsyncConnection, *, region: str | None, first_on: date, last_on: date, caller: Caller, at: datetime
) -> ReviewSample:
    """The sample of the decisions of a period that is over.

    A period is drawn once, so that nobody draws until it suits.

    Raises UnknownRegion, ForeignRegion, PeriodEndsBeforeStart, SampleRunning, SamplePeriodTooLong.
    """
    plan, today = await load_plan(connection), business_day(at)
    Period(first_on, last_on)
    far: Reach = reach(plan, caller, region)
    code = far.code or plan.provinces[0]
    rules.require_period(first_on, last_on, today=today)
    ladder = await limits.ladder(connection, plan, code, day=last_on)
    begins, ends = (datetime.combine(day, time(), BUSINESS_ZONE) for day in (first_on, last_on + timedelta(days=1)))
    sample = ReviewSample(
        id=new_id(),
        region=code,
        first_on=first_on,
        last_on=last_on,
        share=_NO_SHARE if ladder.review_sample_share is None else ladder.review_sample_share,
        seed=secrets.token_hex(16),
        population=await store.population(connection, far, begins, ends),
        drawn_by=caller.person,
        drawn_at=at,
    )
    if await store.add_sample(connection, sample):
        return sample
    known = await store.find_sample(connection, region=code, first_on=first_on, last_on=last_on)
    assert known is not None, "it was stored by another request"
    return known


async def read_sample(connection: AsyncConnection, sample_id: UUID, *, caller: Caller, at: datetime) -> ReviewSample:
    """A sample of the caller's region or one below. Raises NotFound, ForeignRegion."""
    plan = await load_plan(connection)
    found = await store.find_sample(connection, id=sample_id)
    if found is None:
        raise NotFound(what="review sample", id=sample_id)
    caller.require_region(plan.region_and_above(found.region, on=business_day(at)))
    return found


def _own_region(plan: Plan, caller: Caller) -> str:
    if caller.region is None or caller.region not in plan.regions:
        raise ForeignRegion
    return caller.region


async def _require_seen(connection: AsyncConnection, claim_id: UUID, caller: Caller) -> None:
    sight = await sights.scope(connection, caller)
    claim = await claim_store.load(connection, claim_id)
    sight.require(claim, owner=claim.institution_id)
