"""Draw up a payment batch, have another person release, reject or recall it, and export its bank file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.batches.rules import batches as rules
from services.subsidy.batches.rules import layouts
from services.subsidy.batches.rules.batches import (
    ROWS_MAX,
    SHOWN_MAX,
    BatchClaimsChanged,
    BatchNotReleased,
    BatchStatus,
    BatchTooLarge,
    BatchTotals,
    BatchTotalsDiffer,
    ClaimsNotPayable,
    PaymentBatch,
)
from services.subsidy.batches.rules.layouts import BankLayout, BankRow, UnknownBankLayout
from services.subsidy.batches.store import batches as store
from services.subsidy.batches.store import rows
from services.subsidy.batches.store.batches import Candidate, Choosing, Export
from services.subsidy.batches.store.rows import Transfer
from services.subsidy.claims.usecases import aftermath
from services.subsidy.payees import rules as payees
from services.subsidy.trainings import usecases as trainings
from services.subsidy.trainings.usecases import load_plan
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.moves import move
from shared.kernel.periods import business_day
from shared.persons import Persons
from shared.plan import ProvinceIsNoPlace
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_WITH_FILE: Final = frozenset({BatchStatus.RELEASED, BatchStatus.RETURNED, BatchStatus.SETTLED})
_SUBJECT: Final = "payment-batches/"


class AskedBatch(NamedTuple):
    """What is to be paid: every claim that can be, or those named; and what they come to, as finance counted it."""

    region: str
    fund_source: FundSource | None
    claims: Collection[UUID] | None
    declared: BatchTotals
    layout: str
    same_accounts: bool
    reason: str


class BatchReading(NamedTuple):
    """A batch, and who has had its bank file."""

    batch: PaymentBatch
    exports: Sequence[Export]


async def draft(
    connection: AsyncConnection, asked: AskedBatch, *, known: Mapping[str, BankLayout], caller: Caller, at: datetime
) -> PaymentBatch:
    """A batch that waits for a second person; nothing is put into it unless number and sum are what was declared.

    Raises UnknownRegion, ForeignRegion, ProvinceIsNoPlace, UnknownBankLayout, BatchTooLarge, ClaimsNotPayable,
    BatchTotalsDiffer.
    """
    if asked.layout not in known:
        raise UnknownBankLayout(pointer="/layout", known=sorted(known))
    choosing = await _choosing(connection, asked.region, asked.fund_source, asked.same_accounts, caller=caller)
    if choosing.reach.code is None:
        raise ProvinceIsNoPlace(pointer="/region")
    await _require_small(connection, asked, choosing)
    batch = await _drafted(connection, asked, known[asked.layout], by=caller.person, at=at)
    proposal = _proposal(batch, rules.KIND, batch.content, reason=asked.reason, by=caller.person, at=at)
    await proposals.add(connection, proposal)
    await store.add(connection, batch)
    filled = await store.fill(connection, batch.id, choosing, asked.claims)
    if asked.claims is not None and filled.rows != len(set(asked.claims)):
        barred = await store.barred(connection, choosing, set(asked.claims))
        # Those that were put in are in a batch by now: this one.
        ours = {row.claim_id for row in await rows.page(connection, batch.id, after=0, limit=ROWS_MAX)}
        at_fault = [each for each in barred if each.id not in ours]
        shown = [{"claim_id": str(each.id), "barrier": each.barrier.value} for each in at_fault[:SHOWN_MAX]]
        raise ClaimsNotPayable(claims=shown, count=len(at_fault))
    if filled != asked.declared:
        raise BatchTotalsDiffer(rows=filled.rows, amount_fen=filled.amount_fen)
    return batch


async def release(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Release the batch of a proposal that is being confirmed, if its claims are still as they were put in.

    Raises WrongRole, IllegalMove, SamePerson, BatchClaimsChanged.
    """
    caller.require(Role.FINANCE)
    batch = await _of(connection, proposal)
    involved = await rows.involved(connection, batch.id)
    after = rules.release(batch, approved_by=involved, by=caller.person, at=at)
    await rows.lock_claims(connection, batch.id)
    if changed := await rows.changed(connection, batch.id):
        raise BatchClaimsChanged(claims=[str(each) for each in changed[:SHOWN_MAX]], count=len(changed))
    await store.save(connection, after)


async def reject(connection: AsyncConnection, proposal: Proposal) -> None:
    """Give the batch of a proposal up that is being rejected; its claims are free. Raises IllegalMove."""
    after = rules.reject(await _of(connection, proposal))
    await rows.give_up(connection, after.id)
    await store.save(connection, after)


