"""A claim's way through two reviews and its publicity, over HTTP on a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.subsidy.review.usecases import approve_batch
from shared.kernel.periods import business_day
from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    people,
    revoked,
)
from tests.subsidy.ladder import CALENDAR, PUBLIC_UNTIL, go_past_publicity, go_to, published
from tests.subsidy.office import Office


class TestLadder:
    async def test_two_people_review_a_claim_before_it_is_public_and_then_it_is_approved(self, ladder: Office) -> None:
        taught = Taught(people(1))
        await ladder.service.hear(*taught.all_finished())
        claim_id = await ladder.submitted(taught)
        submitted = (await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()

        taken = await ladder.post(f"/v1/claims/{claim_id}/handling", None, ladder.reviewer())
        first = await ladder.approve(claim_id)
        same = await ladder.approve(claim_id, ladder.reviewer(" Reviewer"))
        second = await ladder.approve(claim_id, ladder.reviewer("second"))
        early = await ladder.approve(claim_id, ladder.reviewer("third"))
        go_past_publicity(ladder)
        approved = await ladder.approve(claim_id, ladder.reviewer("third"))

        assert submitted["due_on"] == CALENDAR.after(TODAY, 5).isoformat()
        assert (taken.json()["status"], taken.json()["handled_by"]) == ("first_review", "reviewer")
        assert (first.json()["status"], first.json()["handled_by"]) == ("second_review", None)
        assert (same.status_code, same.json()["code"]) == (403, "same-person")
        assert (second.json()["status"], second.json()["public_until"]) == ("publicity", PUBLIC_UNTIL.isoformat())
        assert (early.status_code, early.json()["code"]) == (409, "publicity-running")
        assert (approved.json()["status"], approved.json()["amount_fen"]) == ("approved", L4_FEN)
        assert (await ladder.balance())["committed"] == L4_FEN
        assert [fact.type for fact in await ladder.service.told() if fact.subject == f"claims/{claim_id}"] == [
            f"subsidy.claim-{step}.v1"
            for step in ("drafted", "submitted", "reviewed", "reviewed", "published", "approved")
        ]

    async def test_the_service_approves_by_itself_on_the_day_after_the_publicity(self, ladder: Office) -> None:
        taught = Taught(people(1))
        await ladder.service.hear(*taught.all_finished())
        claim_id = await published(ladder, taught)
        clock = ladder.service.clock

        for day, status in ((PUBLIC_UNTIL, "publicity"), (PUBLIC_UNTIL + timedelta(days=1), "approved")):
            go_to(ladder, day)
            await approve_batch(ladder.service.engine, at=clock.now())
            answer = (await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()
            assert answer["status"] == status
        assert [step["done_by"] for step in answer["history"]][-2:] == ["second", "clock"]
        assert (await ladder.pay(claim_id, ladder.finance("second"), on=business_day(clock.now()))).json()["code"] == (
            "same-person"
        )
        assert (await ladder.pay(claim_id, on=business_day(clock.now()))).status_code == 200

    async def test_what_falls_away_during_the_publicity_stops_its_line_and_no_other(self, ladder: Office) -> None:
        taught = Taught(people(2))
        await ladder.service.hear(taught.completed(), taught.finished(0), taught.finished(1), taught.certified(0))
        await ladder.service.hear(certificate := taught.certified(1))
        claim_id = await published(ladder, taught)

        await ladder.service.hear(revoked(certificate))
        go_past_publicity(ladder)
        approved = await ladder.approve(claim_id, ladder.reviewer("third"))

        assert [(each["amount_fen"], each["refusal"]) for each in approved.json()["lines"]] == [
            (L4_FEN, None), (0, "C12"),
        ]  # fmt: skip
        assert (await ladder.balance())["committed"] == L4_FEN

    async def test_a_claim_that_comes_back_from_its_approval_begins_its_reviews_anew(self, ladder: Office) -> None:
        taught = Taught(people(1))
        await ladder.service.hear(*taught.all_finished())
        claim_id = await published(ladder, taught)
        go_past_publicity(ladder)
        assert (await ladder.approve(claim_id)).json()["status"] == "approved"

        returned = await ladder.post(f"/v1/claims/{claim_id}/return", {"reason": "金额有误"}, ladder.reviewer())
        assert returned.json()["status"] == "returned"
        assert (await ladder.balance())["committed"] == 0
        assert (await ladder.post(f"/v1/claims/{claim_id}/rebuild", None, ladder.institution(taught))).is_success
        assert (await ladder.submit(claim_id, taught)).json()["public_until"] is None
        assert (await ladder.approve(claim_id, ladder.reviewer("second"))).json()["status"] == "second_review"


class TestDatabase:
    @pytest.mark.parametrize(
        "repair",
        [
            "UPDATE claim SET second_reviewed_by = 'Reviewer' WHERE id = :id",
            "UPDATE claim SET first_reviewed_by = 'CLERK' WHERE id = :id",
            "UPDATE claim SET status = 'approved', approved_by = 'third', approved_on = :today WHERE id = :id",
            "UPDATE claim SET status = 'publicity', second_reviewed_by = NULL WHERE id = :id",
            "INSERT INTO claim_event VALUES (:id, 99, 'approve', 'Clerk', now(), NULL)",
            "INSERT INTO claim_event VALUES (:id, 98, 'take', 'x', now()), (:id, 99, 'pay', 'Clerk', now())",
        ],
    )
    async def test_it_keeps_people_apart_and_steps_in_order_whatever_the_code_does(
        self, ladder: Office, repair: str
    ) -> None:
        taught = Taught(people(1))
        await ladder.service.hear(*taught.all_finished())
        claim_id = await published(ladder, taught)

        values = {"id": claim_id} | ({"today": TODAY} if ":today" in repair else {})
        async with ladder.service.engine.connect() as connection:
            with pytest.raises(IntegrityError):
                await connection.execute(text(repair), values)


class TestLateClaims:
    async def test_what_was_due_yesterday_is_listed_with_whose_it_is_and_goes_to_the_region_above(
        self, ladder: Office
    ) -> None:
        taught = Taught(people(1))
        await ladder.service.hear(*taught.all_finished())
        claim_id = await ladder.submitted(taught)
        await ladder.post(f"/v1/claims/{claim_id}/handling", None, ladder.reviewer(region="410102"))
        due_on = CALENDAR.after(TODAY, 5)

        go_to(ladder, due_on)
        in_time = (await ladder.get("/v1/late-claims", ladder.reviewer())).json()["rows"]
        go_to(ladder, CALENDAR.after(due_on, 2))
        late = (await ladder.get("/v1/late-claims", ladder.reviewer())).json()["rows"]
        elsewhere = (await ladder.get("/v1/late-claims", ladder.reviewer(region="419001"))).json()["rows"]

        assert (in_time, elsewhere) == ([], [])
        [row] = late
        assert (row["id"], row["handled_by"], row["working_days_late"], row["escalated_to"]) == (
            claim_id, "reviewer", 2, "410100",
        )  # fmt: skip
