"""A second transfer of the bank, as finance records and settles it."""

from __future__ import annotations

from typing import Any

import httpx

from shared.kernel.periods import business_day
from tests.subsidy.builders import L4_FEN, Taught, people
from tests.subsidy.office import Office
from tests.support.clock import now


async def paid(office: Office, count: int = 2) -> tuple[Taught, str]:
    taught = Taught(people(count))
    await office.service.hear(*taught.all_finished())
    return taught, await office.paid(taught)


async def propose(office: Office, claim_id: str, **changes: Any) -> httpx.Response:
    """That the bank paid a claim of two lines once more today, as the cashier."""
    content = {
        "paid_on": business_day(now()).isoformat(), "amount_fen": 2 * L4_FEN, "reference": "T-2",
        "reason": "银行重复划款",
    } | changes  # fmt: skip
    return await office.post(f"/v1/claims/{claim_id}/double-payment", content, office.finance())


async def record(office: Office, claim_id: str, **changes: Any) -> str:
    """The id of what was recorded by two persons."""
    confirmed = await office.confirm(await propose(office, claim_id, **changes), office.finance("second"))
    assert confirmed.status_code == 200, confirmed.text
    payment_id: str = (await listed(office, claim_id=claim_id))[-1]["id"]
    return payment_id


async def listed(office: Office, **asked: str) -> list[dict[str, Any]]:
    answer = await office.service.http.get("/v1/double-payments", params=asked, headers=office.finance())
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def do(office: Office, payment_id: str, step: str, *, by: str = "second", **content: Any) -> httpx.Response:
    """A step about it, proposed by the cashier and confirmed by another; or the first refusal."""
    content |= {"reason": "核查结论"}
    proposed = await office.post(f"/v1/double-payments/{payment_id}/{step}", content, office.finance())
    answer = await office.confirm(proposed, office.finance(by))
    if proposed.status_code == 201 and answer.status_code != 200:
        rejection = f"/v1/proposals/{proposed.json()['id']}/rejection"
        assert (await office.post(rejection, {"reason": "不再需要"}, office.finance())).is_success
    return answer


async def of(office: Office, payment_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await office.get(f"/v1/double-payments/{payment_id}", office.finance())).json()
    return found
