"""The money verbs of claims, walked at random over HTTP: the books balance after every step."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any

import httpx
import pytest

from services.subsidy.recoveries.rules import RecoveryCause
from services.subsidy.worker import SERVICE
from shared.kernel.ids import new_id
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
from tests.subsidy.offsets import kept
from tests.subsidy.payees.accounts import open_account
from tests.subsidy.projects import funded
from tests.subsidy.projects.funded import FIRST_FEN, GRANT_FEN, YEAR
from tests.support.clock import now
from tests.support.services import ServiceUnderTest

STEPS = 80
VERBS = (
    "submit", "rebuild", "approve", "send_back", "reject", "pay", "pay_by_batch", "fail", "recover", "recover_part",
    "reverse", "write_off", "reverse_write_off", "withdraw_training", "budget", "move",
    "keep", "keep_twice", "pay_twice", "recover_twice", "write_off_twice", "cancel_twice",
    "reverse_twice", "reverse_write_off_twice",
    "cancel_project", "reinstate_project", "pay_grant", "recover_grant", "budget_of_grant",
)  # fmt: skip
WAITS = {"approved", "payment_failed"}
FITS = {
    "submit": {"draft"}, "rebuild": {"returned"}, "approve": {"submitted"}, "send_back": {"submitted", *WAITS},
    "reject": {"submitted"}, "pay": WAITS, "pay_by_batch": WAITS, "keep_twice": WAITS, "fail": {"paid"},
    "recover": {"paid"}, "recover_part": {"paid"}, "keep": {"paid"}, "write_off": {"paid"}, "pay_twice": {"paid"},
    "reverse": {"paid", "recovered", "written_off"}, "reverse_write_off": {"paid", "written_off"},
    "withdraw_training": {"submitted", "paid", *WAITS},
}  # fmt: skip
"""The states of a claim in which a verb may do something; most steps are about a claim in one of them."""
OF_ALL = (*VERBS, *FITS, *FITS, *FITS)
OF_OFFSETS = (
    *("keep",) * 8, *("keep_twice",) * 3, *("approve",) * 4, *("submit",) * 2, *("rebuild",) * 2, *("send_back",) * 2,
    "pay_twice", "reverse_twice", "reverse", "withdraw_training", "pay", "fail", "pay_by_batch",
)  # fmt: skip
"""What a walk does next is drawn from these."""
DONE = httpx.Response(200)


class Walk:
    """Some claims of one office, and steps that may be refused but never leave the books out of balance."""

    def __init__(self, office: Office, seed: int, verbs: tuple[str, ...]) -> None:
        self.office, self.random, self.verbs = office, random.Random(seed), verbs
        self.claims: list[tuple[str, Taught]] = []
        self.trained: dict[str, int] = {}
        self.done = Counter[str]()
        self.project = ""

    async def open(self) -> None:
        payee, other = new_id(), new_id()
        classes = [Taught(people(2), institution_id=each) for each in (payee, payee, payee, other)]
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

    async def draw(self) -> tuple[str, str, Taught]:
        """A verb and a claim that fit each other, but for a few that do not."""
        rows = await self.office.service.rows("SELECT id, status FROM claim")
        states = {str(claim_id): status for claim_id, status in rows}
        while True:
            verb = self.random.choice(self.verbs)
            claim_id, taught = self.random.choice(self.claims)
            if verb not in FITS or states[claim_id] in FITS[verb] or self.random.random() < 0.02:
                return verb, claim_id, taught

    async def step(self) -> None:
        answer = None
        while answer is None:
            verb, claim_id, taught = await self.draw()
            answer = await getattr(self, verb)(claim_id, taught)
        assert answer.status_code < 500, (verb, answer.text)
        if answer.status_code < 300:
            self.done[verb] += 1
        await balanced(self.office)
        # The worker, which comes sooner or later.
        if self.random.random() < 0.3 and await kept.lapse(self.office):
            self.done["lapse"] += 1
            await balanced(self.office)

    async def submit(self, claim_id: str, taught: Taught) -> Any:
        return await self.office.submit(claim_id, taught)

    async def approve(self, claim_id: str, _: Taught) -> Any:
        return await self.office.approve(claim_id)

    async def send_back(self, claim_id: str, _: Taught) -> Any:
        return await self._review(claim_id, "return")

    async def rebuild(self, claim_id: str, taught: Taught) -> Any:
        return await self.office.post(f"/v1/claims/{claim_id}/rebuild", None, self.office.institution(taught))

    async def _review(self, claim_id: str, step: str) -> Any:
        return await self.office.post(f"/v1/claims/{claim_id}/{step}", {"reason": "核查"}, self.office.reviewer())

    async def reject(self, claim_id: str, _: Taught) -> Any:
        return await self._review(claim_id, "rejection") if self.random.random() < 0.2 else None

    async def pay(self, claim_id: str, _: Taught) -> Any:
        return await self.office.pay(claim_id, same_account=True)

    async def pay_by_batch(self, claim_id: str, _: Taught) -> Any:
        """By a batch of its own, of which the bank pays all or nothing; or which is given up before."""
        claim = await banking.claim_of(self.office, claim_id)
        await open_account(self.office.service, claim_id)
        asked = {"claims": [claim_id], "same_accounts": True}
        drafted = await banking.draft(self.office, 1, max(1, claim["amount_fen"]), **asked)
        if drafted.status_code != 201:
            return drafted
        verb = self.random.choice(("confirmation", "confirmation", "rejection"))
        decided = await banking.decide(self.office, drafted, verb)
        if verb == "confirmation" and decided.status_code == 200:
            answer = self.random.choice((banking.all_paid, banking.failing(1)))
            assert (await banking.returned(self.office, drafted.json()["id"], answer))["status"] == "done"
        return decided

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

    async def keep(self, claim_id: str, _: Taught) -> Any:
        """What the claim owes, from the payment of another one; of another payee now and then."""
        part = {"line": self.random.choice((1, 2)), "amount_fen": self.random.randint(1, L4_FEN)}
        rows = await self.office.service.rows("SELECT id FROM claim WHERE status IN ('approved', 'payment_failed')")
        others = sorted(str(each) for (each,) in rows) or [each for each, _ in self.claims]
        against = self.random.choice(others)
        return await self._proposed(
            claim_id,
            "recovery",
            "second",
            amounts=[part],
            cause=self.random.choice(list(RecoveryCause)),
            against=against,
        )

    async def reverse(self, claim_id: str, _: Taught) -> Any:
        return await self._proposed(claim_id, "recovery-reversal", "third")

    async def write_off(self, claim_id: str, _: Taught) -> Any:
        return await self._proposed(claim_id, "write-off", "second", lines=[self.random.choice((1, 2))])

    async def reverse_write_off(self, claim_id: str, _: Taught) -> Any:
        return await self._proposed(claim_id, "write-off-reversal", "third")

    async def withdraw_training(self, _: str, taught: Taught) -> Any:
        version = self.trained.get(str(taught.class_id), 1) + 1
        self.trained[str(taught.class_id)] = version
        fact = taught.withdrawn(0, version=version) if version % 2 == 0 else taught.finished(0, version=version)
        await self.office.service.hear(fact)
        return DONE

    async def budget(self, *_: object) -> Any:
        return await self.office.budget(self.random.randint(4, 12) * L4_FEN)

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

    async def keep_twice(self, claim_id: str, _: Taught) -> Any:
        amount = self.random.randint(1, L4_FEN)
        return await self.settle_twice("recovery", amount_fen=amount, against=claim_id)

    async def reverse_twice(self, *_: object) -> Any:
        """Of any double payment, the first recovery that stands, or a wrong id."""
        for payment in await transfers.listed(self.office):
            found = await transfers.of(self.office, payment["id"])
            for recovery in found["recoveries"]:
                if recovery["reversed_on"] is None or self.random.random() < 0.1:
                    asked = {"recovery_id": recovery["id"], "by": "fourth"}
                    return await transfers.do(self.office, payment["id"], "recovery-reversal", **asked)
        return None

    async def reverse_write_off_twice(self, *_: object) -> Any:
        return await self.settle_twice("write-off-reversal")

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


async def opened(service: ServiceUnderTest, seed: int, verbs: tuple[str, ...], *, budget: int) -> Walk:
    """A walk whose payments are shared by two funds."""
    office = await Office.open(service, budget_fen=budget)
    assert (await office.budget(budget // 2, fund_source="other")).status_code == 200
    assert (await office.share({"employment_fund": 6667, "other": 3333})).status_code == 200
    walk = Walk(office, seed, verbs)
    await walk.open()
    return walk


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_books_balance_after_every_step(open_service: OpenService, seed: int) -> None:
    walk = await opened(await open_service(SERVICE), seed, OF_ALL, budget=6 * L4_FEN)

    for _ in range(STEPS):
        await walk.step()

    print(seed, walk.done)  # noqa: T201 - which walk it was
    assert walk.done.total() > STEPS / 4
    assert {"submit", "approve", "pay"} <= walk.done.keys()


@pytest.mark.parametrize("seed", [0, 2])
async def test_what_is_kept_from_payments_balances_while_claims_come_to_less(
    open_service: OpenService, seed: int
) -> None:
    walk = await opened(await open_service(SERVICE), seed, OF_OFFSETS, budget=20 * L4_FEN)
    for number, (claim_id, taught) in enumerate(walk.claims[:4]):
        assert (await walk.submit(claim_id, taught)).is_success
        assert (await walk.approve(claim_id, taught)).is_success
        assert number or (await walk.pay(claim_id, taught)).is_success

    for _ in range(STEPS):
        await walk.step()

    print(seed, walk.done)  # noqa: T201 - which walk it was
    assert {"keep", "keep_twice"} & walk.done.keys()
