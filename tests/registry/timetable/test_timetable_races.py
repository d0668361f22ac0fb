"""Planning beside whoever ends an engagement or gives up a room at the same moment, in two transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules.sites import RoomsInUse
from services.registry.directory.store import sites as site_store
from services.registry.teachers.rules.engagements import LessonsLeft
from services.registry.teachers.usecases import engagements
from services.registry.timetable.rules.faults import TeacherNotEngaged
from services.registry.timetable.usecases import planning, sites
from services.registry.timetable.usecases.judging import PlannedLesson
from services.registry.timetable.usecases.sites import SiteParticulars
from shared.contracts.registry.timetables import LessonKind
from shared.kernel.callers import Caller, Role
from shared.kernel.refusals import NotFound, Refusal
from shared.persons import Persons
from tests.registry.school import School, add_site, set_today
from tests.registry.teaching import engage, lessons

AT: Final = datetime(2025, 2, 20, 4, tzinfo=UTC)
_WAITING: Final = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
Step = Callable[[AsyncConnection], Awaitable[Any]]


class Scene:
    """A class to be planned with teacher J1 in room 101 of S1."""

    def __init__(self, school: School, *, class_id: str, engagement_id: str, site_id: str) -> None:
        self.school = school
        self.caller = Caller("clerk", Role.INSTITUTION, UUID(school.id), None)
        self.class_id, self.engagement_id, self.site_id = UUID(class_id), UUID(engagement_id), UUID(site_id)

    async def plan(self, connection: AsyncConnection) -> None:
        planned = [
            PlannedLesson(
                datetime.fromisoformat(str(each["begins_at"])), datetime.fromisoformat(str(each["ends_at"])),
                LessonKind.THEORY, 6, "J1", "S1", "101",
            )
            for each in lessons()
        ]  # fmt: skip
        persons = Persons.load(self.school.registry.settings.keys_directory)
        await planning.put(connection, self.class_id, planned, reason=None, persons=persons, caller=self.caller, at=AT)

    async def end_engagement(self, connection: AsyncConnection) -> object:
        last_on = date(2025, 2, 28)
        return await engagements.end(connection, self.engagement_id, last_on=last_on, caller=self.caller, at=AT)

    async def drop_room(self, connection: AsyncConnection) -> object:
        site = await site_store.load(connection, self.site_id)
        place = SiteParticulars(site.address, site.address_mark, site.region, None, None, {})
        return await sites.change(connection, self.site_id, place, expected=1, caller=self.caller, at=AT)

    async def one_after_the_other(self, first: Step, second: Step) -> Refusal:
        """What `second` is refused for if it begins before the transaction of `first` has ended."""
        engine = self.school.registry.engine
        async with engine.connect() as one, engine.connect() as other:
            await first(one)
            late = asyncio.ensure_future(second(other))
            while not late.done() and not await self.school.registry.rows(_WAITING):
                pass
            assert not late.done(), "the second did not wait for the first"
            await one.commit()
            with pytest.raises(Refusal) as refused:
                await late
        return refused.value


@pytest.fixture
async def scene(school: School) -> Scene:
    set_today(school.registry, date(2025, 2, 20))
    site_id = await add_site(school)
    engaged = await engage(school)
    return Scene(school, class_id=await school.file(), engagement_id=engaged["engagement_id"], site_id=site_id)


async def test_a_teacher_who_just_left_gets_no_lessons(scene: Scene) -> None:
    refusal = await scene.one_after_the_other(scene.end_engagement, scene.plan)

    assert isinstance(refusal, TeacherNotEngaged)


async def test_a_teacher_with_lessons_that_were_just_planned_cannot_leave(scene: Scene) -> None:
    refusal = await scene.one_after_the_other(scene.plan, scene.end_engagement)

    assert isinstance(refusal, LessonsLeft)


async def test_a_room_that_was_just_given_up_gets_no_lessons(scene: Scene) -> None:
    refusal = await scene.one_after_the_other(scene.drop_room, scene.plan)

    assert isinstance(refusal, NotFound)
    assert refusal.facts == {"what": "room", "id": "101"}


async def test_a_room_with_lessons_that_were_just_planned_cannot_be_given_up(scene: Scene) -> None:
    refusal = await scene.one_after_the_other(scene.plan, scene.drop_room)

    assert isinstance(refusal, RoomsInUse)
