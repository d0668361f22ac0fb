"""Single candidates: their result with its history, and its correction."""

from __future__ import annotations

from uuid import UUID

from services.assessment.exams.routes.schemas import (
    AdmissionAnswer,
    CandidateHistoryAnswer,
    ReplacedResultAnswer,
)
from services.assessment.exams.routes.session_schemas import (
    SessionReasonRequest,
    WithdrawalAnswer,
)
from services.assessment.exams.store import candidates as store
from services.assessment.exams.store import sessions as session_store
from services.assessment.exams.usecases import admission, candidates, reading
from services.assessment.exams.usecases import results as usecases
from services.assessment.exams.usecases.forms import CorrectionRequest
from services.assessment.persons import store as person_store
from services.assessment.standards import usecases as standards
from shared.auth import CurrentCaller
from shared.dated_rules.answers import GroundAnswer
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, CurrentPersons, Now, router

routes = router("candidates")


@routes.get("/candidates/{candidate_id}")
async def get_candidate(
    candidate_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> CandidateHistoryAnswer:
    """A candidate, masked, with the results that were replaced by corrections."""
    candidate = await reading.candidate(connection, candidate_id, caller=caller)
    session = await session_store.load(connection, candidate.session_id)
    sealed = await person_store.sealed(connection, [candidate.person])
    replaced = [ReplacedResultAnswer.of(each) for each in await store.replaced(connection, candidate_id)]
    ground = await standards.ground_of(connection, candidate.pass_rule, day=session.held_on)
    shown = persons.shown(sealed[candidate.person])
    admitted = await admission.of(connection, candidate_id, persons=persons)
    return CandidateHistoryAnswer.of(
        candidate,
        **shown,
        admission=None if admitted is None else AdmissionAnswer.of(admitted),
        ground=None if ground is None else GroundAnswer.model_validate(ground),
        replaced=replaced,
    )


@routes.post("/candidates/{candidate_id}/withdrawal")
async def withdraw_candidate(
    candidate_id: UUID, request: SessionReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> WithdrawalAnswer:
    """Take a candidate without a result out of the roster, before it is sealed. They can be posted again."""
    withdrawal = await candidates.take_out(connection, candidate_id, reason=request.reason, caller=caller, at=at)
    return WithdrawalAnswer.model_validate(withdrawal)


@routes.post("/candidates/{candidate_id}/correction", status_code=201, response_model=ProposalAnswer)
async def propose_correction(
    candidate_id: UUID, request: CorrectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Proposal:
    """Propose another result, as the body that posted it, with a reason: marks, an absence, or cheating.

    Another person confirms it (`POST /v1/proposals/{proposal_id}/confirmation`): an officer of the session's region
    or above; before the results are public also a colleague of the body. The old result then stays on record, and a
    candidate who now passes gets a certificate.
    """
    correction = request.correction()
    return await usecases.propose(connection, candidate_id, correction, reason=request.reason, caller=caller, at=at)
