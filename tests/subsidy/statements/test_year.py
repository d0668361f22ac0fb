"""A generated year of claims: at its end ledger, statements and metrics are the same to the fen."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from services.metrics.worker import SERVICE as METRICS
from services.subsidy.books.store import BOOK
from services.subsidy.ledger.rules import PATHS, Flow, PostingVerb
from services.subsidy.worker import SERVICE
from shared.contracts.subsidy.double_payments import DoublePaymentState, DoublePaymentStatus
from shared.kernel.periods import BUSINESS_ZONE
from tests.conftest import OpenService
from tests.subsidy.builders import NOW, STARTS_ON, TODAY, Taught, people
from tests.subsidy.ledger.test_walk import OF_ALL, Walk
from tests.subsidy.office import Office
from tests.subsidy.statements.test_statements_frozen import freeze, statements
from tests.support.books import compared

MONTHS: Final = 12
CLASSES: Final = 3
"""That are completed each month, besides those of the beginning."""
STEPS: Final = 18
FLOWS: Final = {Flow.APPROVED: "approved_fen", Flow.PAID: "paid_fen", Flow.RECOVERED: "recovered_fen"}


class Year(Walk):
    """A walk that goes on for months: in each, classes are completed and their claims go some of the way by themselves.
    Money is paid on the day of the clock.
    """

    def __init__(self, office: Office, seed: int) -> None:
        super().__init__(office, seed, OF_ALL)
        self.today = TODAY
        self.twice: dict[UUID, DoublePaymentState] = {}

    async def go_on(self, months: int) -> None:
        """So many months after the beginning more classes are completed."""
        ahead = timedelta(days=31 * months)
        self.today = TODAY + ahead
        self.office.service.clock.offset = datetime.combine(self.today, time(12), BUSINESS_ZONE) - NOW
        for number in range(CLASSES):
            taught = Taught(people(2), starts_on=STARTS_ON + ahead)
            await self.office.service.hear(*taught.all_finished())
            drafted = await self.office.draft(taught, f"c-{months}-{number}")
            assert drafted.status_code == 201, drafted.text
            claim_id = drafted.json()["id"]
            self.claims.append((claim_id, taught))
            for verb in ("submit", "approve", "pay", "pay_twice", "recover_part")[: self.random.randrange(6)]:
                await getattr(self, verb)(claim_id, taught)
        await self._listen()

    def day(self) -> date:
        return self.today

    async def step(self) -> None:
        await super().step()
        await self._listen()

    async def _listen(self) -> None:
        """Keep the latest fact of each double payment, before it is relayed."""
        told = [fact for fact in await self.office.service.told() if isinstance(fact, DoublePaymentState)]
        self.twice.update((fact.double_payment_id, fact) for fact in told)

    def told_twice(self) -> tuple[int, int, int]:
        """What was paid twice, came back of that, and was given up, as facts tell it."""
        stand = [fact for fact in self.twice.values() if fact.status is not DoublePaymentStatus.CANCELLED]
        paid, recovered = sum(fact.amount_fen for fact in stand), sum(fact.recovered_fen for fact in stand)
        return paid, recovered, sum(fact.written_off_fen for fact in stand)

    async def pay(self, claim_id: str, _: Taught) -> Any:
        return await self.office.pay(claim_id, on=self.today, same_account=True)

    async def pay_by_batch(self, claim_id: str, taught: Taught) -> Any:
        """By itself: the worker that reads the bank's files has the clock of the machine."""
        return await self.pay(claim_id, taught)


async def booked(office: Office) -> Counter[str]:
    """What was posted in the ledger by verb, from all of its pages."""
    found, cursor = Counter[str](), ""
    while True:
        page = (await office.get(f"/v1/ledger?size=500{cursor}", office.finance())).json()
        for row in page["rows"]:
            found[row["verb"]] += row["amount_fen"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def flows(sums: Counter[str]) -> dict[str, int]:
    """What was approved, paid and recovered, less what was taken back."""
    kept = Counter(sums)
    kept[PostingVerb.RECOVER] += kept.pop(PostingVerb.OFFSET, 0)
    return {name: kept[PATHS[flow].forward] - kept[PATHS[flow].back] for flow, name in FLOWS.items()}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1])
async def test_ledger_statements_and_metrics_are_the_same_to_the_fen(open_service: OpenService, seed: int) -> None:
    office, metrics = await Office.open(await open_service(SERVICE)), await open_service(METRICS)
    assert (await office.budget(10**9, year=STARTS_ON.year + 1)).status_code == 200
    year = Year(office, seed)
    await year.open()
    months = 0
    for month in range(MONTHS):
        await year.go_on(month)
        for _ in range(STEPS):
            await year.step()
        frozen = await freeze(office, month=str(year.today - timedelta(days=31)))
        months += frozen.json()["statements"] > 0
    office.service.clock.offset += timedelta(days=31)
    await freeze(office, month=str(year.today))

    of_books = await compared(metrics, (office.service, BOOK))
    totals = (await metrics.http.get("/v1/totals", params={"by": ""})).json()["total"]
    of_ledger, of_statements = await booked(office), Counter[str]()
    for each in await statements(office, query="&kind=fund"):
        of_statements.update(each["sums"])

    print(seed, year.done, of_ledger)  # noqa: T201 - which year it was
    assert of_statements == of_ledger
    assert {name: totals[name] for name in FLOWS.values()} == flows(of_ledger)
    assert min(flows(of_ledger).values()) > 0
    assert year.told_twice() == (
        of_ledger[PostingVerb.PAY_TWICE] - of_ledger[PostingVerb.CANCEL_TWICE],
        of_ledger[PostingVerb.RECOVER_TWICE]
        + of_ledger[PostingVerb.OFFSET_TWICE]
        - of_ledger[PostingVerb.REVERSE_RECOVERY_TWICE],
        of_ledger[PostingVerb.WRITE_OFF_TWICE] - of_ledger[PostingVerb.REVERSE_WRITE_OFF_TWICE],
    )
    assert of_ledger[PostingVerb.PAY_TWICE] > 0, "the bank pays some claims twice in a year"
    assert (of_books["light"], set(of_books["differences"].values())) == ("green", {0})
    assert months > MONTHS / 2, "what was booked is in the statements of many months"
