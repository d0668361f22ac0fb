"""The service as its users meet it: with facts heard, policy loaded and a budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import httpx

from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy import usecases as policy
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import loaded
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from shared.kernel.periods import Period, business_day
from tests.subsidy.builders import NOW, PLAN, REPORTING, STARTS_ON, Taught, regions
from tests.subsidy.payees.accounts import open_account
from tests.support.clock import now
from tests.support.services import ServiceUnderTest


def short_ladder() -> list[FigureRow]:
    """Rows of the cities, by which one review approves a claim."""
    figures = {"review.second": "no", "publicity.working_days": "0"}
    return [
        FigureRow(
            id=str(new_id()),
            key=key,
            value=value,
            region=region,
            validity=Period(date(2020, 1, 1)),
            status="sourced",
            source="文件",
            provenance=loaded(by="load-policy", at=NOW, sequence=1),
        )
        for region in set(REPORTING.values())
        for key, value in figures.items()
    ]


@dataclass(frozen=True)
class Office:
    """The service as its users meet it."""

    service: ServiceUnderTest

    @classmethod
    async def open(
        cls, service: ServiceUnderTest, *, budget_fen: int | None = 10**10, whole_ladder: bool = False
    ) -> Office:
        """With regions heard, policy loaded and, unless None, a budget for Zhengzhou's employment fund.

        Claims are approved by one review, without publicity: the cities' own rows say so, unless `whole_ladder`.
        """
        async with service.engine.begin() as connection:
            await policy.load(connection, PLAN, at=NOW)
            if not whole_ladder:
                await LIMIT_ROW.add_rows(connection, short_ladder())
        await service.hear(*regions())
        office = cls(service)
        if budget_fen is not None:
            assert (await office.budget(budget_fen)).status_code == 200
        return office

    def institution(self, taught: Taught, person: str = "clerk") -> dict[str, str]:
        return self.service.tokens.of(Role.INSTITUTION, person=person, organisation=taught.institution_id)

    def reviewer(self, person: str = "reviewer", region: str = "410100") -> dict[str, str]:
        return self.service.tokens.of(Role.REVIEWER, person=person, region=region)

    def finance(self, person: str = "cashier", region: str = "410100") -> dict[str, str]:
        return self.service.tokens.of(Role.FINANCE, person=person, region=region)

    async def post(self, path: str, content: object, headers: dict[str, str]) -> httpx.Response:
        return await self.service.http.post(path, json=content, headers=headers)

    def province(self, person: str = "someone") -> dict[str, str]:
        return self.service.tokens.of(Role.PROVINCE, person=person, region="410000")

    async def get(self, path: str, headers: dict[str, str]) -> httpx.Response:
        return await self.service.http.get(path, headers=headers)

    async def confirm(self, proposed: httpx.Response, headers: dict[str, str]) -> httpx.Response:
        """The answer to the confirmation of what was proposed, or the refusal to propose it."""
        if proposed.status_code != 201:
            return proposed
        return await self.post(f"/v1/proposals/{proposed.json()['id']}/confirmation", None, headers)

    async def propose_budget(self, amount: int, region: str = "410100", **changes: object) -> httpx.Response:
        content = {
            "region": region, "fund_source": "employment_fund", "year": STARTS_ON.year, "amount_fen": amount,
            "reason": "年度预算",
        } | changes  # fmt: skip
        return await self.post("/v1/budgets", content, self.province())

    async def budget(self, amount: int, region: str = "410100", **changes: object) -> httpx.Response:
        """Proposed by one person of the province and confirmed by another."""
        return await self.confirm(await self.propose_budget(amount, region, **changes), self.province("second"))

    async def share(self, shares: dict[str, int]) -> httpx.Response:
        """What each fund source pays of a claim on Zhengzhou's employment fund, in ten thousandths: by two persons."""
        content = {
            "region": "410100", "fund_source": "employment_fund", "year": STARTS_ON.year, "reason": "分担",
            "shares": shares,
        }  # fmt: skip
        proposed = await self.post("/v1/fund-shares", content, self.province())
        return await self.confirm(proposed, self.province("second"))

    async def balance(self) -> dict[str, int]:
        """The only budget's amounts."""
        answer = await self.service.http.get("/v1/budgets", headers=self.finance())
        [row] = answer.json()["rows"]
        return {name: row[f"{name}_fen"] for name in ("total", "committed", "paid", "recovered", "free")}

    async def draft(self, taught: Taught, local_id: str = "c-1") -> httpx.Response:
        content = {"class_id": str(taught.class_id), "local_id": local_id}
        return await self.post("/v1/claims", content, self.institution(taught))

    async def submit(self, claim_id: str, taught: Taught, person: str = "clerk") -> httpx.Response:
        return await self.post(f"/v1/claims/{claim_id}/submission", None, self.institution(taught, person))

    async def approve(self, claim_id: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.post(f"/v1/claims/{claim_id}/approval", None, headers or self.reviewer())

    async def pay(
        self, claim_id: str, headers: dict[str, str] | None = None, on: date | None = None, **changes: object
    ) -> httpx.Response:
        """To the institution's account, which it gets first if it has none; by default on the day of the request."""
        await open_account(self.service, claim_id)
        day = on or business_day(now())
        content = {"paid_on": day.isoformat(), "reference": "T-1"} | changes
        return await self.post(f"/v1/claims/{claim_id}/payment", content, headers or self.finance())

    async def propose_recovery(
        self, claim_id: str, lines: object = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        which: dict[str, object] = {"all_lines": True} if lines is None else {"lines": lines}
        content = which | {"reason": "出勤不实"}
        return await self.post(f"/v1/claims/{claim_id}/recovery", content, headers or self.finance())

    async def recover(self, claim_id: str, lines: object = None) -> httpx.Response:
        """Proposed by the cashier and confirmed by a second person; the claim, or the refusal of either."""
        confirmed = await self.confirm(await self.propose_recovery(claim_id, lines), self.finance("second"))
        if confirmed.status_code != 200:
            return confirmed
        return await self.get(f"/v1/claims/{claim_id}", self.finance())

    async def submitted(self, taught: Taught, local_id: str = "c-1") -> str:
        """A claim for a class that was heard of already, handed in; its id."""
        drafted = await self.draft(taught, local_id)
        assert drafted.status_code == 201, drafted.text
        claim_id: str = drafted.json()["id"]
        assert (await self.submit(claim_id, taught)).status_code == 200
        return claim_id

    async def paid(self, taught: Taught) -> str:
        """A claim that went all the way; its id."""
        claim_id = await self.submitted(taught)
        assert (await self.approve(claim_id)).status_code == 200
        assert (await self.pay(claim_id)).status_code == 200
        return claim_id
