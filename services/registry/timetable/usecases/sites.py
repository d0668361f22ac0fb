"""List the sites of an institution, and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.directory.rules import sites as rules
from services.registry.directory.rules.blacklist import Mark, MarkKind
from services.registry.directory.rules.sites import Room, RoomsInUse, Site
from services.registry.directory.store import sites as store
from services.registry.directory.usecases import blacklist
from services.registry.directory.usecases.institutions import load_for_writing
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.timetable import store as lesson_store
from services.registry.timetable.rules import lessons as timetable
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken, Stale


@dataclass(frozen=True)
class SiteParticulars:
    """What an institution states about a site; see Site."""

    address: str
    address_mark: UUID
    region: str
    longitude: float | None
    latitude: float | None
    rooms: Mapping[str, Room]


async def add(
    connection: AsyncConnection,
    institution_id: UUID,
    local_id: str,
    particulars: SiteParticulars,
    *,
    caller: Caller,
    at: datetime,
) -> Site:
    """A new site, by the institution itself or an officer; the same again answers the one that exists.

    Raises NotFound, ForeignOrganisation, ForeignRegion, LocalIdTaken, and what a region may be refused for.
    """
    plan = (await rulebook_store.current(connection)).plan
    institution = await load_for_writing(connection, institution_id, caller=caller)
    site = Site(
        id=new_id(),
        institution_id=institution.id,
        local_id=local_id,
        reporting_region=plan.reporting_region(particulars.region, on=business_day(at)),
        version=1,
        **vars(particulars),
    )
    known = await store.find_by_local_id(connection, institution.id, local_id)
    if known is not None:
        if not known.same_as(site):
            raise LocalIdTaken(pointer="/local_id")
        return known
    await store.add(connection, site)
    await outbox.record(connection, rules.list_(site, at=at))
    await blacklist.recognise(connection, institution, [Mark(MarkKind.SITE, site.address_mark)], at=at)
    return site


async def change(
    connection: AsyncConnection,
    site_id: UUID,
    particulars: SiteParticulars,
    *,
    expected: int,
    caller: Caller,
    at: datetime,
) -> Site:
    """Replace the particulars of a site. Rooms that `particulars` leave out are not listed any more.

    Raises NotFound, ForeignOrganisation, ForeignRegion, Stale, RoomsInUse, and what a region may be refused
    for.
    """
    plan = (await rulebook_store.current(connection)).plan
    before = await store.load(connection, site_id, lock=True)
    institution = await load_for_writing(connection, before.institution_id, caller=caller)
    if before.version != expected:
        raise Stale
    reporting_region = before.reporting_region
    if particulars.region != before.region:
        reporting_region = plan.reporting_region(particulars.region, on=business_day(at))
    after = replace(before, reporting_region=reporting_region, **vars(particulars))
    if after == before:
        return before
    await _require_unused(connection, before, after, at=at)
    after = replace(after, version=before.version + 1)
    await store.save(connection, after)
    await outbox.record(connection, rules.list_(after, at=at))
    if after.address_mark != before.address_mark:
        await blacklist.recognise(connection, institution, [Mark(MarkKind.SITE, after.address_mark)], at=at)
    return after


async def _require_unused(connection: AsyncConnection, before: Site, after: Site, *, at: datetime) -> None:
    """No coming lesson is in a room that is removed or becomes too small. Raises RoomsInUse (C18)."""
    gone = before.rooms.keys() - after.rooms.keys()
    in_use = await store.rooms_in_use(connection, before.id, gone, since=at)
    # With all rooms still there, every lesson beside one in a smaller room has its room.
    in_use = in_use or sorted(await _overcrowded(connection, before.smaller_in(after), after, at=at))
    if in_use:
        raise RoomsInUse(pointer="/rooms", rooms=in_use)


async def _overcrowded(connection: AsyncConnection, smaller: set[str], after: Site, *, at: datetime) -> set[str]:
    """Those of the `smaller` rooms that with their new seats do not hold the classes with lessons to come."""
    beside = await lesson_store.beside(connection, after.id, smaller, since=at)
    sites = await store.by_ids(connection, {lesson.site_id for lessons in beside.values() for lesson in lessons})
    sites[after.id] = after
    rooms = {(site.id, name): room for site in sites.values() for name, room in site.rooms.items()}
    found: set[str] = set()
    rulebook = await rulebook_store.current(connection)
    for class_ in (await class_store.by_ids(connection, beside)).values():
        policy = rulebook.policy(class_.starts_on, class_.region)
        crowded = timetable.overcrowded(beside[class_.id], class_, rooms=rooms, policy=policy)
        found |= {lesson.room for lesson in crowded if lesson.site_id == after.id and lesson.room in smaller}
    return found
