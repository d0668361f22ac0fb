"""Recoveries and budgets take two people, over HTTP on a real database."""

from __future__ import annotations

import asyncio

from shared.contracts.subsidy.claims import ClaimRecovered
from shared.kernel.callers import Role
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    people,
)
from tests.subsidy.office import Office


async def paid(office: Office, count: int = 2) -> str:
    taught = Taught(people(count))
    await office.service.hear(*taught.all_finished())
    return await office.paid(taught)


def confirmation(proposed: dict[str, str]) -> str:
    return f"/v1/proposals/{proposed['id']}/confirmation"


class TestRecovery:
    async def test_nothing_moves_until_a_second_person_who_did_not_pay_confirms(self, office: Office) -> None:
        claim_id = await paid(office)
        proposed = (await office.propose_recovery(claim_id, [1], office.reviewer("inspector"))).json()
        balance = await office.balance()

        refused = [
            await office.post(confirmation(proposed), None, headers)
            for headers in (office.finance("cashier"), office.finance("Cashier"), office.finance("inspector"))
        ]
        confirmed = await office.post(confirmation(proposed), None, office.finance("second"))

        assert balance["recovered"] == 0
        assert [answer.json()["code"] for answer in refused] == ["same-person", "same-person", "same-person"]
        assert (confirmed.json()["status"], confirmed.json()["decided_by"]) == ("confirmed", "second")
        assert (await office.balance())["recovered"] == L4_FEN
        claim = (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()
        last = claim["history"][-1]
        assert (last["verb"], last["done_by"], last["reason"]) == ("recover", "second", "出勤不实")
        assert isinstance((await office.service.told())[-1], ClaimRecovered)

    async def test_whoever_paid_may_propose_and_nobody_confirms_their_own(self, office: Office) -> None:
        claim_id = await paid(office)
        by_payer = await office.propose_recovery(claim_id, None, office.finance("cashier"))

        own = await office.post(confirmation(by_payer.json()), None, office.finance("cashier"))
        confirmed = await office.post(confirmation(by_payer.json()), None, office.province("second"))

        assert (by_payer.status_code, by_payer.json()["status"]) == (201, "proposed")
        assert (own.status_code, own.json()["code"]) == (403, "same-person")
        assert confirmed.status_code == 200
        assert (await office.balance())["recovered"] == 2 * L4_FEN

    async def test_a_repeat_is_the_same_proposal_and_another_waits_for_its_decision(self, office: Office) -> None:
        claim_id = await paid(office)

        first, again = await office.propose_recovery(claim_id, [1]), await office.propose_recovery(claim_id, [1])
        other = await office.propose_recovery(claim_id, [2])

        assert first.json()["id"] == again.json()["id"]
        assert (other.status_code, other.json()["code"]) == (409, "already-proposed")
        assert other.json()["proposal_id"] == first.json()["id"]

    async def test_it_is_rejected_with_a_reason_or_taken_back_and_stays_on_record(self, office: Office) -> None:
        claim_id = await paid(office)
        reason = {"reason": "核实后无误"}
        ids = []
        for person in ("second", "cashier"):
            proposed = (await office.propose_recovery(claim_id)).json()
            ids.append(proposed["id"])
            path = f"/v1/proposals/{proposed['id']}/rejection"
            rejected = await office.post(path, reason, office.finance(person))
            assert (rejected.json()["status"], rejected.json()["decision_reason"]) == ("rejected", reason["reason"])
            again = await office.post(confirmation(proposed), None, office.finance("third"))
            assert (again.status_code, again.json()["code"]) == (409, "illegal-move")

        listed = await office.get(f"/v1/proposals?subject=claims/{claim_id}&status=rejected", office.reviewer())

        assert [row["id"] for row in listed.json()["rows"]] == ids
        assert (await office.balance())["recovered"] == 0

    async def test_only_the_roles_and_the_region_of_the_claim_see_and_decide(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        by_institution = await office.propose_recovery(claim_id, None, office.institution(taught))
        elsewhere = await office.propose_recovery(claim_id, None, office.finance(region="410200"))
        proposed = (await office.propose_recovery(claim_id)).json()
        path = f"/v1/proposals/{proposed['id']}"

        assert [by_institution.json()["code"], elsewhere.json()["code"]] == ["wrong-role", "foreign-region"]
        neighbour = office.finance("second", region="410200")
        assert (await office.get(path, neighbour)).json()["code"] == "foreign-region"
        assert (await office.get("/v1/proposals", neighbour)).json()["rows"] == []
        assert (await office.post(confirmation(proposed), None, neighbour)).json()["code"] == "foreign-region"
        assert (await office.get(path, office.institution(taught))).json()["code"] == "wrong-role"
        assert (await office.get(path, office.reviewer(region="410102"))).json() == proposed
        assert (await office.post(confirmation(proposed), None, office.reviewer())).json()["code"] == "wrong-role"

    async def test_of_many_confirmations_at_once_one_counts(self, office: Office) -> None:
        claim_id = await paid(office)
        proposed = (await office.propose_recovery(claim_id)).json()

        answers = await asyncio.gather(
            *(office.post(confirmation(proposed), None, office.finance(f"second-{each}")) for each in range(5))
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
        assert (await office.balance())["recovered"] == 2 * L4_FEN


class TestBudget:
    async def test_a_total_holds_once_a_second_person_of_the_province_confirms_it(self, office: Office) -> None:
        before = (await office.balance())["total"]
        proposed = (await office.propose_budget(before + 100)).json()
        unchanged = (await office.balance())["total"]

        refused = {
            "same-person": office.province(),
            "wrong-role": office.finance("second", region="410000"),
            "foreign-region": office.service.tokens.of(Role.PROVINCE, person="second", region="410100"),
        }
        for code, headers in refused.items():
            answer = await office.post(confirmation(proposed), None, headers)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        confirmed = await office.post(confirmation(proposed), None, office.province("second"))

        assert unchanged == before
        assert confirmed.status_code == 200
        assert (await office.balance())["total"] == before + 100

    async def test_what_was_committed_since_the_proposal_is_respected(self, office: Office) -> None:
        proposed = (await office.propose_budget(L4_FEN)).json()
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        await office.approve(await office.submitted(taught))

        answer = await office.post(confirmation(proposed), None, office.province("second"))

        assert (answer.status_code, answer.json()["code"]) == (409, "budget-below-committed")
        still_open = (await office.get(f"/v1/proposals/{proposed['id']}", office.finance())).json()
        assert still_open["status"] == "proposed"
