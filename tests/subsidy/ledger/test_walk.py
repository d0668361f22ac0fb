"""The money verbs of claims, walked at random over HTTP: the books balance after every step."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest

from services.subsidy.worker import SERVICE
from shared.kernel.periods import business_day
from tests.conftest import OpenService
from tests.subsidy.batches import banking
from tests.subsidy.builders import (
    L4_FEN,
    STARTS_ON,
    Taught,
    people,
)
from tests.subsidy.double_payments import transfers
from tests.subsidy.ledger.books import balanced
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import open_account
from tests.subsidy.projects import funded
from tests.subsidy.projects.funded import FIRST_FEN, GRANT_FEN, YEAR
from tests.support.clock import now

STEPS = 60
VERBS = (
    "submit", "approve", "send_back", "reject", "pay", "pay_by_batch", "fail", "recover", "recover_part", "reverse",
    "write_off", "reverse_write_off", "withdraw_training", "budget", "move",
    "pay_twice", "recover_twice", "write_off_twice", "cancel_twice",
    "cancel_project", "reinstate_project", "pay_grant", "recover_grant", "budget_of_grant",
)  # fmt: skip


class Walk:
    """Some claims of one office, and steps that may be refused but never leave the books out of balance."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.random = office, random.Random(seed)
        self.claims: list[tuple[str, Taught]] = []
        self.trained: dict[str, int] = {}
        self.done = Counter[str]()
        self.project = ""

    async def open(self) -> None:
        classes = [Taught(people(2)) for _ in range(4)]
        await self.office.service.hear(*(fact for taught in classes for fact in taught.all_finished()))
        for number, taught in enumerate(classes):
            self.claims.append(((await self.office.draft(taught, f"c-{number}")).json()["id"], taught))
        # A project with a budget of its own, which can be cancelled because its targets were not met.
        taught = await funded.payee(self.office)
        self.project = await funded.approved(self.office, taught, budget_fen=GRANT_FEN + 1)
        await funded.enter(self.office, self.project, 0)
        assert (await funded.judge(self.office, self.project, "not_met")).is_success

    def day(self) -> date:
        """The day on which the bank pays."""
        return business_day(now())

    async def step(self) -> None:
        verb = self.random.choice(VERBS)
        claim_id, taught = self.random.choice(self.claims)
        answer = await getattr(self, verb)(claim_id, taught)
        assert answer is None or answer.status_code < 500, (verb, answer.text)
        if answer is None or answer.status_code < 300:
            self.done[verb] += 1
        await balanced(self.office)

    async def submit(self, claim_id: str, taught: Taught) -> Any:
        return await self.office.submit(claim_id, taught)

    async def approve(self, claim_id: str, _: Taught) -> Any:
        return await self.office.approve(claim_id)

    async def send_back(self, claim_id: str, _: Taught) -> Any:
        return await self._review(claim_id, "return")

    async def _review(self, claim_id: str, step: str) -> Any:
        return await self.office.post(f"/v1/claims/{claim_id}/{step}", {"reason": "核查"}, self.office.reviewer())

    async def reject(self, claim_id: str, _: Taught) -> Any:
        return await self._review(claim_id, "rejection") if self.random.random() < 0.2 else None

    async def pay(self, claim_id: str, _: Taught) -> Any:
        return await self.office.pay(claim_id, same_account=True)

    async def pay_by_batch(self, claim_id: str, _: Taught) -> None:
        """By a batch of its own, of which the bank pays all or nothing; or which is given up before."""
        claim = await banking.claim_of(self.office, claim_id)
        await open_account(self.office.service, claim_id)
        asked = {"claims": [claim_id], "same_accounts": True}
        drafted = await banking.draft(self.office, 1, max(1, claim["amount_fen"]), **asked)
        if drafted.status_code != 201:
            return
        verb = self.random.choice(("confirmation", "confirmation", "rejection"))
        decided = await banking.decide(self.office, drafted, verb)
        if verb == "confirmation" and decided.status_code == 200:
            answer = self.random.choice((banking.all_paid, banking.failing(1)))
            assert (await banking.returned(self.office, drafted.json()["id"], answer))["status"] == "done"

    async def fail(self, claim_id: str, _: Taught) -> Any:
        path = f"/v1/claims/{claim_id}/payment-failure"
        return await self.office.post(path, {"reason": "账户有误"}, self.office.finance("second"))

    async def _proposed(self, claim_id: str, step: str, confirmed_by: str, **content: Any) -> Any:
        content = (content or {"all_lines": True}) | {"reason": "核查"}
        proposed = await self.office.post(f"/v1/claims/{claim_id}/{step}", content, self.office.finance())
        answer = await self.office.confirm(proposed, self.office.finance(confirmed_by))
        if proposed.status_code == 201 and answer.status_code >= 300:
            path = f"/v1/proposals/{proposed.json()['id']}/rejection"
            await self.office.post(path, {"reason": "不再需要"}, self.office.finance())
        return answer

    async def recover(self, claim_id: str, _: Taught) -> Any:
        return await self._proposed(claim_id, "recovery", "second", lines=[self.random.choice((1, 2))], cause="audit")

    async def recover_part(self, claim_id: str, _: Taught) -> Any:
        part = {"line": self.random.choice((1, 2)), "amount_fen": self.random.randint(1, L4_FEN)}
        cause = self.random.choice(("fraud", "overpaid", "voluntary"))
        return await self._proposed(claim_id, "recovery", "second", amounts=[part], cause=cause)

    async def reverse(self, claim_id: str, _: Taught) -> Any:
        return await self._proposed(claim_id, "recovery-reversal", "third")

    async def write_off(self, claim_id: str, _: Taught) -> Any:
        return await self._proposed(claim_id, "write-off", "second", lines=[self.random.choice((1, 2))])

    async def reverse_write_off(self, claim_id: str, _: Taught) -> Any:
        return await self._proposed(claim_id, "write-off-reversal", "third")

    async def withdraw_training(self, _: str, taught: Taught) -> None:
        version = self.trained.get(str(taught.class_id), 1) + 1
        self.trained[str(taught.class_id)] = version
        fact = taught.withdrawn(0, version=version) if version % 2 == 0 else taught.finished(0, version=version)
        await self.office.service.hear(fact)

    async def budget(self, *_: object) -> Any:
        return await self.office.budget(self.random.randint(0, 8) * L4_FEN)

    async def pay_twice(self, claim_id: str, _: Taught) -> Any:
        """As the bank's statement shows it: what was transferred, or now and then another amount."""
        transferred = (await banking.claim_of(self.office, claim_id))["amount_fen"]
        amount = max(1, transferred - (self.random.random() < 0.2))
        reference = f"D-{self.random.randint(1, 5)}"
        content = {"amount_fen": amount, "reference": reference, "paid_on": self.day().isoformat()}
        proposed = await transfers.propose(self.office, claim_id, **content)
        answer = await self.office.confirm(proposed, self.office.finance("second"))
        if proposed.status_code == 201 and answer.status_code >= 300:
            path = f"/v1/proposals/{proposed.json()['id']}/rejection"
            await self.office.post(path, {"reason": "不再需要"}, self.office.finance())
        return answer

    async def settle_twice(self, step: str, **content: Any) -> Any:
        """A step about one of the double payments, by another person than the one who recorded it."""
        found = await transfers.listed(self.office)
        if not found:
            return None
        payment_id = self.random.choice(found)["id"]
        return await transfers.do(self.office, payment_id, step, by="third", **content)

    async def recover_twice(self, *_: object) -> Any:
        return await self.settle_twice("recovery", amount_fen=self.random.randint(1, 2 * L4_FEN))

    async def write_off_twice(self, *_: object) -> Any:
        return await self.settle_twice("write-off", amount_fen=self.random.randint(1, L4_FEN))

    async def cancel_twice(self, *_: object) -> Any:
        return await self.settle_twice("cancellation")

    async def cancel_project(self, *_: object) -> Any:
        return await funded.decide(self.office, self.project, "cancellation")

    async def reinstate_project(self, *_: object) -> Any:
        return await funded.decide(self.office, self.project, "reinstatement")

    async def pay_grant(self, *_: object) -> Any:
        [first, _rest] = await funded.claims_of(self.office, self.project)
        return first and await self.office.pay(first)

    async def recover_grant(self, *_: object) -> Any:
        [first, _rest] = await funded.claims_of(self.office, self.project)
        part = {"line": 1, "amount_fen": self.random.randint(1, FIRST_FEN)}
        cause = self.random.choice(("ground_lost", "audit"))
        return first and await self._proposed(first, "recovery", "second", amounts=[part], cause=cause)

    async def budget_of_grant(self, *_: object) -> Any:
        return await self.office.budget(self.random.choice((FIRST_FEN, GRANT_FEN, 2 * GRANT_FEN)), year=YEAR)

    async def move(self, *_: object) -> Any:
        content = {
            "region": "410100", "fund_source": "employment_fund", "year": STARTS_ON.year, "reason": "调剂",
            "amount_fen": self.random.randint(1, 2 * L4_FEN),
            "to": {"region": "410100", "fund_source": "other", "year": STARTS_ON.year},
        }  # fmt: skip
        proposed = await self.office.post("/v1/budget-moves", content, self.office.province())
        return await self.office.confirm(proposed, self.office.province("second"))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_books_balance_after_every_step(open_service: OpenService, seed: int) -> None:
    office = await Office.open(await open_service(SERVICE), budget_fen=6 * L4_FEN)
    assert (await office.budget(3 * L4_FEN, fund_source="other")).status_code == 200
    content = {
        "region": "410100", "fund_source": "employment_fund", "year": STARTS_ON.year, "reason": "分担",
        "shares": {"employment_fund": 6667, "other": 3333},
    }  # fmt: skip
    shared = await office.confirm(
        await office.post("/v1/fund-shares", content, office.province()), office.province("second")
    )
    assert shared.status_code == 200
    walk = Walk(office, seed)
    await walk.open()

    for _ in range(STEPS):
        await walk.step()

    print(seed, walk.done)  # noqa: T201 - which walk it was
    assert walk.done.total() > 5
