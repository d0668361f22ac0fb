"""Facts that the subsidy consumes: of the registry on regions, the calendar, institutions, classes, enrolments,
licences, persons and flags; of assessment on bodies, certificates and fees.

There are several consumers. Those for exams, allowances, patterns and duties began later: under names of their own they
read the log from the beginning, so that an installation that has run for a year knows the exams and the days of that
year as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.allowances import store as allowances
from services.subsidy.allowances.store import Group
from services.subsidy.claims.store import lines as claim_lines
from services.subsidy.claims.usecases import aftermath, corrections
from services.subsidy.exams import store as exams
from services.subsidy.exams.rules import CertificateWay, ExamCertificate
from services.subsidy.holds import store as holds
from services.subsidy.holds.rules import Flag, HoldStatus
from services.subsidy.patterns import usecases as patterns
from services.subsidy.patterns.rules import DutySource
from services.subsidy.patterns.store import Banned
from services.subsidy.settings import SubsidySettings
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings.rules import Certificate, Licence, Outcome, Trainee, TrainingClass
from shared import heard
from shared.backbone.consumer import Consumer, unprepared
from shared.contracts.assessment import (
    BODY_SANCTION_FACTS,
    CERTIFICATE_FACTS,
    LISTING_FACTS,
    SESSION_FACTS,
    BodyFiled,
    BodySanctionLifted,
    BodySanctionState,
    CertificateListingState,
    CertificateState,
    CertificateStatus,
    SessionFeeStated,
    SessionState,
    SessionStatus,
)
from shared.contracts.dimensions import SanctionStep, award_of
from shared.contracts.fact import Fact
from shared.contracts.registry.attendance import AttendanceEdited, AttendanceRecorded, AttendanceState
from shared.contracts.registry.classes import CLASS_FACTS, ClassState
from shared.contracts.registry.directory import (
    INSTITUTION_FACTS,
    SANCTION_FACTS,
    InstitutionState,
    SanctionLifted,
    SanctionState,
)
from shared.contracts.registry.enrolments import (
    ENROLMENT_FACTS,
    MERGE_FACTS,
    EnrolmentRekeyed,
    EnrolmentState,
    MergeState,
    PersonsMerged,
    PersonsSeparated,
)
from shared.contracts.registry.flags import FLAG_FACTS, FlagState
from shared.contracts.registry.licences import LICENCE_FACTS, LicenceState, LicenceStatus
from shared.contracts.registry.plan import CalendarDayListed, RegionListed
from shared.contracts.registry.timetables import TimetablePlanned
from shared.kernel.money import Fen

HEARS: Final[frozenset[type[Fact]]] = frozenset(
    {
        RegionListed,
        CalendarDayListed,
        *INSTITUTION_FACTS,
        *CLASS_FACTS,
        *ENROLMENT_FACTS,
        *MERGE_FACTS,
        *LICENCE_FACTS,
        *FLAG_FACTS,
        *CERTIFICATE_FACTS,
        *LISTING_FACTS,
    }
)

HEARS_OF_EXAMS: Final[frozenset[type[Fact]]] = frozenset({*CERTIFICATE_FACTS, BodyFiled, SessionFeeStated})
"""What assessment subsidies are claimed for, and by whom."""

HEARS_OF_ALLOWANCES: Final[frozenset[type[Fact]]] = frozenset({*ENROLMENT_FACTS, AttendanceRecorded, AttendanceEdited})
"""What living allowances rest on."""

HEARS_OF_PATTERNS: Final[frozenset[type[Fact]]] = frozenset({*SANCTION_FACTS})
"""Whom sanctions keep out."""
HEARS_OF_DUTIES: Final[frozenset[type[Fact]]] = frozenset({TimetablePlanned, *SESSION_FACTS, *BODY_SANCTION_FACTS})
"""Who teaches and who examines at which hours, and which bodies sanctions keep out."""
HELD: Final = frozenset({SessionStatus.PUBLISHED, SessionStatus.CONCLUDED})
"""The states of a session that was held. Before, its plan may change, and so may the lessons that it meets."""
BANNING: Final = frozenset({SanctionStep.DELIST, SanctionStep.BLACKLIST})
"""The steps of the ladder that keep an institution or a body out. Source: domain rules §4.6."""


def consumers(settings: SubsidySettings) -> list[Consumer]:  # noqa: ARG001  (every service has this signature)
    """The subsidy's consumers."""
    return [
        Consumer("subsidy", HEARS, unprepared(apply)),
        Consumer("subsidy-exams", HEARS_OF_EXAMS, unprepared(apply_of_exams)),
        Consumer("subsidy-allowances", HEARS_OF_ALLOWANCES, unprepared(apply_of_allowances)),
        Consumer("subsidy-patterns", HEARS_OF_PATTERNS, unprepared(apply_of_patterns)),
        Consumer("subsidy-duties", HEARS_OF_DUTIES, unprepared(apply_of_duties)),
    ]


