"""What a timetable must be: lessons as the institution names them, read and judged by the rules of the class's day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import timetable as rules
from services.registry.domain.classes import TrainingClass
from services.registry.domain.filing import require_in_region
from services.registry.domain.sites import Room, Site
from services.registry.domain.teachers import Engagement
from services.registry.domain.timetable import Lesson, LessonKind, Staff
from services.registry.domain.timetable_faults import TeacherNotEngaged
from services.registry.store import lessons as store
from services.registry.store import policy as policy_store
from services.registry.store import sites as site_store
from services.registry.store import teachers as teacher_store
from services.registry.usecases import flags as flag_usecases
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotFound

LESSONS_MAX: Final = 1000


@dataclass(frozen=True)
class PlannedLesson:
    """A lesson as the institution names it: `teacher` and `site` by its own local ids; without `site`, the class's."""

    begins: datetime
    ends: datetime
    kind: LessonKind
    hours: int
    teacher: str
    site: str | None
    room: str


async def read(connection: AsyncConnection, class_: TrainingClass, planned: Sequence[PlannedLesson]) -> list[Lesson]:
    """The lessons that `planned` names, in that order. Raises TeacherNotEngaged, NotFound, SiteElsewhere."""
    teachers = await _teachers(connection, class_.institution_id, {each.teacher for each in planned})
    sites = await _sites(connection, class_, {each.site for each in planned})
    lessons = []
    for place, each in enumerate(planned):
        if each.teacher not in teachers:
            raise TeacherNotEngaged(pointer=f"/lessons/{place}/teacher", day=business_day(each.begins).isoformat())
        site = sites.get(each.site)
        if site is None:
            raise NotFound(pointer=f"/lessons/{place}/site", what="site", id=each.site)
        if each.room not in site.rooms:
            raise NotFound(pointer=f"/lessons/{place}/room", what="room", id=each.room)
        teacher_id = teachers[each.teacher]
        lessons.append(Lesson(each.begins, each.ends, each.kind, each.hours, teacher_id, site.id, each.room))
    return lessons


async def judge(connection: AsyncConnection, class_: TrainingClass, lessons: Sequence[Lesson], *, at: datetime) -> None:
    """Nothing speaks against `lessons` as those of `class_`; what looks odd is flagged (C20, C24).

    Raises what the rules of timetables raise.
    """
    policy = await policy_store.on(connection, day=class_.starts_on, region=class_.region)
    sites = await site_store.by_ids(connection, {each.site_id for each in lessons})
    rules.require_sound(lessons, class_, rooms=_rooms(sites.values(), lessons), policy=policy)
    staff = await _staff(connection, {each.teacher_id for each in lessons})
    rules.require_teachers(lessons, class_, staff)
    rules.require_free(lessons, await store.clashes(connection, class_.id, lessons))
    seen = [
        *rules.at_odd_times(lessons, class_, policy=policy),
        *rules.on_holidays(lessons, class_, await _holidays(connection)),
        *rules.borrowed_teachers(lessons, class_, staff),
        *rules.borrowed_sites(await store.shared_sites(connection, sites), class_),
    ]
    # Every lesson of a borrowed teacher says the same.
    await flag_usecases.raise_all(connection, list({(each.kind, each.seen): each for each in seen}.values()), at=at)


async def save(
    connection: AsyncConnection, class_id: UUID, before: Collection[Lesson], after: Collection[Lesson]
) -> None:
    """Store what is another in `after`; lessons that stay the same are not touched."""
    await store.replace(connection, class_id, gone={*before} - {*after}, new={*after} - {*before})


def changed(before: Collection[Lesson], after: Collection[Lesson]) -> dict[str, Any]:
    """What the history of the class keeps of a change of its timetable, as JSON."""
    gone, new = sorted({*before} - {*after}), sorted({*after} - {*before})
    content = {"gone": [each._asdict() for each in gone], "new": [each._asdict() for each in new]}
    found: dict[str, Any] = orjson.loads(orjson.dumps(content, default=str))
    return found


async def _teachers(connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]) -> dict[str, UUID]:
    """One local id names one teacher, however often they were engaged."""
    return {each.local_id: each.teacher_id for each in await teacher_store.named(connection, institution_id, local_ids)}


async def _sites(
    connection: AsyncConnection, class_: TrainingClass, local_ids: Iterable[str | None]
) -> dict[str | None, Site]:
    sites: dict[str | None, Site] = {}
    for local_id in local_ids:
        if local_id is not None:
            site = await site_store.find_by_local_id(connection, class_.institution_id, local_id)
        else:
            site = None if class_.site_id is None else await site_store.load(connection, class_.site_id)
        if site is not None:
            require_in_region(class_, site)
            sites[local_id] = site
    return sites


async def _staff(connection: AsyncConnection, teacher_ids: Collection[UUID]) -> Staff:
    engagements: dict[UUID, list[Engagement]] = {teacher_id: [] for teacher_id in teacher_ids}
    for each in await teacher_store.engagements(connection, teacher_ids):
        engagements[each.teacher_id].append(each)
    return Staff(await teacher_store.by_ids(connection, teacher_ids), engagements)


def _rooms(sites: Iterable[Site], lessons: Iterable[Lesson]) -> dict[tuple[UUID, str], Room]:
    """The rooms by site and name. Raises NotFound for a lesson in a room that is not listed any more."""
    rooms = {(site.id, name): room for site in sites for name, room in site.rooms.items()}
    for place, lesson in enumerate(lessons):
        if lesson.place not in rooms:
            raise NotFound(pointer=f"/lessons/{place}/room", what="room", id=lesson.room)
    return rooms


async def _holidays(connection: AsyncConnection) -> set[date]:
    listed = (await policy_store.working_days(connection)).listed
    return {day for day, is_worked in listed.items() if not is_worked}
