"""The ledger over HTTP: one yuan from its allocation to its recovery, and what the database holds by itself."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.subsidy.worker import SERVICE
from shared.contracts.dimensions import FundSource
from tests.conftest import OpenService
from tests.subsidy.builders import (
    L4_FEN,
    STARTS_ON,
    Taught,
    people,
)
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office


class TestFollow:
    async def test_an_auditor_follows_one_yuan_from_its_allocation_to_its_recovery(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        assert (await office.recover(claim_id, [2])).status_code == 200

        of_claim = await ledger(office, claim_id=claim_id)
        of_line = await ledger(office, claim_id=claim_id, line=2)
        [allocated] = await ledger(office, budget_id=of_line[0]["budget_id"], verb="allocate")

        assert [(each["verb"], each["credit"], each["debit"], each["amount_fen"]) for each in of_line] == [
            ("approve", "free", "committed", L4_FEN),
            ("pay", "committed", "paid", L4_FEN),
            ("recover", "paid", "free", L4_FEN),
        ]
        assert [(each["verb"], each["line"]) for each in of_claim if each["line"] is None] == [
            ("reserve", None), ("clear", None),
        ]  # fmt: skip
        assert (allocated["credit"], allocated["debit"], allocated["reason"]) == ("allocated", "free", "年度预算")
        assert (of_line[2]["done_by"], of_line[2]["reason"]) == ("second", "出勤不实")
        await balanced(office)

    async def test_what_is_submitted_is_reserved_until_it_is_decided_and_binds_nothing(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        reserved = (await office.get("/v1/budgets", office.finance())).json()["rows"][0]
        await office.post(f"/v1/claims/{claim_id}/return", {"reason": "缺件"}, office.reviewer())
        returned = (await office.get("/v1/budgets", office.finance())).json()["rows"][0]

        assert (reserved["reserved_fen"], reserved["free_fen"]) == (L4_FEN, 10**10)
        assert returned["reserved_fen"] == 0
        await balanced(office)

    async def test_postings_come_in_pages_by_time(self, office: Office) -> None:
        taught = Taught(people(3))
        await office.service.hear(*taught.all_finished())
        await office.paid(taught)

        whole = await ledger(office)
        paged, cursor = [], ""
        while True:
            page = (await office.get(f"/v1/ledger?size=2{cursor}", office.finance())).json()
            paged += page["rows"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"

        assert paged == whole
        assert await ledger(office, since=whole[-1]["done_at"]) == whole[-3:]
        assert await ledger(office, until=whole[0]["done_at"]) == []


class TestHeldByTheDatabase:
    @pytest.mark.parametrize(
        "repair",
        [
            "UPDATE ledger_posting SET amount_fen = 1",
            "DELETE FROM ledger_posting",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry, ledger_posting",
            "DELETE FROM budget",
        ],
    )
    async def test_books_are_not_rewritten(self, office: Office, repair: str) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        await office.paid(taught)

        with pytest.raises(DBAPIError):
            async with office.service.engine.begin() as connection:
                await connection.execute(text(repair))

        await balanced(office)

    async def test_what_a_step_forgot_to_book_is_not_booked_by_the_database_and_is_seen(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        assert (await office.approve(claim_id)).status_code == 200
        booked = await ledger(office)

        forgetful = "UPDATE claim SET status = 'paid', paid_on = approved_on, paid_by = 'payer' WHERE id = :id"
        async with office.service.engine.begin() as connection:
            await connection.execute(text(forgetful), {"id": claim_id})

        assert await ledger(office) == booked
        with pytest.raises(AssertionError):
            await balanced(office)

    async def test_two_hundred_approvals_against_the_last_yuan_end_with_exactly_the_budget(
        self, open_service: OpenService
    ) -> None:
        office = await Office.open(await open_service(SERVICE), budget_fen=3 * L4_FEN + L4_FEN - 1)
        classes = [Taught(people(1)) for _ in range(200)]
        await office.service.hear(*(fact for taught in classes for fact in taught.all_finished()))
        claims = [await office.submitted(taught) for taught in classes]

        waiting, codes = claims, Counter[int]()
        while waiting:
            answers = await asyncio.gather(*(office.approve(claim_id) for claim_id in waiting))
            codes.update(each.status_code for each in answers if each.status_code != 503)
            # Too many at once for this machine: asked again, as `Retry-After` says.
            waiting = [claim for claim, each in zip(waiting, answers, strict=True) if each.status_code == 503]

        assert codes == {200: 3, 409: 197}
        assert (await office.balance())["free"] == L4_FEN - 1
        await balanced(office)


class TestMove:
    async def test_money_moves_between_budgets_by_two_persons_and_both_are_told(self, office: Office) -> None:
        content = {
            "region": "410100", "fund_source": "employment_fund", "year": STARTS_ON.year, "amount_fen": 600,
            "to": {"region": "410200", "fund_source": "other", "year": STARTS_ON.year}, "reason": "调剂",
        }  # fmt: skip

        proposed = await office.post("/v1/budget-moves", content, office.province())
        alone = await office.confirm(proposed, office.province())
        moved = await office.confirm(proposed, office.province("second"))

        assert (alone.json()["code"], moved.status_code) == ("same-person", 200)
        rows = (await office.get("/v1/budgets", office.province())).json()["rows"]
        assert [(each["region"], each["total_fen"]) for each in rows] == [("410100", 10**10 - 600), ("410200", 600)]
        told = [fact for fact in await office.service.told() if "budget" in fact.type]
        assert [(fact.type, fact.version, fact.total_fen) for fact in told] == [  # type: ignore[attr-defined]
            ("subsidy.budget-set.v1", 1, 10**10),
            ("subsidy.budget-moved.v1", 2, 10**10 - 600),
            ("subsidy.budget-moved.v1", 1, 600),
        ]
        await balanced(office)

    async def test_no_more_moves_than_is_free(self, office: Office) -> None:
        content = {
            "region": "410100", "fund_source": "employment_fund", "year": STARTS_ON.year, "amount_fen": 10**10 + 1,
            "to": {"region": "410200", "fund_source": "other", "year": STARTS_ON.year}, "reason": "调剂",
        }  # fmt: skip

        answer = await office.post("/v1/budget-moves", content, office.province())

        assert (answer.json()["code"], answer.json()["free"]) == ("budget-move-too-large", 10**10)


class TestShares:
    async def test_fund_sources_pay_together_to_the_fen_and_get_back_what_each_paid(self, office: Office) -> None:
        assert (await office.budget(10**9, fund_source="other")).status_code == 200
        assert (await office.share({"employment_fund": 3333, "other": 6667})).status_code == 200
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        assert (await office.share({"employment_fund": 10_000})).status_code == 200
        assert (await office.recover(claim_id, [1])).status_code == 200

        rows = {
            each["fund_source"]: each for each in (await office.get("/v1/budgets", office.finance())).json()["rows"]
        }

        parts = {"employment_fund": 66_660, "other": 133_340}
        assert {source: row["paid_fen"] for source, row in rows.items()} == {k: 2 * v for k, v in parts.items()}
        assert {source: row["recovered_fen"] for source, row in rows.items()} == parts
        await balanced(office)

    async def test_a_source_without_a_budget_pays_nothing(self, office: Office) -> None:
        assert (await office.share({"employment_fund": 5000, str(FundSource.OTHER): 5000})).status_code == 200
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        assert (await office.approve(claim_id)).json()["code"] == "over-budget"

    async def test_shares_make_up_the_whole(self, office: Office) -> None:
        answer = await office.share({"employment_fund": 5000, "other": 4999})

        assert (answer.status_code, answer.json()["code"]) == (422, "fund-shares-incomplete")
