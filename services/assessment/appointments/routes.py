"""Terms of posts over HTTP: what a certificate has, renewals, endings and their return."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.appointments import usecases
from services.assessment.appointments.rules import Appointment, Term
from shared.auth import CurrentCaller
from shared.forms import PLAIN, Day, Reason, Strict
from shared.kernel.periods import business_day
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("appointments")


class RenewalRequest(Strict):
    """Both days are inclusive. `reference` is that of the enterprise's decision."""

    post: Annotated[str, Field(min_length=2, max_length=100, examples=["首席技师岗"]), PLAIN]
    reference: Annotated[str, Field(min_length=2, max_length=100, examples=["郑机人〔2029〕3号"]), PLAIN]
    first_on: Day
    last_on: Day
    reason: Reason


class TermEndingRequest(Strict):
    from_on: Annotated[Day | None, Field(description="The first day without the post; default: today")] = None
    reason: Reason


class TermReasonRequest(Strict):
    reason: Reason


class TermAnswer(BaseModel):
    """`opened_by` asked for it, `agreed_by` is the second person."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    certificate_id: UUID
    post: str
    reference: str
    first_on: date
    last_on: date
    opened_by: str
    opened_at: datetime
    agreed_by: str
    ended_by: str | None
    ended_at: datetime | None
    ending_reason: str | None
    version: int


class TermsAnswer(BaseModel):
    """Whether the holder is appointed today, and all terms from the first on."""

    appointment: Appointment
    terms: list[TermAnswer]


@routes.get("/certificates/{certificate_id}/terms")
async def list_terms(certificate_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> TermsAnswer:
    """The terms of the post that a special-grade or chief technician was appointed to.

    The certificate stays valid when the last term lapses: it says that the award was given.
    """
    found = await usecases.of(connection, certificate_id, caller=caller, at=at)
    return TermsAnswer(appointment=found.appointment, terms=[TermAnswer.model_validate(each) for each in found.terms])


@routes.post("/certificates/{certificate_id}/terms", status_code=201, response_model=ProposalAnswer)
async def propose_term(
    certificate_id: UUID, request: RenewalRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose a further term, as the enterprise. The province confirms it."""
    return await usecases.propose(connection, certificate_id, request, reason=request.reason, caller=caller, at=at)


@routes.post("/terms/{term_id}/ending", response_model=TermAnswer)
async def end_term(
    term_id: UUID, request: TermEndingRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Term:
    """End a term early: the holder left the post. The certificate stays what it is."""
    return await usecases.end(
        connection, term_id, from_on=request.from_on or business_day(at), reason=request.reason, caller=caller, at=at
    )


@routes.post("/terms/{term_id}/reinstatement", response_model=TermAnswer)
async def reinstate_term(
    term_id: UUID, request: TermReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Term:
    """Take back the latest ending of a term, which was a mistake."""
    return await usecases.reinstate(connection, term_id, reason=request.reason, caller=caller, at=at)
