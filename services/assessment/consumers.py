"""Facts that assessment consumes: the registry's plan, institutions, classes, enrolments, merged persons, timetables;
the subsidy's claims, for the names on public lists.

There are three consumers. The second and the third began later: under names of their own they read the log from the
beginning, so that an installation that has run for a year knows its holidays, timetables and public claims as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates.usecases import issuing as certificates
from services.assessment.plan import store as plan
from services.assessment.public_lists.usecases import OWNER
from services.assessment.relied_courses.usecases import propose_where_gone
from services.assessment.settings import AssessmentSettings
from services.assessment.trainings import store as trainings
from services.assessment.trainings.rules import ExamPlan, RegistryClass, RegistryEnrolment, RegistryLesson
from shared import heard
from shared.backbone.consumer import Consumer, unprepared
from shared.contracts.dimensions import award_of
from shared.contracts.fact import Fact
from shared.contracts.registry.classes import CLASS_FACTS, ClassState, ClassStatus
from shared.contracts.registry.directory import INSTITUTION_FACTS, InstitutionState
from shared.contracts.registry.enrolments import (
    ENROLMENT_FACTS,
    MERGE_FACTS,
    EnrolmentRekeyed,
    EnrolmentState,
    EnrolmentStatus,
    MergeState,
    PersonsMerged,
    PersonsSeparated,
)
from shared.contracts.registry.plan import CalendarDayListed, ProgrammeListed, RegionListed
from shared.contracts.registry.timetables import TimetablePlanned
from shared.public_lists import hearing

F = TypeVar("F", bound=Fact)

HEARS: Final[frozenset[type[Fact]]] = frozenset(
    {ProgrammeListed, RegionListed, *INSTITUTION_FACTS, *CLASS_FACTS, *ENROLMENT_FACTS, *MERGE_FACTS}
)
HEARS_FOR_EXAMS: Final[frozenset[type[Fact]]] = frozenset(
    {CalendarDayListed, TimetablePlanned, *INSTITUTION_FACTS, *CLASS_FACTS}
)
"""What decides when and by whom an exam may be held."""

_LEFT: Final = (EnrolmentStatus.WITHDRAWN, EnrolmentStatus.TRANSFERRED)


def consumers(settings: AssessmentSettings) -> list[Consumer]:  # noqa: ARG001  (every service has this signature)
    """Assessment's consumers."""
    return [
        Consumer(name="assessment", hears=HEARS, prepare=unprepared(apply)),
        Consumer(name="assessment-exams", hears=HEARS_FOR_EXAMS, prepare=unprepared(apply_for_exams)),
        hearing.consumer("assessment", OWNER),
    ]


async def apply(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store the latest state of each subject in `facts`, with one statement for each kind of fact."""
    await plan.keep_programmes(connection, _last(facts, ProgrammeListed))
    await heard.keep_regions(connection, _last(facts, RegionListed))
    await heard.keep_institutions(connection, _last(facts, InstitutionState))
    await trainings.keep_classes(
        connection,
        [
            RegistryClass(
                each.class_id,
                each.occupation,
                award_of(each),
                each.status is ClassStatus.CANCELLED,
                each.institution_id,
                each.starts_on,
                each.local_id,
                each.reporting_region,
            )
            for each in _last(facts, ClassState)
        ],
    )
    await trainings.keep_enrolments(
        connection,
        [
            RegistryEnrolment(
                each.enrolment_id,
                each.class_id,
                each.person,
                each.programme,
                each.status in _LEFT,
                each.status is EnrolmentStatus.COMPLETED,
            )
            for each in _last(facts, EnrolmentState)
        ],
    )
    # Of all facts: what was corrected since does not undo that the training was another human's.
    rekeyed = [each for each in facts if isinstance(each, EnrolmentRekeyed)]
    await trainings.keep_rekeyings(connection, {(each.class_id, each.former) for each in rekeyed if each.former})
    merges = _last(facts, MergeState)
    await heard.keep_aliases(connection, {each.person: each.into for each in merges if isinstance(each, PersonsMerged)})
    await heard.drop_aliases(connection, [each.person for each in merges if isinstance(each, PersonsSeparated)])
    # An enrolment's first fact cannot be a correction, and most facts are first ones.
    later = [each for each in _last(facts, EnrolmentState) if each.version > 1]
    if later:
        classes = {each.class_id for each in later}
        await certificates.follow(connection, classes, at=max(each.at for each in later))
    cancelled = [each for each in _last(facts, ClassState) if each.status is ClassStatus.CANCELLED]
    changed: list[EnrolmentState | ClassState] = [*later, *cancelled]
    if changed:
        at = max(each.at for each in changed)
        await propose_where_gone(connection, classes={each.class_id for each in changed}, at=at)


async def apply_for_exams(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store the calendar, the lessons and exam plans of classes, and the credit codes of institutions."""
    await plan.keep_days(connection, {each.day: each.working for each in _last(facts, CalendarDayListed)})
    timetables = _last(facts, TimetablePlanned)
    lessons = [
        RegistryLesson(each.class_id, lesson.teacher, lesson.begins_at, lesson.ends_at)
        for each in timetables
        for lesson in each.lessons
        if not lesson.omitted
    ]
    await trainings.keep_lessons(connection, [each.class_id for each in timetables], lessons)
    institutions = _last(facts, InstitutionState)
    await trainings.keep_credit_codes(connection, {each.institution_id: each.credit_code for each in institutions})
    await trainings.keep_exam_plans(connection, [_exam_plan(each) for each in _last(facts, ClassState)])


def _exam_plan(class_: ClassState) -> ExamPlan:
    cancelled = class_.status is ClassStatus.CANCELLED
    return ExamPlan(
        class_.class_id,
        class_.institution_id,
        class_.occupation,
        award_of(class_),
        None if cancelled else class_.exam_on,
        None if cancelled else class_.exam_body,
    )


def _last(facts: Sequence[Fact], kind: type[F]) -> list[F]:
    """The last fact of `kind` for each subject."""
    return list({fact.subject: fact for fact in facts if isinstance(fact, kind)}.values())
