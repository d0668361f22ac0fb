"""Read the lessons that an institution names, and judge them by the rules of the class's first day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.limits import places_of, require_in_region
from services.registry.directory.rules.sites import Site
from services.registry.directory.store import sites as site_store
from services.registry.enrolments.store import overlaps as overlap_store
from services.registry.flags import usecases as flag_usecases
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.teachers.store import teachers as teacher_store
from services.registry.timetable import store
from services.registry.timetable.rules import flags as oddities
from services.registry.timetable.rules import lessons as rules
from services.registry.timetable.rules.changes import settled as settled_of
from services.registry.timetable.rules.faults import TeacherNotEngaged
from services.registry.timetable.rules.lessons import Lesson, Rooms, Staff, Timetable
from shared.backbone import outbox
from shared.contracts.registry.timetables import LessonKind
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
    names = await store.named(
        connection,
        class_.institution_id,
        teachers={each.teacher for each in planned},
        sites={each.site for each in planned if each.site is not None},
    )
    lessons = []
    for place, each in enumerate(planned):
        if each.teacher not in names.teachers:
            raise TeacherNotEngaged(pointer=f"/lessons/{place}/teacher", day=business_day(each.begins).isoformat())
        site_id = class_.site_id if each.site is None else names.sites.get(each.site)
        if site_id is None:
            raise NotFound(pointer=f"/lessons/{place}/site", what="site", id=each.site)
        teacher_id = names.teachers[each.teacher]
        lessons.append(Lesson(each.begins, each.ends, each.kind, each.hours, teacher_id, site_id, each.room))
    return lessons


class Judged(NamedTuple):
    """Who gives the lessons, and the sites of the class and of all its lessons, by id."""

    staff: Staff
    sites: Mapping[UUID, Site]


async def judge(
    connection: AsyncConnection,
    class_: TrainingClass,
    lessons: Sequence[Lesson],
    *,
    stored: Timetable,
    rulebook: Rulebook,
    at: datetime,
) -> Judged:
    """Check `lessons` as those of `class_`, whose timetable is `stored` now; the teachers and sites that they need.

    What looks odd is flagged (C18, C20, C24). Lessons of an approved class that have begun are not judged again.
    Teachers, sites and trainees are locked: a request that ends an engagement, removes a room or enrols a trainee
    elsewhere either came before and is seen here, or waits and sees the lessons. Raises NotFound for a room that is not
    listed, SiteElsewhere, and what the rules of timetables raise.
    """
    policy = rulebook.policy(class_.starts_on, class_.region)
    settled = settled_of(stored.lessons, class_, at=at)
    teacher_ids, site_ids = {each.teacher_id for each in lessons}, rules.sites_of(class_, (*lessons, *stored.omitted))
    await store.hold(connection, class_.id, teacher_ids=teacher_ids, site_ids=site_ids)
    staff = await _staff(connection, teacher_ids)
    sites = await site_store.by_ids(connection, site_ids)
    rooms = {(site.id, name): room for site in sites.values() for name, room in site.rooms.items()}
    places = places_of(class_, rulebook.plan, today=business_day(at))
    _require_places(lessons, places, sites, rooms, settled=settled)
    rules.require_sound(lessons, class_, rooms=rooms, policy=policy, settled=settled, omitted=stored.omitted)
    rules.require_teachers(lessons, class_, staff, settled=settled)
    clashes, shared_sites = await store.surroundings(connection, class_.id, lessons)
    rules.require_free(lessons, clashes)
    judged = [each for each in lessons if each not in settled]
    judged_sites = {each.site_id for each in judged}
    shared_sites = {site: others for site, others in shared_sites.items() if site in judged_sites}
    seen = [
        *oddities.at_odd_times(judged, class_, policy=policy),
        *oddities.on_holidays(judged, class_, rulebook.calendar.holidays),
        *oddities.in_wrong_rooms(judged, class_, rooms),
        *oddities.borrowed_teachers(judged, class_, staff),
        *oddities.borrowed_sites(shared_sites, class_),
    ]
    # Every lesson of a borrowed teacher or in a wrong room says the same.
    once = list({(each.kind, each.seen): each for each in seen}.values())
    await flag_usecases.raise_all(connection, once, at=at, rulebook=rulebook)
    return Judged(staff, sites)


def require_ages(
    class_: TrainingClass,
    lessons: Sequence[Lesson],
    staff: Staff,
    *,
    stored: Timetable,
    rulebook: Rulebook,
    persons: Persons,
    at: datetime,
) -> None:
    """No teacher is too old on the days of those `lessons` that have not begun. Raises TeacherTooOld."""
    documents = {id_: persons.document(teacher_store.particulars(each)) for id_, each in staff.teachers.items()}
    policy = rulebook.policy(class_.starts_on, class_.region)
    rules.require_ages(lessons, documents, policy=policy, settled=settled_of(stored.lessons, class_, at=at))


async def save(
    connection: AsyncConnection, class_id: UUID, before: Collection[Lesson], after: Collection[Lesson]
) -> None:
    """Store what is another in `after`, which was judged; lessons that stay the same are not touched.

    Raises TraineesElsewhere (C04).
    """
    new = {*after} - {*before}
    await _require_trainees_free(connection, class_id, new)
    await store.replace(connection, class_id, gone={*before} - {*after}, new=new)


async def tell(
    connection: AsyncConnection,
    class_: TrainingClass,
    timetable: Timetable,
    *,
    staff: Staff | None = None,
    at: datetime,
) -> None:
    """Record the fact of the lessons that `class_`, which is locked, has now. `staff`: who is known already."""
    teachers = {} if staff is None else {id_: each.person for id_, each in staff.teachers.items()}
    ids = {each.teacher_id for each in (*timetable.lessons, *timetable.omitted)} - teachers.keys()
    if ids:
        teachers |= {id_: each.person for id_, each in (await teacher_store.by_ids(connection, ids)).items()}
    version = await store.next_version(connection, class_.id)
    await outbox.record(connection, rules.tell(class_, timetable, teachers, version=version, at=at))


async def _require_trainees_free(connection: AsyncConnection, class_id: UUID, new: Collection[Lesson]) -> None:
    if not new:
        return
    days = [each.day for each in new]
    taken = await overlap_store.of_trainees(connection, class_id, from_on=min(days), until_on=max(days))
    if elsewhere := {each.class_id for each in taken} - {class_id}:
        times = await overlap_store.lesson_times(connection, elsewhere)
        rules.require_trainees_free(class_id, new, taken, times)


def changed(before: Collection[Lesson], after: Collection[Lesson]) -> dict[str, Any]:
    """What the history of the class keeps of a change of its timetable, as JSON."""
    gone, new = sorted({*before} - {*after}), sorted({*after} - {*before})
    return {"gone": kept(gone), "new": kept(new)}


def kept(lessons: Iterable[Lesson]) -> list[dict[str, Any]]:
    """`lessons` as the history of a class keeps them."""
    found: list[dict[str, Any]] = orjson.loads(orjson.dumps([each._asdict() for each in lessons], default=str))
    return found


def _require_places(
    lessons: Iterable[Lesson],
    places: Collection[str],
    sites: Mapping[UUID, Site],
    rooms: Rooms,
    *,
    settled: Collection[Lesson],
) -> None:
    for place, lesson in enumerate(lessons):
        if lesson in settled:
            continue
        require_in_region(sites[lesson.site_id], places)
        if lesson.place not in rooms:
            raise NotFound(pointer=f"/lessons/{place}/room", what="room", id=lesson.room)


async def _staff(connection: AsyncConnection, teacher_ids: Collection[UUID]) -> Staff:
    found = await teacher_store.engaged(connection, teacher_ids)
    return Staff({id_: each[0] for id_, each in found.items()}, {id_: each[1] for id_, each in found.items()})