async def propose_recall(
    connection: AsyncConnection, batch_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to take a released batch back, because the bank paid none of it.

    Raises NotFound, ForeignRegion, IllegalMove, AlreadyProposed.
    """
    sight = await trainings.scope(connection, caller)
    batch = await store.load(connection, batch_id, lock=True)
    sight.require_handled(batch, owner=None)
    move(rules.MOVES, batch.status, rules.BatchVerb.RECALL)
    content = {"batch_id": str(batch.id), "rows": batch.rows, "amount_fen": batch.amount_fen}
    proposal = _proposal(batch, rules.RECALL, content, reason=reason, by=caller.person, at=at)
    return await proposals.add(connection, proposal)


async def recall(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Take the batch back of a proposal that is being confirmed: its claims wait for their payment again.

    Raises WrongRole, IllegalMove, SamePerson if the caller released it.
    """
    caller.require(Role.FINANCE)
    batch = await _of(connection, proposal)
    await store.save(connection, rules.recall(batch, by=caller.person, at=at))
    await aftermath.follow_claims(connection, await rows.give_up(connection, batch.id), at=at)


async def bank_file(
    connection: AsyncConnection, batch_id: UUID, *, persons: Persons, caller: Caller, at: datetime
) -> tuple[BankLayout, bytes]:
    """The bank file of a released batch, the same bytes each time, and its layout. It is kept who has had it.

    Raises NotFound, ForeignRegion, BatchNotReleased.
    """
    sight = await trainings.scope(connection, caller)
    batch = await store.load(connection, batch_id)
    sight.require(batch, owner=None)
    if batch.status not in _WITH_FILE:
        raise BatchNotReleased(state=batch.status.value)
    layout = layouts.read(batch.layout)
    transfers = await rows.transfers(connection, batch.id)
    content = await asyncio.to_thread(_render, batch, layout, transfers, persons)
    digest = hashlib.sha256(content).digest()
    earlier = await store.exports(connection, batch.id)
    assert all(each.digest == digest for each in earlier), "a bank file is the same each time"
    await store.add_export(connection, Export(new_id(), batch.id, digest, caller.person, at))
    return layout, content


async def read(connection: AsyncConnection, batch_id: UUID, *, caller: Caller) -> BatchReading:
    """A batch that the caller sees. Raises NotYetReceived, NotFound, ForeignRegion."""
    sight = await trainings.scope(connection, caller)
    batch = await store.load(connection, batch_id)
    sight.require(batch, owner=None)
    return BatchReading(batch, await store.exports(connection, batch.id))


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    status: BatchStatus | None,
    claim_id: UUID | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[PaymentBatch]:
    """Batches that the caller sees. Raises NotYetReceived, UnknownRegion, ForeignRegion."""
    sight = await trainings.scope(connection, caller, region=region)
    return await store.page(connection, sight, status=status, claim_id=claim_id, after=after, limit=limit)


async def payable(
    connection: AsyncConnection,
    *,
    region: str | None,
    fund_source: FundSource | None,
    same_accounts: bool,
    caller: Caller,
    after: UUID,
    limit: int,
) -> tuple[BatchTotals, list[Candidate]]:
    """The claims that wait for their payment, with what bars each; and what can be paid in all.

    Raises NotYetReceived, UnknownRegion, ForeignRegion.
    """
    choosing = await _choosing(connection, region, fund_source, same_accounts, caller=caller)
    totals = await store.payable(connection, choosing)
    return totals, await store.candidates(connection, choosing, after=after, limit=limit)


async def _choosing(
    connection: AsyncConnection, region: str | None, fund: FundSource | None, same_accounts: bool, *, caller: Caller
) -> Choosing:
    sight = await trainings.scope(connection, caller, region=region)
    return Choosing(sight.reach, fund, caller.person, same_accounts, caller.today)


async def _require_small(connection: AsyncConnection, asked: AskedBatch, choosing: Choosing) -> None:
    payable_rows = len(asked.claims) if asked.claims is not None else (await store.payable(connection, choosing)).rows
    if payable_rows > ROWS_MAX:
        raise BatchTooLarge(rows_max=ROWS_MAX)


async def _of(connection: AsyncConnection, proposal: Proposal) -> PaymentBatch:
    return await store.load(connection, UUID(proposal.subject.removeprefix(_SUBJECT)), lock=True)


async def _drafted(
    connection: AsyncConnection, asked: AskedBatch, layout: BankLayout, *, by: str, at: datetime
) -> PaymentBatch:
    plan = await load_plan(connection)
    reporting = plan.regions[asked.region].on(business_day(at)).reporting_region
    assert reporting is not None, "only the province reports to nobody"
    return PaymentBatch(
        id=new_id(),
        region=asked.region,
        reporting_region=reporting,
        fund_source=asked.fund_source,
        rows=asked.declared.rows,
        amount_fen=asked.declared.amount_fen,
        layout=layout.stored,
        reason=asked.reason,
        drafted_by=by,
        drafted_at=at,
        proposal_id=new_id(),
    )


def _proposal(
    batch: PaymentBatch, kind: str, content: Mapping[str, Any], *, reason: str, by: str, at: datetime
) -> Proposal:
    return Proposal(
        id=batch.proposal_id if kind == rules.KIND else new_id(),
        kind=kind,
        subject=batch.subject,
        organisation=None,
        region=batch.region,
        reporting_region=batch.reporting_region,
        content=content,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )


def _render(batch: PaymentBatch, layout: BankLayout, transfers: Sequence[Transfer], persons: Persons) -> bytes:
    found = (_row(each, persons) for each in transfers)
    return layouts.render(layout, batch.id, found, count=batch.rows, amount=batch.amount_fen)


def _row(transfer: Transfer, persons: Persons) -> BankRow:
    sealed = persons.unseal(transfer.sealed, owner=transfer.account_id)
    number, holder = payees.unsealed(sealed, holder=transfer.holder)
    return BankRow(
        row=transfer.row,
        claim_id=transfer.claim_id,
        holder=holder,
        bank=transfer.bank,
        bank_code=transfer.bank_code,
        account=number,
        amount_fen=transfer.amount_fen,
        purpose=SubsidyKind(transfer.kind).name_zh,
    )
