"""Engage teachers, end engagements, and correct their statements; engaging a teacher adds them to the pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store import institutions as institution_store
from services.registry.directory.usecases.institutions import load_for_writing
from services.registry.particulars.rules import name_fault
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.teachers.rules import departures as departure_rules
from services.registry.teachers.rules import engagements as rules
from services.registry.teachers.rules import teachers as teacher_rules
from services.registry.teachers.rules.engagements import Engagement, LessonsLeft
from services.registry.teachers.rules.teachers import Correction, Qualification, Teacher
from services.registry.teachers.store import departures as departure_store
from services.registry.teachers.store import engagements as store
from services.registry.teachers.store import teachers as teacher_store
from services.registry.teachers.usecases.teachers import repair_name
from shared.backbone import outbox
from shared.dated_entries import store as ending_store
from shared.dated_entries.endings import Ending
from shared.kernel.callers import Caller, Role
from shared.kernel.identity import IdentityDocument
from shared.kernel.ids import new_id
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import LocalIdTaken, NotFound, raise_first
from shared.persons import Particulars, Persons

_PAPER: Final = "qualification"


@dataclass(frozen=True)
class Paper:
    """A qualification as the institution copied it from the certificate."""

    name: str
    number: str
    held: Period


@dataclass(frozen=True)
class NewTeacher:
    """A teacher as an institution reports them."""

    local_id: str
    particulars: Particulars
    full_time: bool
    engaged: Period
    projects: Sequence[str]
    qualifications: Sequence[Paper]


@dataclass(frozen=True)
class TeacherStatements:
    """Statements of an engagement's institution about the teacher; None leaves a value unchanged."""

    full_time: bool | None = None
    projects: Sequence[str] | None = None
    qualifications: Sequence[Paper] | None = None


