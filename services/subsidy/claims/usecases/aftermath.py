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
from services.subsidy.claims.usecases import steps
from services.subsidy.claims.usecases.drafts import evidenced_on
from services.subsidy.holds import store as hold_store
from services.subsidy.trainings import store as training_store
from shared import heard
from shared.contracts.subsidy import ClaimStatus

_FACTS: Final = "facts"
"""The actor of what happens because of a received fact, which no person of this service causes."""


async def follow(
    connection: AsyncConnection, *, enrolments: Collection[UUID], persons: Collection[UUID], at: datetime
) -> None:
    """Follow what was received about `enrolments` and `persons`; each changed claim publishes one fact.

    Runs in the transaction that applies the consumed facts, so that it happens once.
    """
    if not enrolments and not persons:
        return
    await follow_claims(connection, await line_store.decided(connection, enrolments, persons), at=at)


async def follow_claims(connection: AsyncConnection, claims: Collection[UUID], *, at: datetime) -> None:
    """Follow what was received about the lines of `claims`.

    What a bank may be paying already is looked at when its return says whether it did: until then nobody knows whether
    a line can still be stopped, or is owed.
    """
    for claim_id in claims:
        before = await store.load(connection, claim_id, lock=True)
        if await payments.touch(connection, claim_id):
            continue
        followed = rules.follow(before, await _grounds(connection, before), at=at)
        if followed is None:
            continue
        after, fact = followed
        await line_store.follow(connection, after)
        verb = ClaimVerb.OWE if before.status is ClaimStatus.PAID else ClaimVerb.STOP
        await steps.save(connection, after, fact, verb, by=_FACTS)


async def _grounds(connection: AsyncConnection, claim: Claim) -> dict[UUID, Ground]:
    """What the claim's lines rest on now, by enrolment. Re-keyed lines are listed on their own, and left out here."""
    class_ = await training_store.find_class(connection, claim.class_id)
    assert class_ is not None, "a claim was built from its class"
    persons = {line.enrolment_id: line.person for line in claim.lines if line.is_payable}
    trainees = [each for each in await training_store.trainees(connection, class_.id) if each.enrolment_id in persons]
    keys = await heard.keys_of(connection, {each.person for each in trainees})
    evidence = await evidenced_on(connection, class_, trainees, keys)
    flagged = await hold_store.upheld(connection, class_.id)
    objected = await hold_store.objected(connection, class_.id)
    held = await line_store.held(connection, keys, outside=claim.id)
    rekeyed = await training_store.rekeyed(connection, list(persons))
    return {
        each.enrolment_id: Ground(
            outcome=each.outcome,
            effective_on=each.effective_on,
            flagged=each.enrolment_id in flagged,
            objected=each.enrolment_id in objected,
            evidenced_on=evidence.get(each.person),
            held=held.get(each.person, ()),
        )
        for each in trainees
        if each.enrolment_id not in rekeyed or persons[each.enrolment_id] == each.person
    }
