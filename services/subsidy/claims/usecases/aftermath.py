"""Follow what is received about the lines of decided claims: stop approved lines, open the cases of paid ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import aftermath as rules
from services.subsidy.claims.rules.aftermath import Ground
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines as line_store
from services.subsidy.claims.store import payments
from services.subsidy.claims.usecases import sources, steps
from services.subsidy.holds import store as hold_store
from services.subsidy.trainings import store as training_store
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.periods import business_day

_FACTS: Final = "facts"
"""The actor of what happens because of a received fact, which no person of this service causes."""


async def follow(
    connection: AsyncConnection, *, entries: Collection[UUID], persons: Collection[UUID], at: datetime
) -> None:
    """Follow what was received about `entries`, enrolments or certificates, and about `persons`; each changed claim
    publishes one fact.

    Runs in the transaction that applies the consumed facts, so that it happens once.
    """
    if not entries and not persons:
        return
    await follow_claims(connection, await line_store.decided(connection, entries, persons), at=at)


async def follow_claims(connection: AsyncConnection, claims: Collection[UUID], *, at: datetime) -> None:
    """Follow what was received about the lines of `claims`.

    What a bank may be paying already is looked at when its return says whether it did: until then nobody knows whether
    a line can still be stopped, or is owed.
    """
    for claim_id in claims:
        before = await store.load(connection, claim_id, lock=True)
        if await payments.touch(connection, claim_id):
            continue
        followed = rules.follow(before, await _grounds(connection, before, at=at), at=at)
        if followed is None:
            continue
        after, fact = followed
        await line_store.follow(connection, after)
        verb = ClaimVerb.OWE if before.status is ClaimStatus.PAID else ClaimVerb.STOP
        await steps.save(connection, after, fact, verb, by=_FACTS)


async def _grounds(connection: AsyncConnection, claim: Claim, *, at: datetime) -> dict[UUID, Ground]:
    """What the claim's lines rest on now, by entry. Re-keyed lines are listed on their own, and left out here."""
    found = await sources.of_claim(connection, claim, on=business_day(at))
    persons = {line.source_id: line.person for line in claim.lines if line.is_payable}
    flagged = await hold_store.upheld(connection, claim.source_id)
    objected = await hold_store.objected(connection, claim.source_id)
    held = await line_store.held(connection, found.keys, outside=claim.id)
    rekeyed = await training_store.rekeyed(connection, list(persons))
    return {
        each.id: Ground(
            outcome=each.outcome,
            effective_on=each.on,
            flagged=each.id in flagged,
            objected=each.id in objected,
            evidenced_on=each.evidenced_on,
            held=held.get(each.person, ()),
            fee=found.source.fee_fen,
            entitled=each.entitled,
            cancelled=each.cancelled,
        )
        for each in found.entries
        if each.id in persons and (each.id not in rekeyed or persons[each.id] == each.person)
    }
