"""Record the results of a session, and correct single ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store as certificate_store
from services.assessment.exams.rules import results as rules
from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.results import ResultRow
from services.assessment.exams.store import candidates as store
from services.assessment.exams.usecases.sessions import Certification, certify, own
from shared.backbone import outbox
from shared.contracts.assessment import SessionStatus
from shared.kernel.callers import Caller
from shared.kernel.outcomes import RowOutcome
from shared.kernel.periods import business_day


class Correction(NamedTuple):
    """A candidate with a corrected result, and the certificate issued because of it."""

    candidate: Candidate
    certification: Certification


async def record(
    connection: AsyncConnection,
    session_id: UUID,
    rows: Sequence[ResultRow],
    *,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`: accepted, repeated or refused. A dry run decides, stores and locks nothing.

    Raises NotFound, ForeignOrganisation, SessionClosed, TooEarly: then nothing was stored.
    """
    session = await own(connection, session_id, caller, lock=not dry_run)
    session.require_open(today=business_day(at))
    local_ids = {row.local_id for row in rows}
    candidates = await store.by_local_ids(connection, session_id, local_ids, lock=not dry_run)
    recorded, outcomes = rules.decide(rows, session, candidates, at=at)
    if not dry_run:
        await store.save_all(connection, [candidate for candidate, _ in recorded])
        await outbox.record(connection, *(fact for _, fact in recorded if fact is not None))
    return outcomes


async def correct(
    connection: AsyncConnection, candidate_id: UUID, marks: Marks, *, reason: str, caller: Caller, at: datetime
) -> Correction:
    """Correct a candidate's marks; the same marks again change nothing.

    A candidate of a concluded session who now passes gets a certificate. Raises NotFound,
    ForeignOrganisation NumberExhausted, and the refusals of rules.correct.
    """
    # The session is locked before the candidate, as everywhere.
    session = await own(connection, (await store.load(connection, candidate_id)).session_id, caller)
    before = await store.load(connection, candidate_id, lock=True)
    if before.has(marks):
        return Correction(before, Certification([], []))
    certificate = await certificate_store.valid_of_candidate(connection, candidate_id)
    after, fact = rules.correct(before, session, marks, certificate=certificate, at=at)
    await store.keep_replaced(connection, before, reason=reason, by=caller.person, at=at)
    await store.save_all(connection, [after])
    await outbox.record(connection, fact)
    now_passes = after.passed and not before.passed and session.status is SessionStatus.CONCLUDED
    newly_passed = [after] if now_passes else []
    return Correction(after, await certify(connection, session, newly_passed, by=caller.person, at=at))
