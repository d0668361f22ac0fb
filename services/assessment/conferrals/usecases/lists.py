"""File a conferral, and take it to certificates: submit, decide, withhold, conclude; and the ways back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.appointments import usecases as appointments
from services.assessment.bodies.rules.scope import authority_for
from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.usecases import standing
from services.assessment.bodies.usecases.filing import decides
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.usecases import issuing
from services.assessment.chain import usecases as chain
from services.assessment.chain.rules import Entry, LinkKind
from services.assessment.conferrals import store
from services.assessment.conferrals.rules import conferrals as rules
from services.assessment.conferrals.rules import courses as course_rules
from services.assessment.conferrals.rules import evidence
from services.assessment.conferrals.rules.conferrals import (
    KIND,
    Conferral,
    ConferralStatus,
    ConferralVerb,
    HigherAuthorityDecides,
    Nominee,
    NomineeVerb,
    Step,
)
from services.assessment.conferrals.usecases.people import opened, require_courses
from services.assessment.credits import store as credit_store
from services.assessment.exams.rules.filing import require_class
from services.assessment.pass_rules.usecases import conferral_publicity
from services.assessment.plan import usecases as plans
from services.assessment.relied_courses import store as relied_courses
from services.assessment.relied_courses.store import Reliance
from services.assessment.trainings import store as trainings
from shared.contracts.assessment import CertificateWay
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignOrganisation, Role
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken, NotYetReceived
from shared.persons import Persons
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_FILE = "file"


@dataclass(frozen=True)
class Filing:
    """What a body states about a list when it files it."""

    local_id: str
    way: CertificateWay
    class_id: UUID | None
    programme: str
    occupation: str
    award: Award


class Concluded(NamedTuple):
    """A concluded list, its certificates, and those on it who held a valid one by then."""

    conferral: Conferral
    certificates: list[Certificate]
    already_certified: list[Nominee]


async def file(connection: AsyncConnection, asked: Filing, *, caller: Caller, at: datetime) -> Conferral:
    """A new list of the caller's body; a repeat under the same local_id returns the existing one.

    Raises NotFound, NotYetReceived, ExamsAreSessions, WayDoesNotGive, OutsideScope, BodyStopped, LocalIdTaken,
    ClassDiffers, ClassWasCancelled, and the refusals of programme and occupation.
    """
    if caller.organisation is None:
        raise ForeignOrganisation
    body, today = await body_store.hold(connection, caller.organisation), business_day(at)
    class_ = None if asked.class_id is None else await trainings.find_class(connection, asked.class_id)
    planned_on = today if class_ is None or class_.starts_on is None else class_.starts_on
    conferral = Conferral(
        id=new_id(),
        body_id=body.id,
        local_id=asked.local_id,
        way=asked.way,
        class_id=asked.class_id,
        programme=(await plans.load(connection)).primary_programme(asked.programme, on=planned_on),
        region=body.region,
        reporting_region=body.reporting_region,
        occupation=parse_occupation(asked.occupation),
        award=asked.award,
        plan_year=planned_on.year,
        status=ConferralStatus.OPEN,
        filed_by=caller.person,
        filed_at=at,
    )
    known = await store.find_by_local_id(connection, body.id, asked.local_id)
    if known is not None:
        if not known.same_filing(conferral):
            raise LocalIdTaken(pointer="/local_id")
        return known
    rules.require_filed(conferral)
    await standing.require_may_file(connection, body, occupation=conferral.occupation, award=conferral.award, day=today)
    if asked.class_id is not None and class_ is None:
        raise NotYetReceived(pointer="/class_id", what="class")
    if class_ is not None:
        require_class(class_, occupation=conferral.occupation, award=conferral.award)
    await store.add(connection, conferral)
    await keep(connection, conferral, _FILE, caller=caller, at=at)
    return conferral


async def submit(
    connection: AsyncConnection, conferral_id: UUID, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> Proposal:
    """Close the list of the caller's body, and ask a second person to decide about it.

    Raises NotFound, ForeignOrganisation, IllegalMove, NobodyNominated, OutsideScope, BodyStopped, CoursesNoLongerCount.
    """
    before = await own(connection, conferral_id, caller)
    after = rules.submit(before, left=await store.left(connection, conferral_id))
    await _require_may(connection, before, at=at)
    nominees = await store.nominees(connection, conferral_id)
    await require_courses(connection, before, (each for each in nominees if each.struck_by is None), persons=persons)
    digest = rules.list_digest(before, nominees)
    entry = Entry(LinkKind.CONFERRAL_SUBMITTED, before.subject, bytes.fromhex(digest))
    await chain.append(connection, before.id, [entry], body_id=before.body_id, at=at, anchored=True)
    await _step(connection, after, ConferralVerb.SUBMIT, reason=reason, caller=caller, at=at, content={"list": digest})
    proposal = Proposal(
        id=new_id(),
        kind=KIND,
        subject=before.subject,
        organisation=before.body_id,
        region=before.region,
        reporting_region=before.reporting_region,
        content={
            "way": before.way.value,
            "occupation": before.occupation,
            **before.award.codes,
            "people": sum(each.struck_by is None for each in nominees),
            "list": digest,
        },
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def decide(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Conferral:
    """Confirm the list of a proposal that is being confirmed: it is public from now on.

    By the authority for its award; of apprentices also by a colleague in the employer. Raises WrongRole,
    ForeignOrganisation, ForeignRegion, HigherAuthorityDecides, IllegalMove, NobodyNominated, CalendarUnset.
    """
    before = await store.load(connection, _of(proposal), lock=True)
    await _require_authority(connection, before, caller)
    today = business_day(at)
    of_apprentices = before.award is Award.APPRENTICE
    publicity = await conferral_publicity(connection, day=today, region=before.region, of_apprentices=of_apprentices)
    after = rules.confirm(
        before,
        left=await store.left(connection, before.id),
        publicity=publicity,
        calendar=await plans.working_days(connection),
        by=caller.person,
        today=today,
    )
    return await _step(connection, after, ConferralVerb.CONFIRM, caller=caller, at=at)


async def return_(
    connection: AsyncConnection, proposal: Proposal, *, reason: str, caller: Caller, at: datetime
) -> Conferral:
    """Open the list of a proposal that is being rejected, or taken back by its body.

    Raises WrongRole, ForeignOrganisation, ForeignRegion, HigherAuthorityDecides, IllegalMove.
    """
    before = await store.load(connection, _of(proposal), lock=True)
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(before.body_id)
    else:
        await _require_authority(connection, before, caller)
    return await _step(connection, rules.return_(before), ConferralVerb.RETURN, reason=reason, caller=caller, at=at)


async def withhold(
    connection: AsyncConnection, conferral_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Conferral:
    """Take a confirmation back before the conclusion, as the authority for its award.

    Raises NotFound, ForeignRegion, HigherAuthorityDecides, IllegalMove.
    """
    before = await store.load(connection, conferral_id, lock=True)
    await _require_authority(connection, before, caller)
    return await _step(connection, rules.withhold(before), ConferralVerb.WITHHOLD, reason=reason, caller=caller, at=at)


async def withdraw(
    connection: AsyncConnection, conferral_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Conferral:
    """Give a list up, as its body. Raises NotFound, ForeignOrganisation, IllegalMove."""
    after = rules.withdraw(await own(connection, conferral_id, caller))
    return await _step(connection, after, ConferralVerb.WITHDRAW, reason=reason, caller=caller, at=at)


async def reopen(
    connection: AsyncConnection, conferral_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Conferral:
    """Take a withdrawal back, as its body. Raises NotFound, ForeignOrganisation, IllegalMove."""
    after = rules.reopen(await own(connection, conferral_id, caller))
    return await _step(connection, after, ConferralVerb.REOPEN, reason=reason, caller=caller, at=at)


async def strike(
    connection: AsyncConnection, nominee_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Nominee:
    """Take a person off a list that is not concluded, as the authority for its award, or as its body while it is open.

    Raises NotFound, ForeignOrganisation, ForeignRegion, HigherAuthorityDecides, ListClosed.
    """
    conferral, before = await _changing(connection, nominee_id, caller)
    after = rules.strike(before, by=caller.person, reason=reason, at=at)
    return await _changed(connection, conferral, before, after, NomineeVerb.STRIKE, reason=reason, caller=caller, at=at)


async def restore(
    connection: AsyncConnection, nominee_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Nominee:
    """Take a striking back. Raises NotFound, ForeignOrganisation, ForeignRegion, HigherAuthorityDecides, ListClosed."""
    conferral, before = await _changing(connection, nominee_id, caller)
    after = rules.restore(before)
    return await _changed(
        connection, conferral, before, after, NomineeVerb.RESTORE, reason=reason, caller=caller, at=at
    )


async def conclude(
    connection: AsyncConnection, conferral_id: UUID, *, persons: Persons, caller: Caller, at: datetime
) -> Concluded:
    """Issue certificates to those on the list who are not struck off and hold none, as its body.

    Raises NotFound, ForeignOrganisation, BodyStopped, IllegalMove, NobodyNominated, ConferralPublic,
    CoursesNoLongerCount, NumberExhausted.
    """
    before = await own(connection, conferral_id, caller)
    await standing.require_may_examine(connection, before.body_id, day=business_day(at))
    everyone = await store.nominees(connection, conferral_id)
    due = [each for each in everyone if each.struck_by is None]
    after = rules.conclude(before, left=len(due), today=business_day(at))
    await require_courses(connection, before, due, persons=persons)
    await _step(connection, after, ConferralVerb.CONCLUDE, caller=caller, at=at)
    results = await chain.conferred(connection, conferral_id)
    await chain.append(
        connection, after.id, [after.concluded_link(results)], body_id=after.body_id, at=at, anchored=True
    )
    recipients = [each.recipient for each in due]
    issuance = await issuing.issue(connection, after.occasion, recipients, persons=persons, by=caller.person, at=at)
    left_out = {each.person for each in issuance.already_certified}
    await _keep_courses(connection, after, due, issuance.certificates, persons=persons)
    if after.way is CertificateWay.APPOINTMENT:
        posts = {each.person: opened(each, after.way, persons=persons) for each in due}
        for certificate in issuance.certificates:
            post = posts[certificate.person]
            assert isinstance(post, evidence.Post), "appointments rest on a post"
            people = {"by": after.filed_by, "agreed_by": after.decided_by or ""}
            await appointments.open_first(connection, certificate, post, **people, at=at)
    return Concluded(after, issuance.certificates, [each for each in due if each.person in left_out])


async def _keep_courses(
    connection: AsyncConnection,
    conferral: Conferral,
    due: Sequence[Nominee],
    certificates: Sequence[Certificate],
    *,
    persons: Persons,
) -> None:
    """Keep which courses the certificates rest on, so that one that is withdrawn leads to them."""
    if conferral.way is not CertificateWay.PROCESS:
        return
    issued = {each.person: each.id for each in certificates}
    processes = {
        issued[each.person]: process
        for each in due
        if each.person in issued
        and isinstance(process := opened(each, conferral.way, persons=persons), evidence.Process)
    }
    named = {use for process in processes.values() for use in course_rules.uses_named(process)}
    # The reference of a process may be something else's.
    uses = (await credit_store.by_ids(connection, named)).keys()
    reliances = list[Reliance]()
    for id_, process in processes.items():
        reliances += [Reliance(id_, each, None) for each in course_rules.classes_named(process)]
        reliances += [Reliance(id_, None, each) for each in sorted(uses & set(course_rules.uses_named(process)))]
    await relied_courses.keep(connection, reliances)


async def own(connection: AsyncConnection, conferral_id: UUID, caller: Caller, *, lock: bool = True) -> Conferral:
    """The conferral, for its body. Raises NotFound, ForeignOrganisation."""
    conferral = await store.load(connection, conferral_id, lock=lock)
    caller.require_organisation(conferral.body_id)
    return conferral


async def keep(
    connection: AsyncConnection,
    after: Conferral,
    verb: str,
    *,
    caller: Caller,
    at: datetime,
    reason: str | None = None,
    content: Mapping[str, object] | None = None,
    nominee_id: UUID | None = None,
) -> None:
    """Store a step of the conferral."""
    await store.add_step(
        connection, Step(after.id, after.version, nominee_id, verb, caller.person, at, reason, dict(content or {}))
    )


def _of(proposal: Proposal) -> UUID:
    return UUID(proposal.subject.partition("/")[2])


async def _require_may(connection: AsyncConnection, conferral: Conferral, *, at: datetime) -> None:
    body = await body_store.hold(connection, conferral.body_id)
    await standing.require_may_file(
        connection, body, occupation=conferral.occupation, award=conferral.award, day=business_day(at)
    )


async def _require_authority(connection: AsyncConnection, conferral: Conferral, caller: Caller) -> None:
    if caller.role is Role.ASSESSMENT_BODY and conferral.award is Award.APPRENTICE:
        caller.require_organisation(conferral.body_id)
        return
    caller.require(Role.COUNTY_OFFICER, Role.PROVINCE)
    plan = await plans.load(connection)
    caller.require_region(plan.region_and_above(conferral.region, on=caller.today))
    if not decides(plan, conferral, conferral.award, caller=caller):
        raise HigherAuthorityDecides(authority=authority_for(conferral.award).value, **conferral.award.codes)


async def _changing(connection: AsyncConnection, nominee_id: UUID, caller: Caller) -> tuple[Conferral, Nominee]:
    conferral = await store.load(connection, (await store.load_nominee(connection, nominee_id)).conferral_id, lock=True)
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(conferral.body_id)
        conferral.require_open()
    else:
        await _require_authority(connection, conferral, caller)
    conferral.require_unconcluded()
    return conferral, await store.load_nominee(connection, nominee_id)


async def _changed(
    connection: AsyncConnection,
    conferral: Conferral,
    before: Nominee,
    after: Nominee,
    verb: NomineeVerb,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Nominee:
    if after.version != before.version:
        await store.save_nominee(connection, after)
        await keep(connection, conferral, verb, reason=reason, caller=caller, at=at, nominee_id=after.id)
    return after


async def _step(
    connection: AsyncConnection,
    after: Conferral,
    verb: ConferralVerb,
    *,
    caller: Caller,
    at: datetime,
    reason: str | None = None,
    content: Mapping[str, object] | None = None,
) -> Conferral:
    await store.save(connection, after)
    await keep(connection, after, verb, reason=reason, caller=caller, at=at, content=content)
    return after
