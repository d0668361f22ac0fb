"""Money that is kept from the payment of an approved claim, for what its payee owes."""

from __future__ import annotations

from typing import Any

import httpx

from services.subsidy.offsets.usecases import lapse_some
from tests.subsidy.builders import Taught, people
from tests.subsidy.office import Office


async def approved(office: Office, owing: Taught, count: int = 2, local_id: str = "c-2") -> tuple[Taught, str]:
    """A further claim of the same payee, approved and not paid."""
    taught = Taught(people(count), institution_id=owing.institution_id)
    await office.service.hear(*taught.all_finished())
    claim_id = await office.submitted(taught, local_id)
    assert (await office.approve(claim_id)).status_code == 200
    return taught, claim_id


async def do(
    office: Office, claim_id: str, step: str = "recovery", by: str = "second", **content: Any
) -> httpx.Response:
    """A step about a claim's paid lines, proposed by the cashier and confirmed by another."""
    content |= {"reason": "核查结论"}
    proposed = await office.post(f"/v1/claims/{claim_id}/{step}", content, office.finance())
    return await office.confirm(proposed, office.finance(by))


async def lapse(office: Office) -> bool:
    """Let lapse what the worker would."""
    return await lapse_some(office.service.engine, at=office.service.clock.now())


async def claim_of(office: Office, claim_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()
    return found


async def owed(office: Office) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await office.get("/v1/owed-lines", office.finance())).json()["rows"]
    return rows


async def in_excess(office: Office) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await office.get("/v1/offsets-in-excess", office.finance())).json()["rows"]
    return rows


async def recoveries(office: Office, claim_id: str) -> list[tuple[int, int, bool]]:
    """Of each recovery of the claim's lines: the amount, what lapsed of it, and whether it is reversed."""
    rows = (await office.get(f"/v1/claims/{claim_id}/recoveries", office.finance())).json()["rows"]
    return [
        (row["amount_fen"], row["lapsed_fen"], row["reversed_on"] is not None)
        for row in rows
        if row["claim_id"] == claim_id
    ]
