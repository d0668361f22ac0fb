"""Claims over HTTP: draft, rebuild, submit, list, read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.subsidy.claims.routes.schemas import (
    ClaimAnswer,
    ClaimReplayAnswer,
    ClaimRow,
    ClaimWithHistory,
    DraftRequest,
    LineExplanationAnswer,
    LineReplayAnswer,
    WithdrawalRequest,
)
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import holds
from services.subsidy.claims.usecases import drafts, reading, replays
from services.subsidy.claims.usecases import steps as usecases
from services.subsidy.trainings import usecases as trainings
from shared import tables
from shared.auth import CurrentCaller
from shared.awards import AskedAward
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("claims")


@routes.post("/claims", status_code=201)
async def draft_claim(request: DraftRequest, connection: Connection, caller: CurrentCaller, at: Now) -> ClaimAnswer:
    """Build a claim for a completed class of your institution, for an exam of your assessment body, or for your own
    certificate: one line for each trainee or certificate, with an amount or the check that refused it. A repeat of the
    local_id for the same class, exam or certificate returns the existing claim.

    For a class, `kind` says what is claimed for: its training, living allowances of entitled trainees, or for a class
    that was stated to be an apprenticeship an advance while it runs, and what is left of the amount at its end.

    Once a claim of the class is paid, a further one supplements it: it has the trainees for whom no claim pays or paid,
    such as those who got their certificate later, or whose line was recovered.
    """
    kind, source_id = request.asked
    local_id = request.local_id
    return ClaimAnswer.of(await drafts.draft(connection, kind, source_id, local_id=local_id, caller=caller, at=at))


@routes.get("/claims")
async def list_claims(
    connection: Connection,
    caller: CurrentCaller,
    award: AskedAward,
    status: ClaimStatus | None = None,
    kind: SubsidyKind | None = None,
    class_id: UUID | None = None,
    institution_id: Annotated[UUID | None, Query(description="Whoever is paid: an institution or a body")] = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    held: Annotated[bool | None, Query(description="Whether flags are open or upheld about it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ClaimRow]:
    """Claims. An institution sees its own, officers those of their region and the regions below it.

    `held=true` with `status=submitted` finds those that wait, with `status=paid` those whose money may be owed back.
    """
    sight = await trainings.scope(connection, caller, region=region)
    further = tables.matches(store.CLAIM, institution_id=institution_id)
    if class_id is not None:
        further += store.of_class(class_id)
    if held is not None:
        further.append(holds.is_held(held))
    rows = await store.page(
        connection, sight, status=status, award=award, kind=kind, further=further, after=after(cursor), limit=size
    )
    return Page(rows=[ClaimRow.of_summary(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/claims/{claim_id}")
async def get_claim(claim_id: UUID, connection: Connection, caller: CurrentCaller) -> ClaimWithHistory:
    """A claim with its lines and steps, and the flags that it waits for. Whoever sees it in the list may read it."""
    return ClaimWithHistory.of_reading(await reading.read(connection, claim_id, caller=caller))


@routes.get("/claims/{claim_id}/replay")
async def replay_claim(claim_id: UUID, connection: Connection, caller: CurrentCaller) -> ClaimReplayAnswer:
    """Decide each line again by the facts and the rows that it was decided by. Later rows change nothing."""
    claim, lines = await replays.replay(connection, claim_id, caller=caller)
    return ClaimReplayAnswer(id=claim.id, version=claim.version, lines=[LineReplayAnswer.of(*each) for each in lines])


@routes.get("/claims/{claim_id}/lines/{line}/explanation")
async def explain_line(
    claim_id: UUID,
    line: Annotated[int, Path(ge=1, le=100_000)],
    connection: Connection,
    caller: CurrentCaller,
) -> LineExplanationAnswer:
    """Why a line was decided as it was: each check in its order, with the facts that it used, their source and time.

    It is decided again from what was stored with the decision, so that the answer is the same years later.
    """
    return LineExplanationAnswer.of(*await replays.explain(connection, claim_id, line, caller=caller))


@routes.post("/claims/{claim_id}/rebuild")
async def rebuild_claim(claim_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClaimAnswer:
    """Rebuild the lines of a draft or returned claim from current data."""
    return ClaimAnswer.of(await drafts.rebuild(connection, claim_id, caller=caller, at=at))


@routes.post("/claims/{claim_id}/withdrawal")
async def withdraw_claim(
    claim_id: UUID, request: WithdrawalRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ClaimAnswer:
    """Give up a draft or a returned claim of your institution: it holds nobody's subsidy any more."""
    return ClaimAnswer.of(await usecases.withdraw(connection, claim_id, reason=request.reason, caller=caller, at=at))


@routes.post("/claims/{claim_id}/submission")
async def submit_claim(claim_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> ClaimAnswer:
    """Submit a draft to the reviewers of its region."""
    return ClaimAnswer.of(await usecases.submit(connection, claim_id, caller=caller, at=at))
