"""Update claim lines when the registry corrects a training's person or programme."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.checks import HeldSubsidy
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines as line_store
from services.subsidy.claims.usecases import steps
from services.subsidy.trainings import store as training_store
from services.subsidy.trainings.rules import Trainee
from shared import heard

_REGISTRY: Final = "registry"
"""The actor of corrections, which no person of this service makes."""


async def follow(connection: AsyncConnection, enrolments: Collection[UUID], *, at: datetime) -> None:
    """Correct the lines of `enrolments`, in claims of any status; each changed claim publishes one fact.

    Runs in the transaction that applies the consumed facts, so that it happens once.
    """
    for claim_id in await line_store.claims_of(connection, enrolments) if enrolments else ():
        before = await store.load(connection, claim_id, lock=True)
        trainees = await training_store.trainees(connection, before.class_id)
        holders = await _holders(connection, before, trainees)
        rekeyed = await training_store.rekeyed(connection, [line.enrolment_id for line in before.lines])
        if corrected := rules.correct(before, trainees, holders=holders, rekeyed=rekeyed, at=at):
            after, fact = corrected
            await line_store.correct(connection, after)
            await steps.save(connection, after, fact, ClaimVerb.CORRECT, by=_REGISTRY)


async def _holders(connection: AsyncConnection, claim: Claim, trainees: Collection[Trainee]) -> set[UUID]:
    """Persons of `trainees` who hold the subsidy of this claim by another claim.

    Locks them against other transactions that build lines.
    """
    keys = await heard.keys_of(connection, {trainee.person for trainee in trainees})
    await line_store.queue(connection, keys)
    held = await line_store.held(connection, keys, outside=claim.id)
    own = HeldSubsidy(claim.occupation, claim.award, claim.starts_on.year)
    return {person for person, each in held.items() if any(one.bars(own) for one in each)}
