"""Sessions of 2026: filed ahead, approved, sealed, examined, published, concluded; and every way back."""

from __future__ import annotations

from datetime import date

import pytest

from shared.contracts.assessment import SessionSealed, SessionState
from tests.assessment.centre import Centre, pass_row
from tests.assessment.exams.ahead import FILED_ON, HELD_ON, Ahead, ahead, sitting

WHY = {"reason": "考场停电"}


@pytest.fixture
async def here(centre: Centre) -> Ahead:
    return await ahead(centre)


class TestLadder:
    async def test_a_session_goes_from_filing_to_certificates_step_by_step(self, here: Ahead) -> None:
        session_id = await here.filed()
        centre, path = here.centre, f"/sessions/{session_id}"

        early = [await here.step(session_id, noun) for noun in ("sealing", "publication", "conclusion")]
        assert early == ["session-not-approved", "session-too-early", "session-too-early"]
        assert await here.step(session_id, "approval", officer=True) == "approved"
        assert await here.step(session_id, "sealing") == "no-candidates"
        await here.add(session_id, 1, 2, 3)
        gone = (await centre.candidate_ids(session_id))["3"]
        assert (await centre.post(f"/candidates/{gone}/withdrawal", WHY)).status_code == 200
        assert await here.step(session_id, "sealing") == "sealed"
        digest = (await centre.get(path)).json()["roster_digest"]
        added = await centre.post(f"{path}/candidates", {"rows": [{}]})
        assert added.json()["code"] == "roster-sealed"

        here.turn(HELD_ON)
        marks = await centre.batch(f"{path}/results", [pass_row(1), pass_row(2)])
        assert {row["outcome"] for row in marks} == {"accepted"}
        assert await here.step(session_id, "conclusion") == "results-not-published"
        assert await here.step(session_id, "publication") == "published"
        # Friday the 13th is off, so the five working days end on the Wednesday of the next week.
        assert (await centre.get(path)).json()["public_until"] == "2026-03-18"
        late = await centre.post(f"{path}/results", {"rows": [pass_row(1)]})
        assert late.json()["code"] == "results-published"
        here.turn(date(2026, 3, 18))
        assert await here.step(session_id, "conclusion") == "publicity-not-over"
        here.turn(date(2026, 3, 19))
        assert (await centre.conclude(session_id)).json()["certificates"] == 2

        history = (await centre.get(f"{path}/history")).json()
        assert [step["verb"] for step in history["steps"]] == ["file", "approve", "seal", "publish", "conclude"]
        assert [step["version"] for step in history["steps"]] == [1, 2, 3, 4, 5]
        assert history["steps"][2]["content"] == {"roster_digest": digest, "candidates": 2}
        (withdrawn,) = history["withdrawn_candidates"]
        assert (withdrawn["local_id"], withdrawn["reason"]) == ("3", WHY["reason"])
        told = [fact for fact in await centre.service.told() if isinstance(fact, SessionState)]
        assert [fact.version for fact in told] == [1, 2, 3, 4, 5]
        assert [fact.roster_digest for fact in told if isinstance(fact, SessionSealed)] == [digest]

    async def test_nothing_is_filed_or_added_on_the_day_or_after_it(self, here: Ahead) -> None:
        session_id = await here.filed()
        await here.add(session_id, 1)
        here.turn(HELD_ON)

        for noun, officer in (("approval", True), ("return", True), ("sealing", False)):
            assert await here.step(session_id, noun, WHY if noun == "return" else None, officer=officer) in (
                "exam-day-reached", "session-not-approved",
            )  # fmt: skip
        added = await here.centre.post(f"/sessions/{session_id}/candidates", {"rows": [{}]})
        assert (added.status_code, added.json()["code"]) == (409, "exam-day-reached")
        results = await here.centre.post(f"/sessions/{session_id}/results", {"rows": [pass_row(1)]})
        assert results.json()["code"] == "session-not-approved"
        # The way on: another day.
        moved = await here.step(session_id, "move", here.plan(day=date(2026, 3, 19)) | WHY)
        assert moved == "filed"

    async def test_it_is_too_late_five_working_days_before_the_exam(self, here: Ahead) -> None:
        answers = [
            await here.file(day=day) for day in (date(2026, 2, 27), FILED_ON, date(2026, 3, 6), date(2026, 3, 9))
        ]

        assert [answer.json().get("code") for answer in answers] == ["session-filed-late"] * 3 + [None]
        assert answers[2].json()["possible_from"] == "2026-03-09"

    async def test_sessions_of_2025_are_filed_and_concluded_afterwards(self, here: Ahead) -> None:
        session_id = await here.centre.examined(pass_row(1), held_on="2025-12-31")

        assert (await here.centre.conclude(session_id)).json()["certificates"] == 1


