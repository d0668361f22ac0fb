"""Reviewers' work over HTTP, on a real database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    people,
)
from tests.subsidy.ladder import CALENDAR, go_to
from tests.subsidy.office import Office


async def work(office: Office, person: str = "reviewer", region: str = "410102") -> list[dict[str, Any]]:
    answer = await office.get("/v1/my-work", office.reviewer(person, region))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


async def two_claims(office: Office) -> tuple[str, str]:
    """One clean, and one with a trainee whose certificate is missing; their ids."""
    clean, mixed = Taught(people(1)), Taught(people(2))
    await office.service.hear(clean.institution("郑州技工学校"), *clean.all_finished())
    await office.service.hear(mixed.completed(), mixed.finished(0), mixed.finished(1), mixed.certified(0))
    return await office.submitted(clean), await office.submitted(mixed, "c-2")


class TestMyWork:
    async def test_it_lists_what_waits_with_age_amount_names_and_tiles(self, ladder: Office) -> None:
        clean, mixed = await two_claims(ladder)
        go_to(ladder, CALENDAR.after(TODAY, 2))

        rows = await work(ladder)

        assert [(row["id"], row["clean"], row["working_days"]) for row in rows] == [(clean, True, 2), (mixed, False, 2)]
        assert (rows[0]["institution_name"], rows[0]["class_local_id"]) == ("郑州技工学校", "k-1")
        assert (rows[0]["amount_fen"], rows[0]["due_on"]) == (L4_FEN, CALENDAR.after(TODAY, 5).isoformat())
        assert [(tile["code"], tile["lines"]) for tile in rows[1]["tiles"]] == [("C12", [2])]
        assert await work(ladder, region="410200") == []

    async def test_the_city_gets_what_its_counties_are_late_with(self, ladder: Office) -> None:
        clean, _ = await two_claims(ladder)
        go_to(ladder, CALENDAR.after(TODAY, 5))
        in_time = await work(ladder, region="410100")
        go_to(ladder, CALENDAR.after(TODAY, 6))
        late = await work(ladder, region="410100")

        assert in_time == []
        assert next((row["id"], row["escalated"]) for row in late) == (clean, True)
        assert await work(ladder, region="410000") == []

    async def test_who_reviewed_it_first_does_not_find_it_again_and_a_colleague_does(self, ladder: Office) -> None:
        clean, mixed = await two_claims(ladder)
        assert (await ladder.approve(clean, ladder.reviewer(region="410102"))).json()["status"] == "second_review"

        assert [row["id"] for row in await work(ladder)] == [mixed]
        assert [row["id"] for row in await work(ladder, "second")] == [clean, mixed]

    async def test_on_leave_what_is_in_hand_waits_for_the_colleague_from_a_day_to_a_day(self, ladder: Office) -> None:
        clean, _ = await two_claims(ladder)
        away = ladder.reviewer("away", "410100")
        assert (await ladder.post(f"/v1/claims/{clean}/handling", None, away)).json()["handled_by"] == "away"
        leave = {
            "to_person": "stand-in", "first_on": TODAY.isoformat(),
            "last_on": (TODAY + timedelta(days=1)).isoformat(), "reason": "年假",
        }  # fmt: skip

        before = await work(ladder, "stand-in", "410100")
        entered = await ladder.post("/v1/delegations", leave, away)
        during = await work(ladder, "stand-in", "410100")
        ended = await ladder.post(f"/v1/delegations/{entered.json()['id']}/end", None, away)
        after = await work(ladder, "stand-in", "410100")
        to_oneself = await ladder.post("/v1/delegations", leave | {"to_person": "away"}, away)

        assert (before, [row["id"] for row in during], after) == ([], [clean], [])
        assert (entered.json()["entered_by"], ended.json()["ended_by"]) == ("away", "away")
        assert to_oneself.json()["code"] == "same-person"


class TestCleanClaims:
    async def test_clean_ones_pass_together_and_exceptions_are_held_out_with_their_reason(self, ladder: Office) -> None:
        clean, mixed = await two_claims(ladder)
        passed = Taught(people(1))
        await ladder.service.hear(*passed.all_finished())
        own = await ladder.submitted(passed, "c-3")
        assert (await ladder.approve(own)).is_success

        answer = await ladder.post("/v1/clean-claims", {"claim_ids": [clean, mixed, own]}, ladder.reviewer())

        by_id = {row["claim_id"]: row for row in answer.json()}
        assert (by_id[clean]["status"], by_id[clean]["held_out"]) == ("second_review", False)
        assert (by_id[mixed]["status"], by_id[mixed]["held_out"]) == (None, True)
        assert (by_id[own]["code"], by_id[own]["held_out"]) == ("same-person", True)
        assert (await ladder.get(f"/v1/claims/{mixed}", ladder.reviewer())).json()["status"] == "submitted"


class TestNotes:
    async def test_reviewers_of_the_region_read_them_and_nobody_else(self, ladder: Office) -> None:
        clean, _ = await two_claims(ladder)

        written = await ladder.post(f"/v1/claims/{clean}/notes", {"text": "已电话核实"}, ladder.reviewer())
        read = await ladder.get(f"/v1/claims/{clean}/notes", ladder.reviewer("second"))
        foreign = await ladder.get(f"/v1/claims/{clean}/notes", ladder.reviewer(region="410200"))

        assert written.status_code == 201
        assert [(note["text"], note["written_by"]) for note in read.json()["rows"]] == [("已电话核实", "reviewer")]
        assert foreign.status_code == 403


class TestReviewSample:
    async def test_a_period_is_drawn_once_with_its_seed_and_population(self, office: Office) -> None:
        claims = []
        for number in range(3):
            taught = Taught(people(1))
            await office.service.hear(*taught.all_finished())
            claims.append(await office.submitted(taught, f"c-{number}"))
        for claim_id in claims[:2]:
            assert (await office.approve(claim_id)).is_success
        assert (
            await office.post(f"/v1/claims/{claims[2]}/rejection", {"reason": "不实"}, office.reviewer())
        ).is_success
        period = {"region": "410100", "first_on": TODAY.isoformat(), "last_on": TODAY.isoformat()}

        early = await office.post("/v1/review-samples", period, office.reviewer())
        go_to(office, TODAY + timedelta(days=1))
        first = await office.post("/v1/review-samples", period, office.reviewer())
        again = await office.post("/v1/review-samples", period, office.reviewer("second"))
        read = await office.get(f"/v1/review-samples/{first.json()['id']}", office.reviewer())

        assert early.json()["code"] == "sample-period-not-over"
        assert first.json() == again.json() == read.json()
        population = first.json()["population"]
        assert sorted(each["decision"] for each in population) == ["approval", "approval", "refusal"]
        assert sorted(each["decision"] for each in population if each["drawn"]) == ["approval", "refusal"]