async def apply(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store the latest state of each subject: facts carry the state after the change, so older ones are skipped."""
    latest = {fact.subject: fact for fact in facts}.values()
    await heard.keep_regions(connection, [fact for fact in latest if isinstance(fact, RegionListed)])
    days = {fact.day: fact.working for fact in latest if isinstance(fact, CalendarDayListed)}
    await trainings.keep_calendar(connection, days)
    await heard.keep_institutions(connection, [fact for fact in latest if isinstance(fact, InstitutionState)])
    await trainings.keep_classes(connection, [_class(fact) for fact in latest if isinstance(fact, ClassState)])
    await trainings.keep_enrolments(connection, [_trainee(fact) for fact in latest if isinstance(fact, EnrolmentState)])
    # Of all facts: what was corrected since does not undo that the training was another human's.
    rekeyed = {each.enrolment_id: each.at for each in facts if isinstance(each, EnrolmentRekeyed)}
    await trainings.keep_rekeyings(connection, rekeyed)
    merges = [fact for fact in latest if isinstance(fact, MergeState)]
    await heard.keep_aliases(connection, {each.person: each.into for each in merges if isinstance(each, PersonsMerged)})
    await heard.drop_aliases(connection, [each.person for each in merges if isinstance(each, PersonsSeparated)])
    if merged := [each for each in merges if isinstance(each, PersonsMerged)]:
        keys = {key for each in merged for key in (each.person, each.into)}
        await patterns.look_at_merged(connection, keys, at=max(each.at for each in merged))
    flags = [_flag(fact) for fact in latest if isinstance(fact, FlagState) and fact.holds]
    unfound = [_unfound(fact) for fact in latest if isinstance(fact, CertificateListingState)]
    await holds.keep(connection, [*flags, *unfound])
    certificates = [_certificate(fact) for fact in latest if isinstance(fact, CertificateState)]
    await trainings.keep_certificates(connection, certificates)
    licences = [_licence(fact) for fact in latest if isinstance(fact, LicenceState)]
    await trainings.keep_licences(connection, licences)
    # An enrolment's first fact cannot be a correction, and most facts are first ones.
    later = [fact for fact in latest if isinstance(fact, EnrolmentState) and fact.version > 1]
    if later:
        at = max(fact.at for fact in later)
        await corrections.follow(connection, [fact.enrolment_id for fact in later], at=at)
    await _follow_decided(connection, latest)


async def apply_of_exams(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store the latest state of bodies, certificates and fees; correct, stop or reclaim the lines of exams."""
    latest = {fact.subject: fact for fact in facts}.values()
    await heard.keep_bodies(connection, [fact for fact in latest if isinstance(fact, BodyFiled)])
    certificates = [fact for fact in latest if isinstance(fact, CertificateState)]
    await exams.keep(connection, [_exam_certificate(fact) for fact in certificates])
    if new := [fact for fact in certificates if fact.version == 1]:
        named = {(fact.person, fact.issued_on) for fact in new}
        await patterns.look_at_certificates(connection, named, at=max(fact.at for fact in new))
    fees = [fact for fact in latest if isinstance(fact, SessionFeeStated)]
    await exams.keep_fees(connection, {fact.session_id: Fen(fact.fee_fen) for fact in fees})
    # A certificate's first fact cannot be a correction, and most facts are first ones.
    later = [fact for fact in certificates if fact.version > 1]
    if later or fees:
        at, changed = max(fact.at for fact in (*later, *fees)), {fact.certificate_id for fact in later}
        await corrections.follow(connection, changed, at=at)
        charged = await exams.certificates_of(connection, {fact.session_id for fact in fees})
        await aftermath.follow(connection, entries=changed.union(charged), persons=(), at=at)


async def apply_of_allowances(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store the latest groups and days; stop or reclaim the allowances of those whose group was corrected."""
    latest = {fact.subject: fact for fact in facts}.values()
    enrolments = [fact for fact in latest if isinstance(fact, EnrolmentState)]
    groups = {fact.enrolment_id: Group(fact.priority, fact.evidence_on) for fact in enrolments}
    await allowances.keep_groups(connection, groups)
    days = {fact.enrolment_id: fact.days for fact in latest if isinstance(fact, AttendanceState)}
    await allowances.keep_days(connection, days)
    later = [fact for fact in enrolments if fact.version > 1]
    if later:
        at = max(fact.at for fact in later)
        await aftermath.follow(connection, entries={fact.enrolment_id for fact in later}, persons=(), at=at)


async def apply_of_patterns(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store whom sanctions keep out, and look at who else is paid to their accounts."""
    latest = {fact.subject: fact for fact in facts}.values()
    sanctions = [fact for fact in latest if isinstance(fact, SanctionState) and fact.step in BANNING]
    if sanctions:
        banned = [
            Banned(fact.sanction_id, fact.institution_id, fact.first_on, fact.last_on, isinstance(fact, SanctionLifted))
            for fact in sanctions
        ]
        await patterns.look_at_banned(connection, banned, at=max(fact.at for fact in sanctions))


async def apply_of_duties(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store who teaches and examines at which hours, and look at who is in two places; and at bodies kept out."""
    latest = {fact.subject: fact for fact in facts}.values()
    sources, duties, times = list[DutySource](), list[tuple[UUID, UUID, datetime, datetime]](), list[datetime]()
    for fact in latest:
        match fact:
            case TimetablePlanned(class_id=id_, institution_id=organisation_id):
                held = [(each.teacher, each.begins_at, each.ends_at) for each in fact.lessons if not each.omitted]
            case SessionState(session_id=id_, body_id=organisation_id):
                told = fact.duties if fact.status in HELD else ()
                held = [(each.person, each.begins_at, each.ends_at) for each in told]
            case _:
                continue
        is_exam = isinstance(fact, SessionState)
        sources.append(DutySource(id_, is_exam, organisation_id, fact.region, fact.reporting_region))
        duties += [(id_, *each) for each in held]
        times.append(fact.at)
    if sources:
        await patterns.look_at_duties(connection, sources, duties, at=max(times))
    sanctions = [fact for fact in latest if isinstance(fact, BodySanctionState) and fact.step in BANNING]
    if sanctions:
        banned = [
            Banned(fact.sanction_id, fact.body_id, fact.first_on, fact.last_on, isinstance(fact, BodySanctionLifted))
            for fact in sanctions
        ]
        await patterns.look_at_banned(connection, banned, at=max(fact.at for fact in sanctions))


async def _follow_decided(connection: AsyncConnection, facts: Collection[Fact]) -> None:
    """Stop or reclaim lines whose ground fell away. The first fact of a training takes nothing away."""
    enrolments, persons, times = set[UUID](), set[UUID](), list[datetime]()
    for fact in facts:
        match fact:
            case EnrolmentState(version=version, enrolment_id=enrolment_id) if version > 1:
                enrolments.add(enrolment_id)
            case LicenceState(enrolment_id=enrolment_id):
                enrolments.add(enrolment_id)
            case CertificateState(version=version, person=person) if version > 1:
                persons.add(person)
            case MergeState(person=person, into=into):
                persons |= {person, into}
            case FlagState(holds=True, enrolment_id=UUID() as enrolment_id):
                enrolments.add(enrolment_id)
            case FlagState(holds=True, class_id=None, person=UUID() as person):
                persons.add(person)
            case _:
                continue
        times.append(fact.at)
    # A new certificate gives a ground back, so that a case may end; for all others it takes nothing away.
    certified = {fact.person for fact in facts if isinstance(fact, CertificateState) and fact.version == 1}
    if certified and (owing := await claim_lines.owed_persons(connection, certified)):
        persons |= owing
        times += [fact.at for fact in facts if isinstance(fact, CertificateState) and fact.person in owing]
    if times:
        await aftermath.follow(connection, entries=enrolments, persons=persons, at=max(times))


def _class(fact: ClassState) -> TrainingClass:
    return TrainingClass(
        id=fact.class_id,
        institution_id=fact.institution_id,
        region=fact.region,
        reporting_region=fact.reporting_region,
        occupation=fact.occupation,
        award=award_of(fact),
        fund_source=fact.fund_source,
        starts_on=fact.starts_on,
        state=fact.status,
        enrolled=fact.enrolled,
        local_id=fact.local_id,
        share_fen=Fen(fact.government_fen) if fact.fee_fen else None,
    )


def _trainee(fact: EnrolmentState) -> Trainee:
    return Trainee(
        enrolment_id=fact.enrolment_id,
        class_id=fact.class_id,
        person=fact.person,
        programme=fact.programme,
        outcome=Outcome(fact.status),
        effective_on=fact.effective_on,
    )


def _flag(fact: FlagState) -> Flag:
    return Flag(
        id=fact.flag_id,
        check=fact.check,
        kind=fact.kind,
        institution_id=fact.institution_id,
        class_id=fact.class_id,
        enrolment_id=fact.enrolment_id,
        person=fact.person,
        region=fact.region,
        reporting_region=fact.reporting_region,
        status=HoldStatus(fact.status),
    )


def _unfound(fact: CertificateListingState) -> Flag:
    """The hold of the lines that rest on a certificate; one that is found holds nothing."""
    return Flag(
        id=fact.certificate_id,
        check="C12",
        kind="not-in-national-query",
        institution_id=None,
        class_id=None,
        enrolment_id=None,
        person=None,
        region=fact.region,
        reporting_region=fact.reporting_region,
        status=HoldStatus.DISMISSED if fact.is_found else HoldStatus.OPEN,
        certificate_id=fact.certificate_id,
    )


def _certificate(fact: CertificateState) -> Certificate:
    return Certificate(
        id=fact.certificate_id,
        person=fact.person,
        occupation=fact.occupation,
        award=award_of(fact),
        issued_on=fact.issued_on,
        valid=fact.status is CertificateStatus.VALID,
    )


def _exam_certificate(fact: CertificateState) -> ExamCertificate:
    return ExamCertificate(
        id=fact.certificate_id,
        exam_id=fact.session_id,
        body_id=fact.body_id,
        person=fact.person,
        programme=fact.programme,
        region=fact.region,
        reporting_region=fact.reporting_region,
        occupation=fact.occupation,
        award=award_of(fact),
        way=CertificateWay(fact.way),
        issued_on=fact.issued_on,
        valid=fact.status is CertificateStatus.VALID,
    )


def _licence(fact: LicenceState) -> Licence:
    return Licence(
        enrolment_id=fact.enrolment_id,
        award=award_of(fact),
        issued_on=fact.issued_on,
        confirmed=fact.status is LicenceStatus.CONFIRMED,
    )
