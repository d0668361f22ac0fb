"""Let offsets lapse whose claims come to less than is kept from them, in a process of its own.

Lines stop, and claims are returned, for many reasons, in transactions that know nothing of what is owed elsewhere. A
claim is not paid while more is kept from it than it comes to, which the database holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.subsidy.budgets.rules import OverBudget
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.lines import NOTHING
from services.subsidy.claims.store import claims
from services.subsidy.claims.usecases import aftermath
from services.subsidy.double_payments import usecases as double_payments
from services.subsidy.offsets import rules, store
from services.subsidy.offsets.rules import Offset
from services.subsidy.recoveries import usecases as recoveries
from services.subsidy.recoveries.rules import LineClaimedAgain
from shared.faults import forever
from shared.kernel.money import Fen
from shared.kernel.periods import business_day

log = structlog.get_logger()

POLL_SECONDS: Final = 15.0
_OFFSETS: Final = "offsets"
"""The actor of what happens because a claim came to less, which no person of this service decides."""
_CLAIMS_A_TIME: Final = 100
_BEGINNING: Final = UUID(int=0)


async def work(engine: AsyncEngine, now: Callable[[], datetime]) -> None:
    """Let offsets lapse in an endless loop."""
    await forever("offsets", lambda: lapse_some(engine, at=now()), pause_seconds=POLL_SECONDS)


async def lapse_some(engine: AsyncEngine, *, at: datetime) -> bool:
    """Let what is kept in excess lapse, a claim at a time. False if nothing lapsed.

    What the budget has no money for, or what another claim pays for by now, waits, and is listed until then.
    """
    lapsed, after = False, _BEGINNING
    while True:
        async with engine.connect() as connection:
            found = await store.in_excess(connection, None, after=after, limit=_CLAIMS_A_TIME)
        for each in found:
            try:
                async with engine.begin() as connection:
                    await _lapse(connection, each.id, at=at)
            except (OverBudget, LineClaimedAgain) as refusal:
                log.debug("offset.waits", claim_id=str(each.id), refusal=refusal.slug)
            else:
                lapsed = True
                log.info("offset.lapsed", claim_id=str(each.id))
        if len(found) < _CLAIMS_A_TIME:
            return lapsed
        after = found[-1].id


async def _lapse(connection: AsyncConnection, against: UUID, *, at: datetime) -> None:
    """Raises OverBudget, LineClaimedAgain."""
    # As a recovery does, the claims that owe are locked before the one that is paid less.
    owing = {each.claim_id for each in await store.standing(connection, against)}
    sources = {claim_id: await claims.load(connection, claim_id, lock=True) for claim_id in sorted(owing)}
    await claims.load(connection, against, lock=True)
    excess = (await store.load(connection, against)).excess_fen
    standing = [each for each in await store.standing(connection, against) if each.claim_id in sources]
    lapsing = rules.lapsing(standing, excess)
    for claim_id, claim in sources.items():
        own = [(offset, amount) for offset, amount in lapsing if offset.claim_id == claim_id]
        await _owe_again(connection, claim, own, against=against, at=at)
    for offset, amount in lapsing:
        await store.lapse(connection, offset, amount, on=business_day(at))
    # What a line rests on may stand again since it was recovered: then nothing is owed.
    await aftermath.follow_claims(connection, sorted({offset.claim_id for offset, _ in lapsing}), at=at)


async def _owe_again(
    connection: AsyncConnection, claim: Claim, lapsed: list[tuple[Offset, Fen]], *, against: UUID, at: datetime
) -> None:
    lines: dict[int, Fen] = defaultdict(lambda: NOTHING)
    for offset, amount in lapsed:
        if offset.double_payment_id is not None:
            payment_id = offset.double_payment_id
            await double_payments.lapse(connection, payment_id, claim, amount, by=_OFFSETS, at=at)
        elif offset.line is not None:
            lines[offset.line] = Fen(lines[offset.line] + amount)
    if lines:
        await recoveries.lapse(connection, claim, lines, against=against, by=_OFFSETS, at=at)
