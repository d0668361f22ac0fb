"""Accounts of payees, over HTTP on a real database."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.subsidy.builders import Taught, people
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import account_of

NUMBER = "16050101040012345"
PATH = "/v1/payee-accounts"


async def heard(office: Office, name: str = "甲校", **where: Any) -> Taught:
    taught = Taught(people(1), **where)
    await office.service.hear(taught.institution(name), taught.started())
    return taught


async def enter(
    office: Office, taught: Taught, headers: dict[str, str] | None = None, **changes: Any
) -> httpx.Response:
    return await office.post(PATH, account_of(taught, **changes), headers or office.institution(taught))


async def confirm(office: Office, entered: httpx.Response, headers: dict[str, str] | None = None) -> httpx.Response:
    path = f"/v1/proposals/{entered.json()['proposal_id']}/confirmation"
    return await office.post(path, None, headers or office.finance())


async def listed(office: Office, taught: Taught) -> list[tuple[str, str]]:
    """The ending and status of each of the institution's accounts, in the order of their entry."""
    answer = await office.get(PATH, office.institution(taught))
    return [(row["ending"], row["status"]) for row in answer.json()["rows"]]


class TestEntry:
    async def test_an_account_is_current_once_a_second_person_confirms_it(self, office: Office) -> None:
        taught = await heard(office)

        entered = await enter(office, taught)
        waiting = await listed(office, taught)
        seen = (await office.get(f"/v1/proposals/{entered.json()['proposal_id']}", office.finance())).json()
        own = await confirm(office, entered, office.finance("Clerk"))
        confirmed = await confirm(office, entered)

        assert (entered.status_code, waiting) == (201, [("2345", "entered")])
        assert (seen["kind"], seen["content"]["holder"], seen["content"]["ending"]) == ("payee_account", "甲校", "2345")
        assert (own.status_code, own.json()["code"]) == (403, "same-person")
        assert confirmed.status_code == 200, confirmed.text
        account = (await office.get(f"{PATH}/{entered.json()['id']}", office.finance())).json()
        assert (account["status"], account["entered_by"], account["decided_by"]) == ("current", "clerk", "cashier")

    async def test_the_number_is_in_no_answer_no_fact_and_nowhere_in_clear(self, office: Office) -> None:
        taught = await heard(office)
        told = await office.service.told()
        entered = await enter(office, taught)
        confirmed = await confirm(office, entered)
        lists = [
            await office.get(path, office.finance()) for path in (PATH, "/v1/proposals", "/v1/shared-payee-accounts")
        ]

        [row] = await office.service.rows("SELECT sealed, payee_account::text AS whole FROM payee_account")
        [kept] = await office.service.rows("SELECT string_agg(p::text, '') AS whole FROM proposal AS p")

        for answer in (entered, confirmed, *lists):
            assert NUMBER[:-4] not in "".join(answer.text.split())
        assert NUMBER.encode() not in row.sealed
        assert NUMBER not in row.whole
        assert NUMBER not in kept.whole
        assert await office.service.told() == told

    async def test_a_repeat_is_the_same_account_and_another_one_waits_for_the_decision(self, office: Office) -> None:
        taught = await heard(office)

        first, again = await enter(office, taught), await enter(office, taught, number=NUMBER)
        other = await enter(office, taught, number="99990101040012345")

        assert first.json()["id"] == again.json()["id"]
        assert (other.status_code, other.json()["code"]) == (409, "already-proposed")
        assert other.json()["proposal_id"] == first.json()["proposal_id"]

    async def test_of_many_entries_at_once_one_waits(self, office: Office) -> None:
        taught = await heard(office)

        answers = await asyncio.gather(*(enter(office, taught, number=f"1605010104001000{each}") for each in range(5)))

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
        assert len(await listed(office, taught)) == 1

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"number": "1605-0101-ABCD"}, 422, "wrong-account-number"),
            ({"holder": "乙校"}, 422, "account-holder-differs"),
            ({"institution_id": str(uuid4())}, 409, "not-yet-heard"),
        ],
    )
    async def test_what_cannot_be_paid_to_is_refused(
        self, office: Office, changes: dict[str, str], status: int, code: str
    ) -> None:
        taught = await heard(office)

        answer = await enter(office, taught, office.finance("second"), **changes)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert changes.get("number", "16 0501") not in answer.text
        assert await listed(office, taught) == []

    async def test_only_the_institution_and_finance_of_its_region_enter_and_see_it(self, office: Office) -> None:
        taught, neighbour = await heard(office), await heard(office, "乙校", region="410200")
        entered = await enter(office, taught, office.finance("second", region="410102"))
        path = f"{PATH}/{entered.json()['id']}"

        assert entered.status_code == 201
        by_neighbour = await enter(office, taught, office.institution(neighbour))
        from_elsewhere = await enter(office, taught, office.finance(region="410200"))
        assert [by_neighbour.json()["code"], from_elsewhere.json()["code"]] == [
            "foreign-organisation",
            "foreign-region",
        ]
        assert (await office.get(path, office.institution(neighbour))).json()["code"] == "foreign-organisation"
        assert (await office.get(path, office.finance(region="410200"))).json()["code"] == "foreign-region"
        assert (await office.get(path, office.reviewer())).json()["code"] == "wrong-role"
        elsewhere = await confirm(office, entered, office.finance("third", region="410200"))
        assert elsewhere.json()["code"] == "foreign-region"
        assert (await confirm(office, entered, office.province("third"))).status_code == 200


