"""What an institution holds when it is closed: listings, sanctions, engagements; handed over, and handed back.

Classes with their trainees, claims and history stay under the institution that filed them: its successor acts for it
(docs/decisions/0041-successors-act-for-the-institution.md), so nothing of them has to be moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.closings.rules import Carried
from services.registry.directory.rules import listings as listing_rules
from services.registry.directory.rules import sanctions as sanction_rules
from services.registry.directory.rules.institutions import Institution
from services.registry.directory.rules.listings import Listing
from services.registry.directory.rules.sanctions import Sanction
from services.registry.directory.store import listings as listing_store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.directory.usecases.listings import close_all
from services.registry.teachers.usecases import periods
from shared.backbone import outbox
from shared.contracts.dimensions import SanctionStep
from shared.kernel.ids import new_id
from shared.kernel.periods import Period, business_day, day_before
from shared.sanctions import rules as ladder
from shared.sanctions.rules import DELISTING


async def hand_over(
    connection: AsyncConnection,
    institution: Institution,
    successor: Institution | None,
    *,
    from_on: date,
    reason: str,
    by: str,
    at: datetime,
) -> Carried:
    """End the institution's listings on the day before `from_on`; give them and its sanctions to the successor.

    Without a successor, its engagements of teachers end as well. Both institutions are locked. Returns what was done.
    """
    listings = [
        each for each in await listing_store.since(connection, institution.id, from_on) if each.meets(Period(from_on))
    ]
    before = {str(each.id): _text(each.last_on) for each in listings}
    await close_all(connection, institution, listings, from_on=from_on, by=by, reason=reason, at=at)
    if successor is None:
        ended = await periods.end_all(connection, institution.id, last_on=day_before(from_on), at=at)
        return Carried(listings=before, engagements={str(each): _text(day) for each, day in ended.items()})
    opened = [
        await _list(
            connection, successor, each.project, Period(max(from_on, each.first_on), each.last_on), by=by, at=at
        )
        for each in listings
    ]
    sanctions = await SANCTIONS.since(connection, institution.id, from_on)
    imposed = await _impose(connection, successor, sanctions, from_on=from_on, by=by, at=at)
    return Carried(
        listings=before,
        opened_listings=[str(each) for each in opened if each is not None],
        imposed_sanctions=[str(each) for each in imposed],
    )


async def hand_back(
    connection: AsyncConnection,
    institution: Institution,
    successor: Institution | None,
    carried: Carried,
    *,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """Undo what was `carried`, from today on: the days between stay as they were."""
    today = business_day(at)
    if successor is not None:
        await _unlist(connection, successor, carried, reason=reason, by=by, at=at)
        await _lift(connection, successor, carried, reason=reason, by=by, at=at)
    for id_, last_on in carried.listings.items():
        listing = await listing_store.load(connection, institution.id, UUID(id_))
        last = None if last_on is None else date.fromisoformat(last_on)
        if last is None or last >= today:
            period = Period(max(today, listing.first_on), last)
            await _list(connection, institution, listing.project, period, by=by, at=at)
    ended = {UUID(id_): None if day is None else date.fromisoformat(day) for id_, day in carried.engagements.items()}
    await periods.restore_all(connection, ended, at=at)


async def _list(
    connection: AsyncConnection, institution: Institution, project: str, period: Period, *, by: str, at: datetime
) -> UUID | None:
    """List the institution for the project; None if it is listed on some of these days, or may not be."""
    others = await listing_store.since(connection, institution.id, period.first)
    sanctions = await SANCTIONS.since(connection, institution.id, period.first)
    stands = any(each.project == project and each.meets(period) for each in others)
    if stands or any(each.step in DELISTING and each.meets(period) for each in sanctions):
        return None
    new = Listing(
        id=new_id(),
        institution_id=institution.id,
        project=project,
        first_on=period.first,
        last_on=period.last,
        opened_by=by,
        opened_at=at,
    )
    listing, fact = listing_rules.open_(new, institution, others=others, at=at)
    await listing_store.add(connection, listing)
    await outbox.record(connection, fact)
    return listing.id


async def _unlist(
    connection: AsyncConnection, successor: Institution, carried: Carried, *, reason: str, by: str, at: datetime
) -> None:
    today = business_day(at)
    listings = [await listing_store.load(connection, successor.id, UUID(id_)) for id_ in carried.opened_listings]
    left = [each for each in listings if each.last_on is None or each.last_on >= max(today, each.first_on)]
    await close_all(connection, successor, left, from_on=today, by=by, reason=reason, at=at)


async def _impose(
    connection: AsyncConnection,
    successor: Institution,
    sanctions: Sequence[Sanction],
    *,
    from_on: date,
    by: str,
    at: datetime,
) -> list[UUID]:
    """Impose on the successor what stands against the institution, where it is not under the same step already."""
    others = await SANCTIONS.since(connection, successor.id, from_on)
    imposed: list[UUID] = []
    for each in sanctions:
        if each.step is SanctionStep.TALK:
            continue
        period = Period(max(from_on, each.first_on), each.last_on)
        if any(other.step is each.step and other.meets(period) for other in others):
            continue
        new = replace(
            each, id=new_id(), institution_id=successor.id, first_on=period.first, opened_by=by, opened_at=at, version=1
        )
        sanction = ladder.impose(new, others=others)
        await SANCTIONS.add(connection, sanction)
        await outbox.record(connection, sanction_rules.tell(sanction, successor, at=at))
        imposed.append(sanction.id)
    return imposed


async def _lift(
    connection: AsyncConnection, successor: Institution, carried: Carried, *, reason: str, by: str, at: datetime
) -> None:
    """Lift what was imposed only because of the succession. Two persons have decided that: its proposer and `by`."""
    today = business_day(at)
    for id_ in carried.imposed_sanctions:
        sanction = await SANCTIONS.load(connection, successor.id, UUID(id_))
        if sanction.ended_by is None and (sanction.last_on is None or sanction.last_on >= today):
            after = ladder.give_back(sanction, from_on=today, by=by, reason=reason, at=at)
            await SANCTIONS.save(connection, after)
            await outbox.record(connection, sanction_rules.tell(after, successor, at=at))


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
