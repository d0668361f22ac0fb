"""Recover the money of a paid claim's lines, give it up, or take either back: proposed by one person, confirmed by
another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import DUE, ClaimVerb
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines
from services.subsidy.claims.usecases import steps
from services.subsidy.recoveries import rules
from services.subsidy.recoveries import store as recovery_store
from services.subsidy.recoveries.rules import CauseRecovered, OffsetImpossible, RecoveryCause
from services.subsidy.trainings.usecases import load_plan, scope
from shared.backbone import outbox
from shared.kernel.callers import Caller, Role
from shared.kernel.four_eyes import require_another
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import business_day
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_SUBJECT: Final = "claims/"


class Asked(NamedTuple):
    """What is asked for: lines by number, None for every one; or amounts by line."""

    numbers: Collection[int] | None
    amounts: Mapping[int, Fen] | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Asked:
        """As a proposal holds it."""
        amounts = content.get("amounts")
        by_line = None if amounts is None else {int(line): Fen(amount) for line, amount in amounts.items()}
        return cls(content["lines"], by_line)

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = {"lines": None if self.numbers is None else sorted(self.numbers)}
        if self.amounts is not None:
            found["amounts"] = {str(line): amount for line, amount in sorted(self.amounts.items())}
        return found


async def propose(
    connection: AsyncConnection,
    claim_id: UUID,
    asked: Asked,
    *,
    cause: RecoveryCause,
    against: UUID | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose to recover what is `asked` for, or to keep it from the payment of the claim `against`.

    Whoever paid may propose it. Raises ForeignRegion, AlreadyProposed, CauseRecovered, OffsetImpossible and the rule's
    refusals.
    """
    claim = await _load(connection, claim_id, caller=caller)
    after, _ = rules.recover(claim, asked.numbers, amounts=asked.amounts, at=at)
    await _require_possible(connection, claim, after, cause=cause, against=against, caller=caller)
    content: dict[str, Any] = {"cause": cause.value}
    if against is not None:
        content["against"] = str(against)
    return await propose_about(
        connection, claim, rules.KIND, asked.content | content, reason=reason, caller=caller, at=at
    )


