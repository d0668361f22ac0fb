"""Record the results of a session, and put one right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store as certificate_store
from services.assessment.exams.rules import candidates as rules
from services.assessment.exams.rules.candidates import Candidate, NotInSession
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.store import candidates as store
from services.assessment.exams.usecases.sessions import Certification, certify, own
from shared.backbone import outbox
from shared.contracts.assessment import ResultState, SessionStatus
from shared.kernel.callers import Caller
from shared.kernel.outcomes import RowOutcome
from shared.kernel.periods import business_day
from shared.kernel.refusals import Refusal


class ResultRow(NamedTuple):
    """The marks of one candidate; None for an absence."""

    row: int
    local_id: str
    marks: Marks | None


class Correction(NamedTuple):
    """A candidate whose result was put right, and the certificate that came of it after the session's conclusion."""

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
    """An outcome for each of `rows`: recorded, repeated or refused. A dry run stores and locks nothing.

    Raises WrongRole, NotFound, ForeignOrganisation, SessionClosed, TooEarly: then nothing was stored.
    """
    session = await own(connection, session_id, caller, lock=not dry_run)
    session.require_open(today=business_day(at))
    local_ids = {row.local_id for row in rows}
    known = await store.by_local_ids(connection, session_id, local_ids, lock=not dry_run)
    changed: dict[UUID, Candidate] = {}
    facts: list[ResultState] = []
    outcomes: list[RowOutcome] = []
    for row in rows:
        try:
            before = known.get(row.local_id)
            if before is None:
                raise NotInSession(pointer="/local_id")
            if before.has(row.marks):
                outcomes.append(RowOutcome(row.row, "repeated", row.local_id, id=before.id))
                continue
            after, fact = rules.record(before, session, row.marks, at=at)
        except Refusal as refusal:
            outcomes.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
            continue
        known[row.local_id] = changed[after.id] = after
        facts += [fact] if fact is not None else []
        outcomes.append(RowOutcome(row.row, "accepted", row.local_id, id=after.id))
    if not dry_run:
        await store.save_all(connection, list(changed.values()))
        await outbox.record(connection, *facts)
    return outcomes


async def correct(
    connection: AsyncConnection, candidate_id: UUID, marks: Marks, *, reason: str, caller: Caller, at: datetime
) -> Correction:
    """Put a candidate's marks right; the same marks again change nothing.

    A candidate of a concluded session who now passes gets a certificate. Raises WrongRole, NotFound,
    ForeignOrganisation and what rules.correct raises, NumberExhausted.
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
