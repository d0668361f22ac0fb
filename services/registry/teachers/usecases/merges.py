"""Merge two entries of the pool that are one person, by two officers, and undo it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.usecases import visibility
from services.registry.teachers.rules import engagements as engagement_rules
from services.registry.teachers.rules import merges as rules
from services.registry.teachers.rules import teachers as teacher_rules
from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.rules.merges import PROPOSE, TeacherMerge, TeacherMergeEvent, TeacherMergeVerb
from services.registry.teachers.rules.teachers import Teacher
from services.registry.teachers.store import engagements as engagement_store
from services.registry.teachers.store import merges as store
from services.registry.teachers.store import teachers as teacher_store
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id


async def propose(
    connection: AsyncConnection, teacher_id: UUID, into_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> TeacherMerge:
    """Propose that two entries are one person, as an officer above every region where either was engaged.

    Raises NotFound, ForeignRegion, SameTeacher, TeachersMergedAlready.
    """
    teacher, into = await _lock(connection, teacher_id, into_id, caller)
    rules.require_two(teacher, into)
    for known in await store.of_teacher(connection, teacher_id, standing=True):
        raise rules.TeachersMergedAlready(merge=str(known.id))
    merge = TeacherMerge(new_id(), teacher_id, into_id, caller.person)
    await store.add(connection, merge)
    await _remember(connection, merge, PROPOSE, reason, by=caller.person, at=at)
    return merge


async def confirm(
    connection: AsyncConnection, merge_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> TeacherMerge:
    """Merge them, as another officer than the one who proposed it: engagements, lessons, papers become one person's.

    Raises NotFound, ForeignRegion, IllegalMove, SamePerson, SameTeacher, TeacherMergeClashes.
    """
    before = await store.load(connection, merge_id, lock=True)
    teacher, into = await _lock(connection, before.teacher_id, before.into_id, caller)
    after = rules.confirm(before, by=caller.person)
    rules.require_two(teacher, into)
    engagements = await engagement_store.of_teachers(connection, [teacher.id])
    others = await engagement_store.of_teachers(connection, [into.id])
    lessons = await store.clashing_lessons(connection, teacher.id, into.id)
    rules.require_no_clash(engagements, others, lessons=lessons)
    moved = await store.move(connection, teacher.id, into.id)
    await _engage_as(connection, engagements, into.id, at=at)
    await _tell(connection, [teacher, into], at=at)
    moved["engagements"] = [str(each.id) for each in engagements]
    return await _keep(
        connection, replace(after, moved=moved), TeacherMergeVerb.CONFIRM, reason, by=caller.person, at=at
    )


async def withdraw(
    connection: AsyncConnection, merge_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> TeacherMerge:
    """Take a proposal back. Raises NotFound, ForeignRegion, IllegalMove."""
    before = await store.load(connection, merge_id, lock=True)
    await _lock(connection, before.teacher_id, before.into_id, caller)
    verb = TeacherMergeVerb.WITHDRAW
    return await _keep(connection, rules.advance(before, verb), verb, reason, by=caller.person, at=at)


async def undo(
    connection: AsyncConnection, merge_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> TeacherMerge:
    """Separate them again: what the merge moved, and is still there, goes back.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    before = await store.load(connection, merge_id, lock=True)
    teacher, into = await _lock(connection, before.teacher_id, before.into_id, caller)
    after = rules.advance(before, TeacherMergeVerb.UNDO)
    theirs = set(before.moved["engagements"])
    engagements = [each for each in await engagement_store.of_teachers(connection, [into.id]) if str(each.id) in theirs]
    await store.move_back(connection, teacher.id, into.id, before.moved)
    await _engage_as(connection, engagements, teacher.id, at=at)
    await _tell(connection, [teacher, into], at=at)
    return await _keep(connection, after, TeacherMergeVerb.UNDO, reason, by=caller.person, at=at)


async def _lock(
    connection: AsyncConnection, teacher_id: UUID, into_id: UUID, caller: Caller
) -> tuple[Teacher, Teacher]:
    """Both entries, locked, for an officer above every region where either is engaged.

    Raises NotFound, ForeignRegion.
    """
    await teacher_store.lock(connection, [teacher_id, into_id])
    teacher, into = await teacher_store.load(connection, teacher_id), await teacher_store.load(connection, into_id)
    for each in (teacher_id, into_id):
        for region in await engagement_store.regions(connection, each):
            await visibility.require_region(connection, caller, region)
    return teacher, into


async def _engage_as(
    connection: AsyncConnection, engagements: Sequence[Engagement], teacher_id: UUID, *, at: datetime
) -> None:
    await store.engage_as(connection, [each.id for each in engagements], teacher_id)
    given = [engagement_rules.give_to(each, teacher_id, at=at) for each in engagements]
    await outbox.record(connection, *(fact for _, fact in given))


async def _tell(connection: AsyncConnection, teachers: Sequence[Teacher], *, at: datetime) -> None:
    """Store the next version of each, as it is now, and publish it."""
    for each in teachers:
        now = await teacher_store.load(connection, each.id)
        after = replace(now, version=now.version + 1)
        await teacher_store.save(connection, after)
        await outbox.record(connection, teacher_rules.list_(after, at=at))


async def _keep(
    connection: AsyncConnection, after: TeacherMerge, verb: str, said: str, *, by: str, at: datetime
) -> TeacherMerge:
    await store.save(connection, after)
    await _remember(connection, after, verb, said, by=by, at=at)
    return after


async def _remember(
    connection: AsyncConnection, merge: TeacherMerge, verb: str, said: str, *, by: str, at: datetime
) -> None:
    await store.add_event(connection, TeacherMergeEvent(new_id(), merge.id, merge.version, verb, by, at, said))
