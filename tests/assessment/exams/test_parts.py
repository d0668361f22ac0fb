"""Results part by part over HTTP: absence, cheating, resits, and what follows from a correction."""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.contracts.assessment import ResultCorrected, ResultRecorded
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, pass_row, person_row

WHY = {"reason": "登分有误"}
NOTE = "携带手机入场"
FIRST, LATER = "2024-12-20", "2025-12-15"
LAST, AFTER = "2025-12-20", "2025-12-21"
"""The last day on which a part of FIRST is kept, and the day after it."""


async def roster(centre: Centre, *orders: int, **changes: object) -> str:
    session_id = await centre.session(**{"held_on": FIRST} | changes)
    rows = await centre.batch(f"/sessions/{session_id}/candidates", [person_row(order) for order in orders])
    assert {row["outcome"] for row in rows} == {"accepted"}, rows
    return session_id


async def post(centre: Centre, session_id: str, *rows: dict[str, object]) -> list[str]:
    """What became of each row: its outcome, or the code of its refusal."""
    answers = await centre.batch(f"/sessions/{session_id}/results", rows)
    return [row["errors"][0]["code"] if "errors" in row else row["outcome"] for row in answers]


async def shown(centre: Centre, session_id: str) -> dict[str, dict[str, Any]]:
    rows = (await centre.get(f"/sessions/{session_id}/candidates")).json()["rows"]
    return {row["local_id"]: row for row in rows}


class TestParts:
    async def test_theory_comes_today_and_skills_tomorrow(self, centre: Centre) -> None:
        session_id = await roster(centre, 1, 2)

        today = await post(centre, session_id, {"local_id": "1", "theory": 70}, {"local_id": "2", "theory": 59})
        between = await shown(centre, session_id)
        early = await centre.conclude(session_id)
        tomorrow = await post(
            centre, session_id, {"local_id": "1", "skills": 60}, {"local_id": "2", "theory": 59, "skills": 90}
        )
        again = await post(centre, session_id, {"local_id": "1", "theory": 70}, {"local_id": "1", "skills": 61})

        assert (today, tomorrow, again) == (["accepted"] * 2, ["accepted"] * 2, ["repeated", "result-differs"])
        assert (between["1"]["passed"], between["1"]["marks"]) == (
            None, {"theory": 70.0, "skills": None, "review": None},
        )  # fmt: skip
        assert (early.json()["code"], early.json()["without_result"]) == ("results-missing", 2)
        after = await shown(centre, session_id)
        assert [after[each]["passed"] for each in ("1", "2")] == [True, False]
        told = [fact for fact in await centre.service.told() if isinstance(fact, ResultRecorded)]
        assert [(fact.passed, fact.version) for fact in told] == [(True, 1), (False, 1)]

    async def test_who_misses_one_part_fails_and_who_misses_all_was_absent(self, centre: Centre) -> None:
        session_id = await roster(centre, 1, 2, 3)
        rows: list[dict[str, object]] = [
            {"local_id": "1", "theory": 70, "absent_from": ["skills"]},
            {"local_id": "2", "absent_from": ["theory"]},
            {"local_id": "2", "absent_from": ["skills"]},
            {"local_id": "3", "theory": 80},
            {"local_id": "3", "absent": True},
            {"local_id": "3", "absent": True},
            {"local_id": "3", "skills": 80},
        ]

        became = await post(centre, session_id, *rows)

        assert became == ["accepted"] * 5 + ["repeated", "result-differs"]
        after = await shown(centre, session_id)
        assert {
            each: (row["passed"], row["absent"], row["absent_from"]) for each, row in after.items()
        } == {"1": (False, False, ["skills"]), "2": (None, True, []), "3": (False, False, ["skills"])}  # fmt: skip

    async def test_a_session_with_one_mark_is_neither_cancelled_nor_its_candidate_withdrawn(
        self, centre: Centre
    ) -> None:
        session_id = await roster(centre, 1)
        await post(centre, session_id, {"local_id": "1", "theory": 70})
        candidate_id = (await centre.candidate_ids(session_id))["1"]

        cancelled = await centre.post(f"/sessions/{session_id}/cancellation")
        withdrawn = await centre.post(f"/candidates/{candidate_id}/withdrawal", WHY)

        assert [each.json()["code"] for each in (cancelled, withdrawn)] == ["results-stand", "candidate-has-result"]

    async def test_a_mark_of_another_person_is_taken_back_before_the_results_are_public(self, centre: Centre) -> None:
        session_id = await roster(centre, 1)
        await post(centre, session_id, {"local_id": "1", "theory": 70})
        candidate_id = (await centre.candidate_ids(session_id))["1"]

        other_part = await centre.correct(candidate_id, {"skills": 60} | WHY)
        corrected = await centre.correct(candidate_id, {"theory": 71} | WHY)
        opened = await centre.correct(candidate_id, {"unexamined": ["theory"]} | WHY)
        became = await post(centre, session_id, {"local_id": "1", "theory": 50, "skills": 60})

        assert (other_part.status_code, other_part.json()["code"]) == (422, "part-missing")
        assert (corrected.json()["marks"]["theory"], corrected.json()["version"]) == (71.0, 0)
        assert (opened.json()["marks"], opened.json()["passed"]) == (None, None)
        assert [each["marks"]["theory"] for each in opened.json()["replaced"]] == [70.0, 71.0]
        assert became == ["accepted"]


