"""What a timetable must be: lessons as the institution names them, read and judged by the rules of the class's day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.limits import require_in_region
from services.registry.directory.rules.sites import Site
from services.registry.directory.store import sites as site_store
from services.registry.flags import usecases as flag_usecases
from services.registry.plan.store import policy as policy_store
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.store import engagements as engagement_store
from services.registry.teachers.store import teachers as teacher_store
from services.registry.timetable import store
from services.registry.timetable.rules import flags as oddities
from services.registry.timetable.rules import lessons as rules
from services.registry.timetable.rules.changes import settled as settled_of
from services.registry.timetable.rules.faults import TeacherNotEngaged
from services.registry.timetable.rules.lessons import Lesson, LessonKind, Rooms, Staff
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotFound
from shared.persons import Persons

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
    """The lessons that `planned` names, in that order, not judged yet. Raises TeacherNotEngaged, NotFound."""
    teachers = await _teachers(connection, class_.institution_id, {each.teacher for each in planned})
    sites = await _site_ids(connection, class_, {each.site for each in planned})
    lessons = []
    for place, each in enumerate(planned):
        if each.teacher not in teachers:
            raise TeacherNotEngaged(pointer=f"/lessons/{place}/teacher", day=business_day(each.begins).isoformat())
        if each.site not in sites:
            raise NotFound(pointer=f"/lessons/{place}/site", what="site", id=each.site)
        teacher_id, site_id = teachers[each.teacher], sites[each.site]
        lessons.append(Lesson(each.begins, each.ends, each.kind, each.hours, teacher_id, site_id, each.room))
    return lessons


async def judge(connection: AsyncConnection, class_: TrainingClass, lessons: Sequence[Lesson], *, at: datetime) -> None:
    """Nothing speaks against `lessons` as those of `class_`; what looks odd is flagged (C18, C20, C24).

    Lessons of an approved class that have begun are not judged again. Teachers and sites are locked: who ends an
    engagement or gives up a room comes before and is seen here, or waits and sees the lessons. Raises NotFound for a
    room that is not listed, SiteElsewhere, and what the rules of timetables raise.
    """
    policy = await policy_store.on(connection, day=class_.starts_on, region=class_.region)
    settled = settled_of(await store.of_class(connection, class_.id), class_, at=at)
    staff = await _staff(connection, {each.teacher_id for each in lessons})
    sites = await _sites(connection, {each.site_id for each in lessons})
    rooms = {(site.id, name): room for site in sites.values() for name, room in site.rooms.items()}
    _require_places(lessons, class_, sites, rooms, settled=settled)
    omitted = await store.of_class(connection, class_.id, omitted=True)
    rules.require_sound(lessons, class_, rooms=rooms, policy=policy, settled=settled, omitted=omitted)
    rules.require_teachers(lessons, class_, staff, settled=settled)
    rules.require_free(lessons, await store.clashes(connection, class_.id, lessons))
    judged = [each for each in lessons if each not in settled]
    shared = await store.shared_sites(connection, {each.site_id for each in judged})
    seen = [
        *oddities.at_odd_times(judged, class_, policy=policy),
        *oddities.on_holidays(judged, class_, await _holidays(connection)),
        *oddities.in_wrong_rooms(judged, class_, rooms),
        *oddities.borrowed_teachers(judged, class_, staff),
        *oddities.borrowed_sites(shared, class_),
    ]
    # Every lesson of a borrowed teacher or in a wrong room says the same.
    await flag_usecases.raise_all(connection, list({(each.kind, each.seen): each for each in seen}.values()), at=at)


async def require_ages(
    connection: AsyncConnection, class_: TrainingClass, lessons: Sequence[Lesson], *, persons: Persons, at: datetime
) -> None:
    """Nobody is too old to give the `lessons` that have not begun, on their days. Raises TeacherTooOld."""
    policy = await policy_store.on(connection, day=class_.starts_on, region=class_.region)
    settled = settled_of(await store.of_class(connection, class_.id), class_, at=at)
    teachers = await teacher_store.by_ids(connection, {each.teacher_id for each in lessons})
    documents = {id_: persons.document(teacher_store.particulars(each)) for id_, each in teachers.items()}
    rules.require_ages(lessons, documents, policy=policy, settled=settled)


async def save(
    connection: AsyncConnection, class_id: UUID, before: Collection[Lesson], after: Collection[Lesson]
) -> None:
    """Store what is another in `after`; lessons that stay the same are not touched."""
    await store.replace(connection, class_id, gone={*before} - {*after}, new={*after} - {*before})


def changed(before: Collection[Lesson], after: Collection[Lesson]) -> dict[str, Any]:
    """What the history of the class keeps of a change of its timetable, as JSON."""
    gone, new = sorted({*before} - {*after}), sorted({*after} - {*before})
    return {"gone": kept(gone), "new": kept(new)}


def kept(lessons: Iterable[Lesson]) -> list[dict[str, Any]]:
    """`lessons` as the history of a class keeps them."""
    found: list[dict[str, Any]] = orjson.loads(orjson.dumps([each._asdict() for each in lessons], default=str))
    return found


async def _teachers(connection: AsyncConnection, institution_id: UUID, local_ids: Collection[str]) -> dict[str, UUID]:
    """One local id names one teacher, however often they were engaged."""
    return {
        each.local_id: each.teacher_id for each in await engagement_store.named(connection, institution_id, local_ids)
    }


async def _site_ids(
    connection: AsyncConnection, class_: TrainingClass, local_ids: Iterable[str | None]
) -> dict[str | None, UUID]:
    ids: dict[str | None, UUID] = {} if class_.site_id is None else {None: class_.site_id}
    for local_id in local_ids:
        if local_id is not None:
            site = await site_store.find_by_local_id(connection, class_.institution_id, local_id)
            if site is not None:
                ids[local_id] = site.id
    return ids


def _require_places(
    lessons: Iterable[Lesson],
    class_: TrainingClass,
    sites: Mapping[UUID, Site],
    rooms: Rooms,
    *,
    settled: Collection[Lesson],
) -> None:
    for place, lesson in enumerate(lessons):
        if lesson in settled:
            continue
        require_in_region(class_, sites[lesson.site_id])
        if lesson.place not in rooms:
            raise NotFound(pointer=f"/lessons/{place}/room", what="room", id=lesson.room)


async def _sites(connection: AsyncConnection, site_ids: Collection[UUID]) -> dict[UUID, Site]:
    await site_store.lock_shared(connection, site_ids)
    return await site_store.by_ids(connection, site_ids)


async def _staff(connection: AsyncConnection, teacher_ids: Collection[UUID]) -> Staff:
    await teacher_store.lock(connection, teacher_ids, share=True)
    engagements: dict[UUID, list[Engagement]] = {teacher_id: [] for teacher_id in teacher_ids}
    for each in await engagement_store.of_teachers(connection, teacher_ids):
        engagements[each.teacher_id].append(each)
    return Staff(await teacher_store.by_ids(connection, teacher_ids), engagements)


async def _holidays(connection: AsyncConnection) -> set[date]:
    listed = (await policy_store.working_days(connection)).listed
    return {day for day, is_worked in listed.items() if not is_worked}