class TestApproval:
    async def test_the_award_says_which_authority_approves(self, here: Ahead) -> None:
        three = here.of(3, 4, 5)
        sittings = [
            sitting("theory", "101", (9, 11), here.of(1, 2)),
            sitting("skills", "201", (13, 15), three),
            sitting("review", "202", (15, 17), three),
        ]
        session_id = await here.filed(level="L5", sittings=sittings)
        path = f"/sessions/{session_id}/approval"

        codes = [
            (await here.centre.post(path, None, here.centre.officer(region=region))).json().get("code")
            for region in ("419001", "410102", "410100")
        ]

        assert codes == ["foreign-region", "higher-authority-approves", None]

    async def test_a_returned_session_is_filed_again_without_losing_its_day(self, here: Ahead) -> None:
        session_id = await here.filed()

        assert await here.step(session_id, "return", WHY, officer=True) == "returned"
        here.turn(date(2026, 3, 9))
        assert await here.step(session_id, "approval", officer=True) == "illegal-move"
        assert await here.step(session_id, "refiling", here.plan(place="样例路 2 号") | WHY) == "filed"
        assert await here.step(session_id, "approval", officer=True) == "approved"


class TestWaysBack:
    async def test_moving_a_sealed_session_breaks_the_seal_and_keeps_it_in_the_history(self, here: Ahead) -> None:
        session_id = await here.filed()
        await here.step(session_id, "approval", officer=True)
        await here.add(session_id, 1)
        assert await here.step(session_id, "sealing") == "sealed"

        assert await here.step(session_id, "move", here.plan(day=date(2026, 3, 19)) | WHY) == "filed"

        answer = (await here.centre.get(f"/sessions/{session_id}")).json()
        assert (answer["held_on"], answer["roster_digest"]) == ("2026-03-19", None)
        steps = (await here.centre.get(f"/sessions/{session_id}/history")).json()["steps"]
        assert (steps[-1]["verb"], steps[-1]["reason"]) == ("move", WHY["reason"])
        assert steps[-2]["content"]["roster_digest"] is not None
        assert len(await here.centre.candidate_ids(session_id)) == 1

    async def test_a_cancellation_names_its_reason_and_is_taken_back_before_the_day(self, here: Ahead) -> None:
        session_id = await here.filed()
        await here.add(session_id, 1)

        assert await here.step(session_id, "cancellation") == "cancellation-reason-missing"
        assert await here.step(session_id, "cancellation", WHY) == "cancelled"
        # Its examiners are free, and taken again by another session.
        other = await here.filed(local_id="2026-E2")
        assert await here.step(session_id, "reinstatement", WHY) == "examiner-in-two-rooms"
        assert await here.step(other, "cancellation", WHY) == "cancelled"
        assert await here.step(session_id, "reinstatement", WHY) == "filed"
        assert len(await here.centre.candidate_ids(session_id)) == 1

    async def test_an_officer_withholds_results_that_were_published_by_mistake(self, here: Ahead) -> None:
        session_id = await here.filed()
        await here.step(session_id, "approval", officer=True)
        await here.add(session_id, 1)
        await here.step(session_id, "sealing")
        here.turn(HELD_ON)
        await here.centre.batch(f"/sessions/{session_id}/results", [pass_row(1)])
        await here.step(session_id, "publication")

        assert await here.step(session_id, "withholding", WHY) == "wrong-role"
        assert await here.step(session_id, "withholding", WHY, officer=True) == "sealed"
        assert await here.step(session_id, "publication") == "published"