class TestChange:
    async def test_the_one_before_stays_until_the_new_one_is_confirmed(self, office: Office) -> None:
        taught = await heard(office)
        await confirm(office, await enter(office, taught))

        entered = await enter(office, taught, number="99990101040067890", reason="账户变更")
        between = await listed(office, taught)
        await confirm(office, entered)

        assert between == [("2345", "current"), ("7890", "entered")]
        assert await listed(office, taught) == [("2345", "replaced"), ("7890", "current")]

    async def test_the_current_account_is_not_entered_twice(self, office: Office) -> None:
        taught = await heard(office)
        await confirm(office, await enter(office, taught))

        again = await enter(office, taught, reason="再次登记")

        assert (again.status_code, again.json()["code"]) == (409, "account-is-current")

    async def test_a_rejected_account_keeps_no_number_and_the_right_one_can_be_entered(self, office: Office) -> None:
        taught = await heard(office)
        entered = await enter(office, taught, number="99990101040067890")
        path = f"/v1/proposals/{entered.json()['proposal_id']}/rejection"

        rejected = await office.post(path, {"reason": "与开户许可证不符"}, office.finance())
        right = await enter(office, taught)

        assert (rejected.json()["status"], right.status_code) == ("rejected", 201)
        assert await listed(office, taught) == [("7890", "rejected"), ("2345", "entered")]
        [row] = await office.service.rows("SELECT sealed FROM payee_account WHERE status = 'rejected'")
        assert row.sealed is None
        assert (await confirm(office, entered)).json()["code"] == "illegal-move"

    async def test_an_institution_takes_back_what_nobody_confirmed_and_nothing_else(self, office: Office) -> None:
        taught, reason = await heard(office), {"reason": "账号录入有误"}
        wrong = await enter(office, taught, number="99990101040067890")

        taken_back = await office.post(f"{PATH}/{wrong.json()['id']}/withdrawal", reason, office.institution(taught))
        right = await enter(office, taught)
        await confirm(office, right)
        too_late = await office.post(f"{PATH}/{right.json()['id']}/withdrawal", reason, office.institution(taught))

        assert (taken_back.status_code, taken_back.json()["status"]) == (200, "rejected")
        proposal = (await office.get(f"/v1/proposals/{wrong.json()['proposal_id']}", office.finance())).json()
        assert (proposal["status"], proposal["decided_by"]) == ("rejected", "clerk")
        assert (too_late.status_code, too_late.json()["code"]) == (409, "illegal-move")
        assert await listed(office, taught) == [("7890", "rejected"), ("2345", "current")]

    async def test_an_institution_that_was_renamed_since_is_not_confirmed_under_the_old_name(
        self, office: Office
    ) -> None:
        taught = await heard(office)
        entered = await enter(office, taught)
        async with office.service.engine.begin() as connection:
            await connection.execute(text("UPDATE heard_institution SET name = '甲学院'"))

        answer = await confirm(office, entered)

        assert (answer.status_code, answer.json()["code"]) == (422, "account-holder-differs")
        assert await listed(office, taught) == [("2345", "entered")]

    async def test_the_database_holds_two_persons_one_current_account_and_the_history(self, office: Office) -> None:
        taught = await heard(office)
        await confirm(office, await enter(office, taught))

        for statement, constraint in (
            ("UPDATE payee_account SET decided_by = 'CLERK'", "four_eyes"),
            ("UPDATE payee_account SET sealed = NULL", "check"),
            ("DELETE FROM payee_account", "only added to"),
        ):
            with pytest.raises(DBAPIError, match=constraint):
                async with office.service.engine.begin() as connection:
                    await connection.execute(text(statement))


class TestSharedAccounts:
    async def test_one_account_of_two_institutions_is_listed_for_finance_of_both(self, office: Office) -> None:
        first, second = await heard(office), await heard(office, "乙校", region="410200")
        third = await heard(office, "丙校")
        alone = await enter(office, third, holder="丙校", number="88880101040067890")
        ids = [
            (await enter(office, first)).json()["id"],
            (await enter(office, second, holder="乙校", number=NUMBER)).json()["id"],
        ]

        for region, own, other in (("410100", 0, 1), ("410200", 1, 0)):
            answer = await office.get("/v1/shared-payee-accounts", office.finance(region=region))
            [row] = answer.json()["rows"]
            assert (row["id"], [each["id"] for each in row["others"]]) == (ids[own], [ids[other]])
            assert alone.json()["id"] not in answer.text
        of_province = (await office.get("/v1/shared-payee-accounts", office.province())).json()["rows"]
        assert [row["id"] for row in of_province] == ids
        by_institution = await office.get("/v1/shared-payee-accounts", office.institution(first))
        assert by_institution.json()["code"] == "wrong-role"

    async def test_it_is_listed_also_after_a_change_and_not_after_a_rejection(self, office: Office) -> None:
        first, second = await heard(office), await heard(office, "乙校")
        await confirm(office, await enter(office, first))
        await confirm(office, await enter(office, first, number="99990101040067890"))
        entered = await enter(office, second, holder="乙校")

        async def shared() -> list[tuple[str, str]]:
            rows = (await office.get("/v1/shared-payee-accounts", office.finance())).json()["rows"]
            return [(row["ending"], row["status"]) for row in rows]

        together = await shared()
        path = f"/v1/proposals/{entered.json()['proposal_id']}/rejection"
        await office.post(path, {"reason": "账户属于另一机构"}, office.finance())

        assert together == [("2345", "replaced"), ("2345", "entered")]
        assert await shared() == []
