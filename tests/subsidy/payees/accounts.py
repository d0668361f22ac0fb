"""What is entered as an account, and accounts that institutions have already."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.subsidy.payees import rules, store
from services.subsidy.payees.rules import AccountStatus, PayeeAccount
from shared.kernel.ids import new_id
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal, ProposalStatus
from tests.subsidy.builders import NOW, Taught
from tests.support.services import ServiceUnderTest


def account_of(taught: Taught, **changes: Any) -> dict[str, Any]:
    """What is entered as the account of a class's institution, which is called 甲校."""
    base = {
        "institution_id": str(taught.institution_id), "holder": "甲校", "bank": "中国农业银行郑州管城支行",
        "bank_code": "103491000017", "number": "16 0501 0104 0012 345", "reason": "开户许可证",
    }  # fmt: skip
    return base | changes


async def open_account(service: ServiceUnderTest, claim_id: str, number: str | None = None) -> UUID:
    """The id of the current account of the claim's institution, entered and confirmed by others if it has none."""
    [claim] = await service.rows(
        "SELECT institution_id, region, reporting_region FROM claim WHERE id = :id", id=claim_id
    )
    async with service.engine.begin() as connection:
        if (known := await store.current_id(connection, claim.institution_id)) is not None:
            return known
        account = _account(service, *claim, number=number or f"1605{claim.institution_id.int % 10**13:013d}")
        proposal = Proposal(
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
            status=ProposalStatus.CONFIRMED,
            decided_by=account.decided_by,
            decided_at=account.decided_at,
        )
        await proposals.add(connection, proposal)
        await store.add(connection, account)
    return account.id


def _account(
    service: ServiceUnderTest, institution_id: UUID, region: str, reporting_region: str, *, number: str
) -> PayeeAccount:
    persons, id_ = service.app.state.persons, new_id()
    return PayeeAccount(
        id=id_,
        institution_id=institution_id,
        region=region,
        reporting_region=reporting_region,
        holder="甲校",
        bank="中国农业银行郑州管城支行",
        bank_code="103491000017",
        ending=number[-rules.ENDING_DIGITS :],
        mark=persons.mark(rules.MARK, number),
        sealed=persons.seal(number.encode(), owner=id_),
        reason="开户许可证",
        entered_by="accountant",
        entered_at=NOW,
        proposal_id=new_id(),
        status=AccountStatus.CURRENT,
        decided_by="another accountant",
        decided_at=NOW,
    )
