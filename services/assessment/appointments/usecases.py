"""Open the first term with a certificate; renew it, end it, and take an ending back."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.appointments import rules, store
from services.assessment.appointments.rules import Appointment, Term
from services.assessment.bodies.rules.scope import HigherAuthorityFiles, authority_for
from services.assessment.bodies.usecases.filing import decides
from services.assessment.certificates import store as certificate_store
from services.assessment.certificates.rules.certificates import Certificate
from services.assessment.certificates.usecases import changes
from services.assessment.plan import usecases as plans
from services.assessment.sight.usecases import sight
from shared.dated_entries import store as ending_store
from shared.dated_entries.endings import Ending
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.proposals.rules import Proposal


class Posted(Protocol):
    """A post with a term, as the list that was confirmed says it."""

    @property
    def reference(self) -> str: ...

    @property
    def post(self) -> str: ...

    @property
    def first_on(self) -> date: ...

    @property
    def last_on(self) -> date: ...


class Terms(NamedTuple):
    """The terms of a certificate, and whether its holder is appointed today."""

    appointment: Appointment
    terms: list[Term]


async def open_first(
    connection: AsyncConnection, certificate: Certificate, posted: Posted, *, by: str, agreed_by: str, at: datetime
) -> Term:
    """The term that comes with a new certificate. Raises PeriodEndsBeforeStart."""
    term = _new(certificate.id, posted, by=by, agreed_by=agreed_by, at=at)
    await store.add(connection, rules.open_(term, certificate, others=()))
    return term


async def propose(
    connection: AsyncConnection,
    certificate_id: UUID,
    posted: Posted,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose a further term, as the enterprise that appoints.

    Raises NotFound, ForeignOrganisation, NotAppointed, TermOverlaps, PeriodEndsBeforeStart, AlreadyProposed.
    """
    certificate = await changes.reached(connection, certificate_id, caller)
    term = _new(certificate.id, posted, by=caller.person, agreed_by="", at=at)
    rules.open_(term, certificate, others=await store.of(connection, certificate.id))
    content = {
        "post": posted.post,
        "reference": posted.reference,
        "first_on": posted.first_on.isoformat(),
        "last_on": posted.last_on.isoformat(),
    }
    return await changes.propose(
        connection, certificate, rules.RENEWAL, reason=reason, caller=caller, at=at, content=content
    )


class _Content(NamedTuple):
    reference: str
    post: str
    first_on: date
    last_on: date


async def renew(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Term:
    """Open the term of a proposal that is being confirmed, as the authority for the award.

    Raises WrongRole, ForeignRegion, HigherAuthorityFiles, NotAppointed, TermOverlaps.
    """
    certificate = await changes.concerned(connection, changes.subject_of(proposal), caller)
    if not decides(await plans.load(connection), certificate, certificate.award, caller=caller):
        raise HigherAuthorityFiles(authority=authority_for(certificate.award).value, **certificate.award.codes)
    said = proposal.content
    days = date.fromisoformat(said["first_on"]), date.fromisoformat(said["last_on"])
    posted = _Content(said["reference"], said["post"], *days)
    term = _new(certificate.id, posted, by=proposal.proposed_by, agreed_by=caller.person, at=at)
    await store.add(connection, rules.open_(term, certificate, others=await store.of(connection, certificate.id)))
    return term


async def end(
    connection: AsyncConnection, term_id: UUID, *, from_on: date, reason: str, caller: Caller, at: datetime
) -> Term:
    """End a term on the day before `from_on`, as its enterprise, or an officer of its region or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion, TermEnded.
    """
    before = await _reached(connection, term_id, caller)
    after = rules.end(before, from_on=from_on, by=caller.person, reason=reason, at=at)
    await ending_store.add(connection, Ending(before.id, after.version, before.last_on, caller.person, at, reason))
    await store.save(connection, after)
    return after


async def reinstate(connection: AsyncConnection, term_id: UUID, *, reason: str, caller: Caller, at: datetime) -> Term:
    """Take back the latest ending of a term.

    Raises NotFound, ForeignOrganisation, ForeignRegion, NotEnded, TermOverlaps.
    """
    before = await _reached(connection, term_id, caller)
    ending = await ending_store.latest(connection, term_id)
    after = rules.reopen(before, ending, others=await store.of(connection, before.certificate_id))
    assert ending is not None, "the rule refuses a term that was not ended"
    await ending_store.take_back(connection, ending, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    return after


async def of(connection: AsyncConnection, certificate_id: UUID, *, caller: Caller, at: datetime) -> Terms:
    """The terms of a certificate in sight. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    seen = await sight(connection, caller)
    await certificate_store.load(connection, certificate_id)
    if not await certificate_store.is_in_sight(connection, certificate_id, seen):
        raise seen.refusal
    terms = await store.of(connection, certificate_id)
    return Terms(rules.on(terms, business_day(at)), terms)


async def _reached(connection: AsyncConnection, term_id: UUID, caller: Caller) -> Term:
    """The term, whose certificate is locked, for its enterprise or an officer of its region or above."""
    caller.require(Role.ASSESSMENT_BODY, Role.COUNTY_OFFICER, Role.PROVINCE)
    found = await store.load(connection, term_id)
    await changes.reached(connection, found.certificate_id, caller)
    return await store.load(connection, term_id)


def _new(certificate_id: UUID, posted: Posted, *, by: str, agreed_by: str, at: datetime) -> Term:
    return Term(
        id=new_id(),
        certificate_id=certificate_id,
        post=posted.post,
        reference=posted.reference,
        first_on=posted.first_on,
        last_on=posted.last_on,
        opened_by=by,
        opened_at=at,
        agreed_by=agreed_by,
    )
