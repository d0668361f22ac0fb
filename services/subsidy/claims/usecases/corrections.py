"""Let claims follow what the registry puts right of trainings: whose they are, and what they count to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines as line_store
from services.subsidy.trainings.rules import Trainee
from services.subsidy.trainings.store import trainings as heard
from shared.backbone import outbox

_REGISTRY: Final = "registry"
"""Who puts lines right: no person of this service did anything."""


async def follow(connection: AsyncConnection, enrolments: Collection[UUID], *, at: datetime) -> None:
    """Put the lines of `enrolments` right, in claims of any status, and tell of each claim that changed.

    A reaction to facts heard, in the transaction that takes them in: so it happens once.
    """
    for claim_id in await line_store.claims_of(connection, enrolments) if enrolments else ():
        before = await store.load(connection, claim_id, lock=True)
        trainees = await heard.trainees(connection, before.class_id)
        holders = await _holders(connection, before, trainees)
        if corrected := rules.correct(before, trainees, holders=holders, at=at):
            after, fact = corrected
            await store.save(connection, after)
            await line_store.correct(connection, after)
            await store.note(connection, after, ClaimVerb.CORRECT, by=_REGISTRY, at=at)
            await outbox.record(connection, fact)


async def _holders(connection: AsyncConnection, claim: Claim, trainees: Collection[Trainee]) -> set[UUID]:
    """Who of `trainees` holds what the claim is for by another claim; nobody else builds lines for them meanwhile."""
    persons = {trainee.person for trainee in trainees}
    await line_store.queue(connection, persons)
    held = await line_store.held(connection, persons, outside=claim.id)
    return {
        person
        for person, each in held.items()
        if any((one.occupation, one.level) == (claim.occupation, claim.level) for one in each)
    }
