"""Lists of other authorities over HTTP: they hold claims that wait, and money that was paid is owed once upheld."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.subsidy.builders import L4_FEN, STARTS_ON, Taught, amounts, people
from tests.subsidy.external_lists import lists
from tests.subsidy.external_lists.lists import MATCHES
from tests.subsidy.office import Office
from tests.support.people import identity_number

NUMBER = identity_number(date(1990, 5, 1), 7)
BEFORE = (STARTS_ON - timedelta(days=30)).isoformat()
AFTER = (STARTS_ON + timedelta(days=40)).isoformat()


async def claimed(office: Office, others: int = 1) -> tuple[Taught, str]:
    """A submitted claim for the person with NUMBER, and others."""
    taught = Taught([lists.key_of(office, NUMBER), *people(others)])
    await office.service.hear(*taught.all_finished())
    return taught, await office.submitted(taught)


async def open_matches(office: Office) -> list[Any]:
    answer = await office.get(f"{MATCHES}?status=open", office.reviewer())
    return list(answer.json()["rows"])


async def settle(office: Office, match_id: str, verdict: str, by: str = "second reviewer") -> Any:
    content = {"verdict": verdict, "reason": "与民政部门核对"}
    return await office.post(f"{MATCHES}/{match_id}/settlement", content, office.reviewer(by))


class TestWaiting:
    async def test_a_match_holds_the_approval_until_it_is_dismissed(self, office: Office) -> None:
        _, claim_id = await claimed(office)
        file = await lists.post(office, lists.listed(NUMBER))

        held = await office.approve(claim_id)
        [match] = await open_matches(office)
        dismissed = await settle(office, match["id"], "dismiss")

        assert (file["status"], file["accepted"]) == ("done", 1)
        assert (held.status_code, held.json()["code"]) == (409, "flags-open")
        assert [(flag["check"], flag["kind"]) for flag in held.json()["flags"]] == [("C07", "death")]
        assert (match["kind"], match["check"], [line["claim_id"] for line in match["lines"]]) == (
            "death", "C07", [claim_id],
        )  # fmt: skip
        assert (dismissed.status_code, dismissed.json()["status"]) == (200, "dismissed")
        assert (await office.approve(claim_id)).status_code == 200

    async def test_one_that_came_before_the_claim_holds_it_too_and_upheld_refuses_the_line(
        self, office: Office
    ) -> None:
        await lists.post(office, lists.listed(NUMBER, "领取养老金"))
        taught, claim_id = await claimed(office)
        assert (await office.approve(claim_id)).json()["code"] == "flags-open"
        [match] = await open_matches(office)
        await settle(office, match["id"], "uphold")
        await office.post(f"/v1/claims/{claim_id}/return", {"reason": "名单比对"}, office.reviewer())

        rebuilt = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))

        assert amounts(rebuilt.json()) == [(0, "FLAGGED"), (L4_FEN, None)]

    @pytest.mark.parametrize(
        ("days", "code"),
        [({"截止日期": BEFORE}, None), ({"起始日期": AFTER}, None), ({"起始日期": BEFORE}, "flags-open")],
    )
    async def test_only_trainings_of_that_time_are_held(
        self, office: Office, days: dict[str, str], code: str | None
    ) -> None:
        _, claim_id = await claimed(office)
        await lists.post(office, lists.listed(NUMBER, "在校学生", **days))

        assert (await office.approve(claim_id)).json().get("code") == code


class TestPaid:
    async def test_upheld_after_the_payment_the_line_is_owed_and_no_longer_once_it_was_a_mistake(
        self, office: Office
    ) -> None:
        taught = Taught([lists.key_of(office, NUMBER), *people(1)])
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        await lists.post(office, lists.listed(NUMBER, "服刑"))
        [match] = await open_matches(office)

        upheld = (await settle(office, match["id"], "uphold")).json()
        owed = (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()
        await settle(office, match["id"], "dismiss", "third reviewer")
        after = (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()

        assert [(line["status"], line["amount_fen"]) for line in match["lines"]] == [("paid", L4_FEN)]
        assert [line["is_owed"] for line in upheld["lines"]] == [True]
        assert [line["owed"] and line["owed"]["check"] for line in owed["lines"]] == ["FLAGGED", None]
        assert [line["owed"] for line in after["lines"]] == [None, None]

    async def test_upheld_between_approval_and_payment_it_stops_its_line_alone(self, office: Office) -> None:
        _, claim_id = await claimed(office)
        await office.approve(claim_id)
        await lists.post(office, lists.listed(NUMBER))
        [match] = await open_matches(office)

        await settle(office, match["id"], "uphold")

        claim = (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()
        assert amounts(claim) == [(0, "FLAGGED"), (L4_FEN, None)]


class TestFiles:
    async def test_the_same_match_again_changes_nothing_and_a_wrong_number_is_refused(self, office: Office) -> None:
        await claimed(office)
        await lists.post(office, lists.listed(NUMBER))

        again = await lists.post(office, lists.listed(NUMBER), lists.listed("110101199001011234"))

        assert (again["repeated"], again["accepted"], again["refused"]) == (1, 0, 1)
        assert len(await open_matches(office)) == 1

    async def test_numbers_are_not_kept(self, office: Office) -> None:
        await claimed(office)
        await lists.post(office, lists.listed(NUMBER))

        [row] = await office.service.rows("SELECT string_agg(m::text, '') AS whole FROM external_match AS m")

        assert NUMBER not in row.whole

    async def test_a_file_is_seen_by_its_sender_alone(self, office: Office) -> None:
        file = await lists.post(office, lists.listed(NUMBER))

        other = await office.get(f"{lists.FILES}/{file['id']}/failed-rows", office.reviewer("colleague"))

        assert (other.status_code, other.json()["code"]) == (403, "foreign-person")


class TestWho:
    async def test_who_posted_a_match_does_not_decide_on_it(self, office: Office) -> None:
        await claimed(office)
        await lists.post(office, lists.listed(NUMBER))
        [match] = await open_matches(office)

        assert (await settle(office, match["id"], "dismiss", "Registrar")).json()["code"] == "same-person"
        change = text("UPDATE external_match SET status = 'upheld', settled_by = 'REGISTRAR', reason = 'x'")
        with pytest.raises(IntegrityError):
            async with office.service.engine.begin() as connection:
                await connection.execute(change)

    async def test_a_match_that_concerns_no_claim_of_a_region_is_not_decided_there(self, office: Office) -> None:
        match_id = await lists.matched(office, uuid4())

        refused = await settle(office, match_id, "dismiss")
        unknown = await settle(office, str(UUID(int=5)), "dismiss")

        assert (refused.json()["code"], unknown.json()["code"]) == ("foreign-region", "not-found")
        assert (await open_matches(office)) == []
