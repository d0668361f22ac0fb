"""Enter an account of a payee, which another person confirms or rejects; look up accounts and shared ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.patterns import usecases as patterns
from services.subsidy.payees import rules, store
from services.subsidy.payees.rules import AccountIsCurrent, AccountStatus, PayeeAccount
from services.subsidy.payees.store import Payee
from services.subsidy.trainings import usecases as sights
from services.subsidy.trainings.usecases import load_plan
from shared import heard, reach
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.refusals import NotYetReceived
from shared.persons import Persons
from shared.proposals import rules as proposal_rules
from shared.proposals import store as proposals
from shared.proposals.rules import AlreadyProposed, Proposal


class AskedAccount(NamedTuple):
    """An account as it is entered. Never printed, never logged."""

    holder: str
    bank: str
    bank_code: str
    number: str
    document: UUID | None = None
    """The person by whose document the holder was recognised."""

    def __repr__(self) -> str:
        return "AskedAccount(…)"


class SharedAccount(NamedTuple):
    """An account, and those of other institutions with the same number."""

    account: PayeeAccount
    others: Sequence[PayeeAccount]


async def enter(
    connection: AsyncConnection,
    institution_id: UUID,
    asked: AskedAccount,
    *,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> PayeeAccount:
    """An account that waits for a second person; a repeat by the same person returns the one that waits.

    Raises NotYetReceived, ForeignOrganisation, ForeignRegion, WrongAccountNumber, HolderDiffers, HolderUnproved,
    AccountIsCurrent, AlreadyProposed.
    """
    payee = await _payee(connection, institution_id)
    plan, acting = await load_plan(connection), await sights.acting(connection, caller)
    reach.require_reached(plan, acting, region=payee.region, organisation_id=institution_id)
    if payee.name is None:
        document = None if asked.document is None else await heard.current_key(connection, asked.document)
        rules.require_own(document, await heard.current_key(connection, institution_id), pointer="/document_number")
    else:
        rules.require_holder(asked.holder, payee.name, pointer="/holder")
    account = _entered(institution_id, payee, asked, reason=reason, persons=persons, by=caller.person, at=at)
    current = await store.lock(connection, institution_id, AccountStatus.CURRENT)
    if current is not None and account.is_same(current):
        raise AccountIsCurrent(account_id=str(current.id))
    waiting = await store.lock(connection, institution_id, AccountStatus.ENTERED)
    if waiting is not None:
        if account.is_same(waiting) and (waiting.reason, waiting.entered_by) == (reason, caller.person):
            return waiting
        raise AlreadyProposed(proposal_id=str(waiting.proposal_id))
    await proposals.add(connection, _proposal(account))
    await store.add(connection, account)
    return account


async def confirm(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Make the account of a proposal that is being confirmed the current one; the one before becomes history.

    Raises NotYetReceived, IllegalMove, SamePerson, HolderDiffers.
    """
    account = await _of(connection, proposal)
    payee = await _payee(connection, account.institution_id)
    after = rules.confirm(account, name=payee.name, by=caller.person, at=at)
    current = await store.lock(connection, account.institution_id, AccountStatus.CURRENT)
    if current is not None:
        await store.save(connection, rules.replaced(current, at=at))
    await store.save(connection, after)
    await patterns.look_at_account(connection, after.mark, after.institution_id, at=at)


async def reject(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Reject the account of a proposal that is being rejected. Raises IllegalMove."""
    account = await _of(connection, proposal)
    await store.save(connection, rules.reject(account, by=caller.person, at=at))


async def withdraw(
    connection: AsyncConnection, account_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> PayeeAccount:
    """Take back an account that waits for a second person, as its institution.

    Raises NotFound, ForeignOrganisation, IllegalMove once it was decided on.
    """
    sight = await sights.scope(connection, caller)
    found = await store.load(connection, account_id)
    sight.require_handled(found, owner=found.institution_id)
    proposal = await proposals.load(connection, found.proposal_id, lock=True)
    await proposals.save(connection, proposal_rules.reject(proposal, reason=reason, by=caller.person, at=at))
    after = rules.reject(await _of(connection, proposal), by=caller.person, at=at)
    await store.save(connection, after)
    return after


async def read(connection: AsyncConnection, account_id: UUID, *, caller: Caller) -> PayeeAccount:
    """An account that the caller sees. Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion."""
    sight = await sights.scope(connection, caller)
    account = await store.load(connection, account_id)
    sight.require(account, owner=account.institution_id)
    return account


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    institution_id: UUID | None,
    status: AccountStatus | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[PayeeAccount]:
    """Accounts that the caller sees, with those that were replaced or rejected.

    Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion.
    """
    sight = await sights.scope(connection, caller, region=region)
    return await store.page(connection, sight, institution_id=institution_id, status=status, after=after, limit=limit)


async def shared_page(
    connection: AsyncConnection, *, region: str | None, caller: Caller, after: UUID, limit: int
) -> list[SharedAccount]:
    """Accounts of the caller's region that other institutions have or had as well, wherever those lie.

    Raises NotYetReceived, UnknownRegion, ForeignRegion.
    """
    sight = await sights.scope(connection, caller, region=region)
    accounts = await store.shared_page(connection, sight.reach, after=after, limit=limit)
    same = await store.with_marks(connection, {each.mark for each in accounts})
    return [
        SharedAccount(
            account,
            [each for each in same if each.mark == account.mark and each.institution_id != account.institution_id],
        )
        for account in accounts
    ]


async def _payee(connection: AsyncConnection, institution_id: UUID) -> Payee:
    found = await store.payee(connection, institution_id)
    if found is None:
        raise NotYetReceived(what="institution", id=institution_id)
    return found


async def _of(connection: AsyncConnection, proposal: Proposal) -> PayeeAccount:
    return await store.load(connection, UUID(proposal.content["account_id"]), lock=True)


def _entered(
    institution_id: UUID, payee: Payee, asked: AskedAccount, *, reason: str, persons: Persons, by: str, at: datetime
) -> PayeeAccount:
    number, id_ = rules.read_number(asked.number), new_id()
    person = asked.holder if payee.name is None else None
    return PayeeAccount(
        id=id_,
        institution_id=institution_id,
        region=payee.region,
        reporting_region=payee.reporting_region,
        holder=asked.holder if person is None else persons.masked_name(person),
        bank=asked.bank,
        bank_code=asked.bank_code,
        ending=number[-rules.ENDING_DIGITS :],
        mark=persons.mark(rules.MARK, number),
        sealed=persons.seal(rules.to_seal(number, person=person), owner=id_),
        reason=reason,
        entered_by=by,
        entered_at=at,
        proposal_id=new_id(),
    )


def _proposal(account: PayeeAccount) -> Proposal:
    return Proposal(
        id=account.proposal_id,
        kind=rules.KIND,
        subject=account.subject,
        organisation=account.institution_id,
        region=account.region,
        reporting_region=account.reporting_region,
        content=account.content,
        reason=account.reason,
        proposed_by=account.entered_by,
        proposed_at=account.entered_at,
    )
