"""A claim's way through two reviews and its publicity, over HTTP on a real database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.subsidy.review.usecases import approve_batch
from services.subsidy.worker import SERVICE
from shared.contracts.registry.plan import CalendarDayListed
from shared.kernel.periods import business_day
from shared.kernel.working_days import WorkingDays
from tests.conftest import OpenService
from tests.subsidy.builders import L4_FEN, NOW, TODAY, Office, Taught, people, revoked

CALENDAR = WorkingDays({date(year, 1, 1): False for year in (TODAY.year, TODAY.year + 1)})
"""New Year's Day is the only holiday, and there is no working weekend."""


@pytest.fixture
async def office(open_service: OpenService) -> Office:
    """By the plan's own rows: two reviews, five working days of publicity."""
    office = await Office.open(await open_service(SERVICE), whole_ladder=True)
    async with office.service.engine.begin() as connection:
        await connection.execute(text("TRUNCATE heard_calendar_day"))
    days = [
        CalendarDayListed(subject=f"calendar/{day}", version=1, at=NOW, day=day, working=working, name_zh="元旦")
        for day, working in CALENDAR.listed.items()
    ]
    await office.service.hear(*days)
    return office


def go_to(office: Office, day: date) -> None:
    office.service.clock.offset = timedelta(days=(day - TODAY).days)


async def published(office: Office, taught: Taught) -> str:
    """A claim that passed both reviews; its id."""
    claim_id = await office.submitted(taught)
    assert (await office.approve(claim_id)).json()["status"] == "second_review"
    assert (await office.approve(claim_id, office.reviewer("second"))).json()["status"] == "publicity"
    return claim_id


class TestLadder:
    async def test_two_people_review_a_claim_before_it_is_public_and_then_it_is_approved(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        submitted = (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()

        taken = await office.post(f"/v1/claims/{claim_id}/handling", None, office.reviewer())
        first = await office.approve(claim_id)
        same = await office.approve(claim_id, office.reviewer(" Reviewer"))
        second = await office.approve(claim_id, office.reviewer("second"))
        early = await office.approve(claim_id, office.reviewer("third"))
        until = CALENDAR.after(TODAY, 5)
        go_to(office, until + timedelta(days=1))
        approved = await office.approve(claim_id, office.reviewer("third"))

        assert submitted["due_on"] == CALENDAR.after(TODAY, 5).isoformat()
        assert (taken.json()["status"], taken.json()["handled_by"]) == ("first_review", "reviewer")
        assert (first.json()["status"], first.json()["handled_by"]) == ("second_review", None)
        assert (same.status_code, same.json()["code"]) == (403, "same-person")
        assert (second.json()["status"], second.json()["public_until"]) == ("publicity", until.isoformat())
        assert (early.status_code, early.json()["code"]) == (409, "publicity-running")
        assert (approved.json()["status"], approved.json()["amount_fen"]) == ("approved", L4_FEN)
        assert (await office.balance())["committed"] == L4_FEN
        assert [fact.type for fact in await office.service.told() if fact.subject == f"claims/{claim_id}"] == [
            f"subsidy.claim-{step}.v1"
            for step in ("drafted", "submitted", "reviewed", "reviewed", "published", "approved")
        ]

    async def test_the_service_approves_by_itself_on_the_day_after_the_publicity(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await published(office, taught)
        clock = office.service.clock

        last = CALENDAR.after(TODAY, 5)
        for day, status in ((last, "publicity"), (last + timedelta(days=1), "approved")):
            go_to(office, day)
            await approve_batch(office.service.engine, at=clock.now())
            answer = (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()
            assert answer["status"] == status
        assert [step["done_by"] for step in answer["history"]][-2:] == ["second", "clock"]
        assert (await office.pay(claim_id, office.finance("second"), on=business_day(clock.now()))).json()["code"] == (
            "same-person"
        )
        assert (await office.pay(claim_id, on=business_day(clock.now()))).status_code == 200

    async def test_what_falls_away_during_the_publicity_stops_its_line_and_no_other(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(taught.completed(), taught.finished(0), taught.finished(1), taught.certified(0))
        await office.service.hear(certificate := taught.certified(1))
        claim_id = await published(office, taught)

        await office.service.hear(revoked(certificate))
        go_to(office, CALENDAR.after(TODAY, 5) + timedelta(days=1))
        approved = await office.approve(claim_id, office.reviewer("third"))

        assert [(each["amount_fen"], each["refusal"]) for each in approved.json()["lines"]] == [
            (L4_FEN, None), (0, "C12"),
        ]  # fmt: skip
        assert (await office.balance())["committed"] == L4_FEN

    async def test_a_claim_that_comes_back_from_its_approval_begins_its_reviews_anew(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await published(office, taught)
        go_to(office, CALENDAR.after(TODAY, 5) + timedelta(days=1))
        assert (await office.approve(claim_id)).json()["status"] == "approved"

        returned = await office.post(f"/v1/claims/{claim_id}/return", {"reason": "金额有误"}, office.reviewer())
        assert returned.json()["status"] == "returned"
        assert (await office.balance())["committed"] == 0
        assert (await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))).is_success
        assert (await office.submit(claim_id, taught)).json()["public_until"] is None
        assert (await office.approve(claim_id, office.reviewer("second"))).json()["status"] == "second_review"


class TestDatabase:
    @pytest.mark.parametrize(
        "repair",
        [
            "UPDATE claim SET second_reviewed_by = 'Reviewer' WHERE id = :id",
            "UPDATE claim SET first_reviewed_by = 'CLERK' WHERE id = :id",
            "UPDATE claim SET status = 'approved', approved_by = 'third', approved_on = :today WHERE id = :id",
            "UPDATE claim SET status = 'publicity', second_reviewed_by = NULL WHERE id = :id",
            "INSERT INTO claim_event VALUES (:id, 99, 'approve', 'Clerk', now(), NULL)",
        ],
    )
    async def test_it_keeps_people_apart_and_steps_in_order_whatever_the_code_does(
        self, office: Office, repair: str
    ) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await published(office, taught)

        with pytest.raises(IntegrityError):
            async with office.service.engine.begin() as connection:
                values = {"id": claim_id} | ({"today": TODAY} if ":today" in repair else {})
                await connection.execute(text(repair), values)


class TestLateClaims:
    async def test_what_was_due_yesterday_is_listed_with_whose_it_is_and_goes_to_the_region_above(
        self, office: Office
    ) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        await office.post(f"/v1/claims/{claim_id}/handling", None, office.reviewer(region="410102"))
        due_on = CALENDAR.after(TODAY, 5)

        go_to(office, due_on)
        in_time = (await office.get("/v1/late-claims", office.reviewer())).json()["rows"]
        go_to(office, CALENDAR.after(due_on, 2))
        late = (await office.get("/v1/late-claims", office.reviewer())).json()["rows"]
        elsewhere = (await office.get("/v1/late-claims", office.reviewer(region="419001"))).json()["rows"]

        assert (in_time, elsewhere) == ([], [])
        [row] = late
        assert (row["id"], row["handled_by"], row["working_days_late"], row["escalated_to"]) == (
            claim_id, "reviewer", 2, "410100",
        )  # fmt: skip