class TestCheating:
    async def test_who_cheated_fails_whatever_the_marks_and_is_barred_for_a_year(self, centre: Centre) -> None:
        session_id = await roster(centre, 1, 2)
        rows = [
            {"local_id": "1", "theory": 90},
            {"local_id": "1", "cheated": True},
            {"local_id": "1", "cheated": True, "note": NOTE},
            {"local_id": "1", "cheated": True, "note": NOTE},
            {"local_id": "1", "skills": 90},
            pass_row(2),
            {"local_id": "2", "cheated": True, "note": NOTE},
        ]

        became = await post(centre, session_id, *rows)

        assert became == [
            "accepted", "value-error", "accepted", "repeated", "result-differs", "accepted", "result-differs",
        ]  # fmt: skip
        one = (await shown(centre, session_id))["1"]
        assert (one["passed"], one["cheated"], one["note"], one["marks"]["theory"]) == (False, True, NOTE, 90.0)
        within = await centre.session(local_id="within", held_on=LAST, level="L3")
        [refused] = await centre.batch(f"/sessions/{within}/candidates", [person_row(1)])
        after = await centre.session(local_id="after", held_on=AFTER, level="L3")
        [admitted] = await centre.batch(f"/sessions/{after}/candidates", [person_row(1)])
        assert admitted["outcome"] == "accepted"
        assert (refused["errors"][0]["code"], refused["errors"][0]["until"]) == ("candidate-barred", LAST)

    async def test_a_correction_of_the_finding_ends_it_at_once(self, centre: Centre) -> None:
        session_id = await roster(centre, 1)
        await post(centre, session_id, {"local_id": "1", "cheated": True, "note": NOTE})
        candidate_id = (await centre.candidate_ids(session_id))["1"]
        earlier = await centre.session(local_id="E2", held_on="2025-07-30")
        roster_path = f"/sessions/{earlier}/candidates"

        [barred] = await centre.batch(roster_path, [person_row(1)])
        corrected = await centre.correct(candidate_id, {"theory": 50, "skills": 70} | WHY)
        [admitted] = await centre.batch(roster_path, [person_row(1)])

        assert barred["errors"][0]["code"] == "candidate-barred"
        assert (corrected.json()["cheated"], corrected.json()["passed"], corrected.json()["version"]) == (
            False, False, 2,
        )  # fmt: skip
        assert [(each["cheated"], each["note"]) for each in corrected.json()["replaced"]] == [(True, NOTE)]
        assert admitted["outcome"] == "accepted"


