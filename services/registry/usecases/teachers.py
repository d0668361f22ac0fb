"""Engage teachers, and end engagements; who is engaged is in the teacher pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import teachers as rules
from services.registry.domain.teachers import Engagement, LessonsLeft, Qualification, Teacher
from services.registry.domain.trainees import require_name
from services.registry.store import policy as policy_store
from services.registry.store import projects as project_store
from services.registry.store import teachers as store
from services.registry.usecases.institutions import load_for_writing
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.identity import IdentityDocument
from shared.kernel.ids import new_id
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import LocalIdTaken, NotFound
from shared.persons import Particulars, Persons

_PAPER: Final = "qualification"


@dataclass(frozen=True)
class Paper:
    """A qualification as the institution copies it from the paper."""

    name: str
    number: str
    held: Period


@dataclass(frozen=True)
class NewTeacher:
    """What an institution says of somebody who teaches for it."""

    local_id: str
    particulars: Particulars
    full_time: bool
    engaged: Period
    projects: Sequence[str]
    qualifications: Sequence[Paper]


async def engage(
    connection: AsyncConnection,
    institution_id: UUID,
    asked: NewTeacher,
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> tuple[Engagement, Teacher]:
    """A teacher of the institution from a day on, by itself or an officer; the same again answers what stands.

    What they may teach and hold is added to what the pool knows of them. Raises WrongRole, NotFound,
    ForeignOrganisation, ForeignRegion, PlaceholderName, TeacherTooOld, LocalIdTaken, EngagedAlready,
    TooManyInstitutions (C06), and the refusals of documents.
    """
    institution = await load_for_writing(connection, institution_id, caller=caller)
    require_name(asked.particulars.name)
    person, number = persons.recognise(asked.particulars, today=business_day(at))
    policy = await policy_store.on(connection, day=asked.engaged.first, region=institution.region)
    document = IdentityDocument(asked.particulars.document_kind, number)
    rules.require_age(document, on=asked.engaged.first, age_max=policy.teacher_age_max)
    await _require_projects(connection, asked.projects)
    teacher = await _learn(connection, person, number, asked, persons=persons, at=at)
    new = Engagement(new_id(), teacher.id, institution_id, asked.local_id, asked.full_time, asked.engaged)
    for known in await store.named(connection, institution_id, [asked.local_id]):
        if known.same_as(new):
            return known, teacher
        if known.teacher_id != teacher.id or known.engaged.first == new.engaged.first:
            raise LocalIdTaken(pointer="/local_id")
    others = await store.engagements(connection, [teacher.id])
    rules.require_possible(new, others, institutions_max=policy.teacher_institutions_max)
    await store.add_engagement(connection, new)
    await outbox.record(connection, rules.engage(new, at=at))
    return new, teacher


async def end(
    connection: AsyncConnection, engagement_id: UUID, *, last_on: date, caller: Caller, at: datetime
) -> tuple[Engagement, Teacher]:
    """Let an engagement end with `last_on`; one that ends then already is answered as it is.

    Raises WrongRole, NotFound, ForeignOrganisation, ForeignRegion, LessonsLeft, EngagementOver, PeriodEndsBeforeStart.
    """
    before = await store.load_engagement(connection, engagement_id, lock=True)
    await load_for_writing(connection, before.institution_id, caller=caller)
    teacher = (await store.by_ids(connection, [before.teacher_id]))[before.teacher_id]
    if before.engaged.last == last_on:
        return before, teacher
    after, fact = rules.end(before, last_on=last_on, at=at)
    if left := await store.lessons_left(connection, before, last_on=last_on):
        raise LessonsLeft(pointer="/last_on", classes=list(left), lessons=sum(left.values()))
    await store.save_engagement(connection, after)
    await outbox.record(connection, fact)
    return after, teacher


async def _require_projects(connection: AsyncConnection, codes: Sequence[str]) -> None:
    known = await project_store.known(connection, codes)
    for place, code in enumerate(codes):
        if code not in known:
            raise NotFound(pointer=f"/projects/{place}", what="project", id=code)


async def _learn(
    connection: AsyncConnection, person: UUID, number: str, asked: NewTeacher, *, persons: Persons, at: datetime
) -> Teacher:
    """The teacher who `person` is, locked, with what is `asked` added to what was known."""
    papers = [_sealed(paper, persons) for paper in asked.qualifications]
    known = await store.lock_by_person(connection, person)
    if known is None:
        sealed = persons.close(person, number, asked.particulars)
        blank = Teacher(new_id(), person, sealed.document_kind, sealed.sealed, (), (), version=1)
        teacher = replace(rules.learn(blank, asked.projects, papers), version=1)
        await store.add(connection, teacher)
    else:
        teacher = rules.learn(known, asked.projects, papers)
        if teacher is known:
            return known
        await store.save(connection, teacher)
    await outbox.record(connection, rules.list_(teacher, at=at))
    return teacher


def _sealed(paper: Paper, persons: Persons) -> Qualification:
    id_ = new_id()
    sealed = persons.seal(paper.number.encode(), owner=id_)
    return Qualification(id_, paper.name, persons.mark(_PAPER, paper.number), sealed, paper.held)