async def propose_reversal(
    connection: AsyncConnection,
    claim_id: UUID,
    *,
    numbers: Collection[int] | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose to take back the recovery of the lines `numbers`; None means every recovered line.

    Raises ForeignRegion, AlreadyProposed and the rule's refusals.
    """
    claim = await _load(connection, claim_id, caller=caller)
    rules.reverse(claim, numbers, claimed_again=await _claimed_again(connection, claim), at=at)
    content = Asked(numbers).content
    return await propose_about(connection, claim, rules.REVERSAL, content, reason=reason, caller=caller, at=at)


async def propose_write_off(
    connection: AsyncConnection, claim_id: UUID, asked: Asked, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to give up what is `asked` for. Raises ForeignRegion, AlreadyProposed and the rule's refusals."""
    claim = await _load(connection, claim_id, caller=caller)
    rules.write_off(claim, asked.numbers, amounts=asked.amounts, at=at)
    return await propose_about(connection, claim, rules.WRITE_OFF, asked.content, reason=reason, caller=caller, at=at)


async def propose_write_off_reversal(
    connection: AsyncConnection, claim_id: UUID, asked: Asked, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose that what was given up is due again. Raises ForeignRegion, AlreadyProposed and the rule's refusals."""
    claim = await _load(connection, claim_id, caller=caller)
    rules.reverse_write_off(claim, asked.numbers, at=at)
    content = asked.content
    return await propose_about(
        connection, claim, rules.WRITE_OFF_REVERSAL, content, reason=reason, caller=caller, at=at
    )


async def propose_dismissal(
    connection: AsyncConnection, claim_id: UUID, asked: Asked, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose to find that owed lines are not owed. Raises ForeignRegion, AlreadyProposed, NotOwedLine."""
    claim = await _load(connection, claim_id, caller=caller)
    rules.dismiss(claim, asked.numbers, at=at)
    return await propose_about(connection, claim, rules.DISMISSAL, asked.content, reason=reason, caller=caller, at=at)


async def _load(connection: AsyncConnection, claim_id: UUID, *, caller: Caller) -> Claim:
    return await steps.load_for(connection, claim_id, caller=caller, plan=await load_plan(connection))


async def propose_about(
    connection: AsyncConnection,
    claim: Claim,
    kind: str,
    content: Mapping[str, Any],
    *,
    subject: str | None = None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """A proposal about the claim, or about a `subject` that belongs to it. Raises AlreadyProposed."""
    proposal = Proposal(
        id=new_id(),
        kind=kind,
        subject=subject or f"{_SUBJECT}{claim.id}",
        organisation=claim.institution_id,
        region=claim.region,
        reporting_region=claim.reporting_region,
        content=content,
        reason=reason,
        proposed_by=caller.person,
        proposed_at=at,
    )
    return await proposals.add(connection, proposal)


async def _confirmed(
    connection: AsyncConnection, proposal: Proposal, *, apart_from: ClaimVerb, rule: str, caller: Caller
) -> Claim:
    """The claim of a proposal that is being confirmed, locked.

    Raises WrongRole, ForeignRegion, SamePerson if the caller took the step `apart_from`.
    """
    caller.require(Role.FINANCE, Role.PROVINCE)
    claim = await _load(connection, UUID(proposal.subject.removeprefix(_SUBJECT)), caller=caller)
    require_another(caller.person, *await store.doers(connection, claim.id, {apart_from}), rule=rule)
    return claim


async def recover(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Claim:
    """Recover what a proposal that is being confirmed asks for, and return the money to the budgets.

    Raises WrongRole, ForeignRegion, SamePerson if the caller paid the claim, CauseRecovered, OffsetImpossible and the
    rule's refusals.
    """
    rule = "payment of a claim and confirmation of its recovery"
    before = await _confirmed(connection, proposal, apart_from=ClaimVerb.PAY, rule=rule, caller=caller)
    content, asked = proposal.content, Asked.of(proposal.content)
    cause = RecoveryCause(content.get("cause", RecoveryCause.OTHER))
    against = UUID(content["against"]) if "against" in content else None
    after, fact = rules.recover(before, asked.numbers, amounts=asked.amounts, at=at)
    await _require_possible(connection, before, after, cause=cause, against=against, caller=caller)
    await lines.recover(connection, after)
    recovered = [
        recovery_store.LineRecovery(
            id=new_id(),
            claim_id=after.id,
            line=each.line,
            cause=cause,
            amount_fen=each.amount_fen,
            against=against,
            recovered_on=business_day(at),
            proposed_by=proposal.proposed_by,
            confirmed_by=caller.person,
        )
        for each in rules.recovered_amounts(before, after)
    ]
    await recovery_store.add_all(connection, recovered)
    told = rules.confirmed(after, rules.recovered_amounts(before, after), cause, id_=proposal.id, at=at)
    await outbox.record(connection, told)
    offset = against is not None
    by, reason = caller.person, proposal.reason
    await steps.save(connection, after, fact, ClaimVerb.RECOVER, by=by, reason=reason, offset=offset)
    return after


async def _require_possible(
    connection: AsyncConnection,
    before: Claim,
    after: Claim,
    *,
    cause: RecoveryCause,
    against: UUID | None,
    caller: Caller,
) -> None:
    """Raises CauseRecovered, ClaimInBatch, OffsetImpossible if the claim `against` has not that much left to keep."""
    recovered = rules.recovered_amounts(before, after)
    if again := await recovery_store.caused(connection, before.id, cause, [each.line for each in recovered]):
        raise CauseRecovered(lines=again, cause=cause.value)
    if against is not None:
        amount = Fen(sum(each.amount_fen for each in recovered))
        await require_offset(connection, before, amount, against=against, caller=caller)


async def require_offset(
    connection: AsyncConnection, claim: Claim, amount: Fen, *, against: UUID, caller: Caller
) -> None:
    """Raises NotFound, ForeignRegion, ClaimInBatch, OffsetImpossible unless `amount` can be kept from the payment of
    the claim `against`, which is another one of the payee of `claim`.
    """
    target = await _load(connection, against, caller=caller)
    await steps.require_outside_batches(connection, against)
    left = target.transfer_fen
    due = target.status in DUE
    same = target.institution_id == claim.institution_id and target.id != claim.id
    if not (due and same) or amount > left:
        raise OffsetImpossible(claim_id=str(against), state=target.status.value, left_fen=left if same else 0)


async def reverse(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Claim:
    """Take back the recovery of a proposal that is being confirmed: its money leaves the budgets again.

    Raises WrongRole, ForeignRegion, OverBudget, SamePerson if the caller recovered it, and the rule's refusals.
    """
    rule = "confirmation of a recovery and of its reversal"
    before = await _confirmed(connection, proposal, apart_from=ClaimVerb.RECOVER, rule=rule, caller=caller)
    claimed_again = await _claimed_again(connection, before)
    after, fact = rules.reverse(before, proposal.content["lines"], claimed_again=claimed_again, at=at)
    reversed_ = [was.line for was, now in zip(before.lines, after.lines, strict=True) if was != now]
    await lines.reverse(connection, after, reversed_)
    await recovery_store.reverse(connection, after.id, reversed_, on=business_day(at))
    await steps.save(connection, after, fact, ClaimVerb.REVERSE_RECOVERY, by=caller.person, reason=proposal.reason)
    return after


async def lapse(
    connection: AsyncConnection,
    before: Claim,
    amounts: Mapping[int, Fen],
    *,
    against: UUID,
    by: str,
    at: datetime,
) -> None:
    """These `amounts`, by line of a claim, are owed again: they cannot be kept from the payment of the claim `against`.

    Raises OverBudget, LineClaimedAgain.
    """
    claimed_again = await _claimed_again(connection, before)
    after, fact = rules.lapse(before, amounts, against=against, claimed_again=claimed_again, at=at)
    await lines.reverse(connection, after, amounts)
    await lines.follow(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.LAPSE_OFFSET, by=by)


async def write_off(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Claim:
    """Give up what a proposal that is being confirmed asks for.

    Raises WrongRole, ForeignRegion, SamePerson if the caller paid the claim, and the rule's refusals.
    """
    rule = "payment of a claim and confirmation of its write-off"
    before = await _confirmed(connection, proposal, apart_from=ClaimVerb.PAY, rule=rule, caller=caller)
    asked = Asked.of(proposal.content)
    after, fact = rules.write_off(before, asked.numbers, amounts=asked.amounts, at=at)
    await lines.recover(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.WRITE_OFF, by=caller.person, reason=proposal.reason)
    return after


async def reverse_write_off(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Claim:
    """What was given up is due again, as a proposal says that is being confirmed.

    Raises WrongRole, ForeignRegion, SamePerson if the caller confirmed the write-off, and the rule's refusals.
    """
    rule = "confirmation of a write-off and of its reversal"
    before = await _confirmed(connection, proposal, apart_from=ClaimVerb.WRITE_OFF, rule=rule, caller=caller)
    after, fact = rules.reverse_write_off(before, proposal.content["lines"], at=at)
    await lines.recover(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.REVERSE_WRITE_OFF, by=caller.person, reason=proposal.reason)
    return after


async def dismiss(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> Claim:
    """Close the cases of owed lines, as a proposal says that is being confirmed.

    Raises WrongRole, ForeignRegion, SamePerson if the caller paid the claim, NotOwedLine.
    """
    rule = "payment of a claim and confirmation that it is not owed back"
    before = await _confirmed(connection, proposal, apart_from=ClaimVerb.PAY, rule=rule, caller=caller)
    after, fact = rules.dismiss(before, proposal.content["lines"], at=at)
    await lines.follow(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.DISMISS_OWED, by=caller.person, reason=proposal.reason)
    return after


async def page(
    connection: AsyncConnection, claim_id: UUID, *, caller: Caller, after: UUID, limit: int
) -> list[recovery_store.LineRecovery]:
    """The recoveries that concern a claim the caller sees. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    sight = await scope(connection, caller)
    claim = await store.load(connection, claim_id)
    sight.require(claim, owner=claim.institution_id)
    return await recovery_store.page(connection, claim_id, after=after, limit=limit)


async def _claimed_again(connection: AsyncConnection, claim: Claim) -> set[int]:
    """The recovered lines of which another claim holds the training, or the subsidy of the person."""
    recovered = [line for line in claim.lines if line.recovered_on is not None]
    persons = {line.person: line.person for line in recovered}
    await lines.queue(connection, persons)
    taken = await lines.taken(connection, claim)
    held = await lines.held(connection, persons, outside=claim.id)
    barred = {person for person, each in held.items() if any(one.bars(claim.subsidy) for one in each)}
    return {line.line for line in recovered if line.source_id in taken or line.person in barred}