class TestResits:
    async def failed(self, centre: Centre, *orders: int) -> str:
        """A concluded session in which these candidates passed the theory and failed the skills."""
        session_id = await roster(centre, *orders)
        rows: list[dict[str, object]] = [{"local_id": str(order), "theory": 65.5, "skills": 40} for order in orders]
        assert await post(centre, session_id, *rows) == ["accepted"] * len(orders)
        assert (await centre.conclude(session_id)).status_code == 200
        return session_id

    async def test_a_passed_part_is_kept_for_a_year_and_the_retake_names_the_candidacy_before(
        self, centre: Centre
    ) -> None:
        first = await self.failed(centre, 1, 2, 3)
        before = await centre.candidate_ids(first)
        again = await roster(centre, 1, 2, 3, 4, local_id="E2", held_on=LAST)

        became = await post(
            centre,
            again,
            {"local_id": "1", "skills": 60},
            {"local_id": "2", "theory": 70, "skills": 60},
            {"local_id": "2", "theory": 65.5, "skills": 59.9},
            {"local_id": "3", "absent": True},
            pass_row(4),
        )

        assert became == ["accepted", "part-kept", "accepted", "accepted", "accepted"]
        rows = await shown(centre, again)
        assert (rows["1"]["previous_id"], rows["4"]["previous_id"]) == (before["1"], None)
        assert rows["1"]["kept"] == [{"part": "theory", "candidate_id": before["1"], "until": LAST, "stands": True}]
        assert [(rows[each]["passed"], rows[each]["absent"]) for each in "1234"] == [
            (True, False), (False, False), (None, True), (True, False),
        ]  # fmt: skip
        assert (await centre.conclude(again)).json()["certificates"] == 2

    async def test_after_that_year_everything_is_sat_again(self, centre: Centre) -> None:
        await self.failed(centre, 1)
        again = await roster(centre, 1, local_id="E2", held_on=AFTER)

        await post(centre, again, {"local_id": "1", "skills": 60})

        row = (await shown(centre, again))["1"]
        assert (row["kept"], row["passed"]) == ([], None)

    async def test_a_part_that_was_not_passed_after_all_is_not_kept_either(self, centre: Centre) -> None:
        first = await self.failed(centre, 1, 2)
        before = await centre.candidate_ids(first)
        again = await roster(centre, 1, 2, local_id="E2", held_on=LATER)
        await post(centre, again, {"local_id": "1", "skills": 60}, {"local_id": "2", "skills": 50})
        await centre.conclude(again)
        [certificate] = await centre.certificates(again)
        lower = {"theory": 59, "skills": 40} | WHY

        stands = await centre.correct(before["1"], lower)
        await centre.revoke(certificate["id"], WHY)
        corrected = await centre.correct(before["1"], lower)
        await centre.correct(before["2"], lower)

        assert (stands.status_code, stands.json()["certificate_id"]) == (409, certificate["id"])
        assert corrected.json()["marks"]["theory"] == 59.0
        rows = await shown(centre, again)
        assert [(row["passed"], row["kept"][0]["stands"], row["version"]) for row in rows.values()] == [
            (False, False, 2), (False, False, 2),
        ]  # fmt: skip
        told = [fact for fact in await centre.service.told() if isinstance(fact, ResultCorrected)]
        assert [fact.passed for fact in told] == [False] * 4

        back = await centre.correct(before["1"], {"theory": 66, "skills": 40} | WHY)

        assert back.status_code == 200
        assert (await shown(centre, again))["1"]["passed"] is True


class TestWhoConcludes:
    async def test_who_posted_or_had_corrected_marks_does_not_conclude(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        candidate_id = (await centre.candidate_ids(session_id))["1"]
        ben = centre.service.tokens.of(Role.ASSESSMENT_BODY, person="ben", organisation=centre.body["id"])
        proposed = await centre.post(f"/candidates/{candidate_id}/correction", {"theory": 61, "skills": 61} | WHY, ben)
        assert (await centre.confirm(proposed)).status_code == 200
        path = f"/sessions/{session_id}/conclusion"

        refused = [await centre.post(path, None, headers) for headers in (centre.own, ben)]
        concluded = await centre.conclude(session_id)

        assert [(each.status_code, each.json()["code"]) for each in refused] == [(403, "poster-concludes")] * 2
        assert concluded.json()["certificates"] == 1
        history = (await centre.get(f"/sessions/{session_id}/history")).json()
        assert [(each["posted_by"], each["results"]) for each in history["postings"]] == [("ann", 1), ("ben", 1)]

    async def test_the_database_holds_it_too(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        statement = text(
            "INSERT INTO session_step (session_id, version, verb, by, at, rules, content) "
            "VALUES (:session, 9, 'conclude', 'ann', now(), '{}', '{}')"
        )

        with pytest.raises((DBAPIError, asyncpg.CheckViolationError)):
            async with centre.service.engine.begin() as connection:
                await connection.execute(statement, {"session": session_id})


class TestRecordOfTheCertificate:
    async def test_versions_of_its_result_show_in_its_history(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)

        await centre.correct(certificate["candidate_id"], {"theory": 61, "skills": 88.5} | WHY)

        history = (await centre.get(f"/certificates/{certificate['id']}/history")).json()
        assert [(each["version"], each["outcome"], each["reason"]) for each in history["results"]] == [
            (1, "passed", WHY["reason"]), (2, "passed", None),
        ]  # fmt: skip
        assert date.fromisoformat(history["results"][0]["replaced_at"][:10])
