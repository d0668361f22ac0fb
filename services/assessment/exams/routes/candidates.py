"""Single candidates: their result with its history, and its correction."""

from __future__ import annotations

from uuid import UUID

from services.assessment.bodies.rules.readers import require_reader
from services.assessment.exams.routes.schemas import (
    CandidateHistoryAnswer,
    CorrectionAnswer,
    CorrectionRequest,
    ReplacedResultAnswer,
)
from services.assessment.exams.store import candidates as store
from services.assessment.exams.store import sessions as session_store
from services.assessment.exams.usecases import results as usecases
from services.assessment.pass_rules import usecases as pass_rules
from services.assessment.persons import store as person_store
from shared.auth import CurrentCaller
from shared.dated_rules.answers import GroundAnswer
from shared.web import Connection, CurrentPersons, Now, router

routes = router("candidates")


@routes.get("/candidates/{candidate_id}")
async def get_candidate(
    candidate_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> CandidateHistoryAnswer:
    """A candidate, masked, with the results that were replaced by corrections."""
    candidate = await store.load(connection, candidate_id)
    session = await session_store.load(connection, candidate.session_id)
    require_reader(caller, session.body_id)
    sealed = await person_store.sealed(connection, [candidate.person])
    replaced = [ReplacedResultAnswer.of(each) for each in await store.replaced(connection, candidate_id)]
    ground = await pass_rules.ground_of(connection, candidate.pass_rule, day=session.held_on)
    shown = persons.shown(sealed[candidate.person])
    return CandidateHistoryAnswer.of(
        candidate, **shown, ground=None if ground is None else GroundAnswer.model_validate(ground), replaced=replaced
    )


@routes.post("/candidates/{candidate_id}/correction")
async def correct_result(
    candidate_id: UUID, request: CorrectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> CorrectionAnswer:
    """Correct a result, with a reason; the old one stays on record. A candidate who now passes gets a certificate."""
    candidate, certification = await usecases.correct(
        connection, candidate_id, request.marks(), reason=request.reason, caller=caller, at=at
    )
    return CorrectionAnswer.of(
        candidate,
        certificate_id=certification.certificates[0].id if certification.certificates else None,
        already_certified=bool(certification.already_certified),
    )
