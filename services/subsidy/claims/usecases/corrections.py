"""Update claim lines when the owner of a training or certificate corrects its person or programme."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.sources import Entry
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines as line_store
from services.subsidy.claims.usecases import sources, steps
from services.subsidy.kinds.rules import KINDS, Basis
from services.subsidy.trainings import store as training_store
from shared import heard
from shared.kernel.callers import Role
from shared.kernel.periods import business_day

_OWNERS: Final = {Basis.CLASS: "registry", Basis.EXAM: "assessment", Basis.CERTIFICATE: "assessment"}
"""The actor of corrections, which no person of this service makes."""


async def follow(connection: AsyncConnection, entries: Collection[UUID], *, at: datetime) -> None:
    """Correct the lines of `entries`, in claims of any status; each changed claim publishes one fact.

    Runs in the transaction that applies the consumed facts, so that it happens once.
    """
    for claim_id in await line_store.claims_of(connection, entries) if entries else ():
        before = await store.load(connection, claim_id, lock=True)
        current = (await sources.of_claim(connection, before, on=business_day(at))).entries
        if KINDS[before.kind].paid_to is Role.HOLDER and await _is_anothers(connection, before, current):
            continue  # It stays its claimant's: the line is stopped or owed, and nobody else is paid for it.
        holders = await _holders(connection, before, current)
        rekeyed = await training_store.rekeyed(connection, [line.source_id for line in before.lines])
        if corrected := rules.correct(before, current, holders=holders, rekeyed=rekeyed, at=at):
            after, fact = corrected
            await line_store.correct(connection, after)
            await steps.save(connection, after, fact, ClaimVerb.CORRECT, by=_OWNERS[KINDS[before.kind].built_from])


async def _is_anothers(connection: AsyncConnection, claim: Claim, entries: Collection[Entry]) -> bool:
    """Whether what a person claimed for is another human's by now."""
    claimant = await heard.current_key(connection, claim.institution_id)
    return any(each.person != claimant for each in entries)


async def _holders(connection: AsyncConnection, claim: Claim, entries: Collection[Entry]) -> set[UUID]:
    """Persons of `entries` who hold the subsidy of this claim by another claim.

    Locks them against other transactions that build lines.
    """
    keys = await heard.keys_of(connection, {each.person for each in entries})
    await line_store.queue(connection, keys)
    held = await line_store.held(connection, keys, outside=claim.id)
    return {person for person, each in held.items() if any(one.bars(claim.subsidy) for one in each)}