async def engage(
    connection: AsyncConnection,
    institution_id: UUID,
    asked: NewTeacher,
    *,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> tuple[Engagement, Teacher]:
    """Engage a teacher, as the institution or an officer; a repeat returns the existing engagement.

    Projects and qualifications are added to those the institution stated before; a damaged name of the pool is
    corrected by a sound spelling of it. Raises NotFound,
    ForeignOrganisation, ForeignRegion, PlaceholderName, TeacherNameDiffers, TeacherTooOld, LocalIdTaken,
    EngagedAlready, TooManyInstitutions, FullTimeElsewhere (C06), and the refusals of documents.
    """
    institution = await load_for_writing(connection, institution_id, caller=caller)
    raise_first(name_fault(asked.particulars.name))
    kind, written = asked.particulars.document_kind, asked.particulars.document_number
    person, number = persons.recognise(kind, written, today=business_day(at))
    rulebook = await rulebook_store.current(connection)
    policy = rulebook.policy(asked.engaged.first, institution.region)
    document = IdentityDocument(kind, number)
    teacher_rules.require_age(document, on=asked.engaged.first, age_max=policy.teacher_age_max)
    _require_projects(asked.projects, rulebook)
    before = await _listed(connection, person, number, asked.particulars, institution_id, persons=persons)
    if before.version > 0:
        before = await repair_name(
            connection,
            before,
            asked.particulars.name,
            institution_id=institution_id,
            persons=persons,
            by=caller.person,
            at=at,
        )
    departure_rules.require_there(await departure_store.standing(connection, before.id))
    papers = [_sealed(paper, institution_id, persons) for paper in asked.qualifications]
    teacher = await _save(
        connection, before, teacher_rules.learn(before, institution_id, asked.projects, papers), at=at
    )
    new = Engagement(new_id(), teacher.id, institution_id, asked.local_id, asked.full_time, asked.engaged)
    for known in await store.named(connection, institution_id, [asked.local_id]):
        if known.same_as(new):
            return known, teacher
        if known.teacher_id != teacher.id or known.engaged.first == new.engaged.first:
            raise LocalIdTaken(pointer="/local_id")
    # What a taken-over institution and its successor engage a teacher for is one work.
    taken_over = (await institution_store.STANDINGS.find(connection, Role.INSTITUTION, institution_id)).taken_over
    others = [
        each for each in await store.of_teachers(connection, [teacher.id]) if each.institution_id not in taken_over
    ]
    rules.require_possible(new, others, institutions_max=policy.teacher_institutions_max)
    await store.add(connection, new)
    await outbox.record(connection, rules.engage(new, at=at))
    return new, teacher


async def end(
    connection: AsyncConnection, engagement_id: UUID, *, last_on: date, caller: Caller, at: datetime
) -> tuple[Engagement, Teacher]:
    """End an engagement on `last_on`; a repeat returns it unchanged.

    Raises NotFound, ForeignOrganisation, ForeignRegion, LessonsLeft, EngagementOver, PeriodEndsBeforeStart.
    """
    before, teacher = await _lock(connection, engagement_id, caller)
    if before.engaged.last == last_on:
        return before, teacher
    after, fact = rules.end(before, last_on=last_on, at=at)
    if left := await store.lessons_left(connection, before, last_on=last_on):
        raise LessonsLeft(pointer="/last_on", classes=list(left), lessons=sum(left.values()))
    ending = Ending(before.id, after.version, before.engaged.last, caller.person, at, None)
    await ending_store.add(connection, ending)
    await store.save(connection, after)
    await outbox.record(connection, fact)
    return after, teacher


async def reinstate(
    connection: AsyncConnection, engagement_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> tuple[Engagement, Teacher]:
    """Take back the latest ending of an engagement, as an officer of the institution's region or above.

    Raises NotFound, ForeignRegion, NotEnded, EngagedAlready, TooManyInstitutions, FullTimeElsewhere (C06).
    """
    before, teacher = await _lock(connection, engagement_id, caller)
    institution = await institution_store.load(connection, before.institution_id)
    policy = (await rulebook_store.current(connection)).policy(before.engaged.first, institution.region)
    ending = await ending_store.latest(connection, engagement_id)
    others = await store.of_teachers(connection, [teacher.id])
    after, fact = rules.reinstate(before, ending, others, institutions_max=policy.teacher_institutions_max, at=at)
    assert ending is not None, "the rule refuses an engagement that was not ended"
    await ending_store.take_back(connection, ending, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    await outbox.record(connection, fact)
    return after, teacher


async def correct(
    connection: AsyncConnection,
    engagement_id: UUID,
    statements: TeacherStatements,
    *,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> tuple[Engagement, Teacher]:
    """Replace the statements of the engagement's institution; the old values are kept as a correction.

    As that institution or an officer. A changed qualification must be verified again. A call that changes nothing
    returns the current state. Raises NotFound, ForeignOrganisation, ForeignRegion, FullTimeElsewhere (C06).
    """
    before, known = await _lock(connection, engagement_id, caller)
    institution_id = before.institution_id
    if statements.projects:
        _require_projects(statements.projects, await rulebook_store.current(connection))
    projects = known.projects_at(institution_id) if statements.projects is None else statements.projects
    papers = [each for each in known.qualifications if each.institution_id == institution_id]
    if statements.qualifications is not None:
        papers = [_sealed(paper, institution_id, persons) for paper in statements.qualifications]
    teacher = await _save(connection, known, teacher_rules.correct(known, institution_id, projects, papers), at=at)
    after = before
    if statements.full_time not in (None, before.full_time):
        others = await store.of_teachers(connection, [teacher.id])
        after, fact = rules.correct(before, others, full_time=not before.full_time, at=at)
        await store.save(connection, after)
        await outbox.record(connection, fact)
    if change := rules.changed(before, after) | teacher_rules.changed(known, teacher):
        correction = Correction(new_id(), teacher.id, engagement_id, change, None, reason, caller.person, at)
        await teacher_store.add_correction(connection, correction)
    return after, teacher


async def _lock(connection: AsyncConnection, engagement_id: UUID, caller: Caller) -> tuple[Engagement, Teacher]:
    """The engagement and its teacher, locked against concurrent planning of lessons."""
    known = await store.load(connection, engagement_id)
    await load_for_writing(connection, known.institution_id, caller=caller)
    teacher = await teacher_store.load(connection, known.teacher_id, locked=True)
    return await store.load(connection, engagement_id, lock=True), teacher


def _require_projects(codes: Sequence[str], rulebook: Rulebook) -> None:
    for place, code in enumerate(codes):
        if code not in rulebook.catalogue:
            raise NotFound(pointer=f"/projects/{place}", what="project", id=code)


async def _listed(
    connection: AsyncConnection,
    person: UUID,
    number: str,
    particulars: Particulars,
    institution_id: UUID,
    *,
    persons: Persons,
) -> Teacher:
    """The teacher with the key `person`, locked; a new, unstored one has version 0."""
    known = await teacher_store.lock_by_person(connection, person)
    if known is None:
        sealed = persons.close(person, number, particulars)
        return Teacher(
            new_id(), person, sealed.document_kind, sealed.sealed, institution_id, frozenset(), (), version=0
        )
    return known


async def _save(connection: AsyncConnection, before: Teacher, after: Teacher, *, at: datetime) -> Teacher:
    """Store `after` and publish its fact unless it is `before`; a new teacher gets version 1."""
    if before.version == 0:
        after = replace(after, version=1)
        await teacher_store.add(connection, after)
    elif after is not before:
        await teacher_store.save(connection, after)
    else:
        return before
    await outbox.record(connection, teacher_rules.list_(after, at=at))
    return after


def _sealed(paper: Paper, institution_id: UUID, persons: Persons) -> Qualification:
    id_ = new_id()
    sealed = persons.seal(paper.number.encode(), owner=id_)
    return Qualification(id_, institution_id, paper.name, persons.mark(_PAPER, paper.number), sealed, paper.held)
