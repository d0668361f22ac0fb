"""Sessions, candidates and results over HTTP, on a real database."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import pytest

from services.assessment.consumers import apply
from services.assessment.worker import SERVICE
from shared.contracts.assessment import ResultRecorded, SessionCancelled, SessionFiled
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, a_class, fail_row, open_centre, pass_row, person_row, plan, session_filing
from tests.conftest import OpenService
from tests.registry.school import set_today
from tests.support.people import identity_number

WRONG_FILINGS: list[tuple[dict[str, object], str, str | None]] = [
    ({"programme": "S99"}, "unknown-programme", "/programme"),
    ({"programme": "S02"}, "programme-is-a-sum", "/programme"),
    ({"region": "410103"}, "unknown-region", "/region"),
    ({"region": "410306"}, "ended-region", "/region"),
    ({"region": "410000"}, "province-is-no-place", "/region"),
    ({"occupation": "4-10-01"}, "malformed-occupation", None),
    ({"occupation": "4-07-01-01"}, "outside-scope", "/occupation"),
    ({"occupation": "4-03-02-01", "level": "L3"}, "outside-scope", "/occupation"),
    ({"level": "L6"}, "outside-scope", "/occupation"),
    ({"level": "L0"}, "unknown-level", None),
    ({"level": "L1"}, "apprentices-are-not-examined", "/level"),
    ({"level": "L7"}, "appointed-not-examined", "/level"),
    ({"level": "L8"}, "appointed-not-examined", "/level"),
    ({"held_on": "30.6.2025"}, "malformed-request", None),
]


@pytest.fixture
async def by_the_rules(open_service: OpenService) -> Centre:
    """A centre where the rules about late filings hold as they are shipped."""
    service = await open_service(SERVICE)
    async with service.engine.begin() as connection:
        await apply(connection, plan())
    return await open_centre(service)


class TestFileAfterwards:
    async def test_a_region_that_has_ended_may_have_held_a_session_before_if_it_is_filed_within_its_days(
        self, by_the_rules: Centre
    ) -> None:
        filing = session_filing(region="410306", held_on="2021-03-18")
        set_today(by_the_rules.service, date(2021, 6, 16))
        answer = await by_the_rules.post("/sessions", filing)
        set_today(by_the_rules.service, date(2021, 6, 17))
        again = await by_the_rules.post("/sessions", filing)
        late = await by_the_rules.post("/sessions", filing | {"local_id": "E2"})

        assert (answer.status_code, answer.json()["outside_territory"]) == (201, True)
        assert (again.status_code, again.json()["id"]) == (201, answer.json()["id"])
        assert (late.status_code, late.json()["code"], late.json()["pointer"]) == (
            409, "session-filed-too-late", "/held_on",
        )  # fmt: skip
        assert late.json()["possible_until"] == "2021-06-16"
        assert "2021-06-16" in late.json()["cure_zh"]

    async def test_a_session_of_2025_is_filed_in_that_year_and_not_moved_back_into_it_later(
        self, by_the_rules: Centre
    ) -> None:
        set_today(by_the_rules.service, date(2025, 12, 31))
        answer = await by_the_rules.post("/sessions", session_filing(held_on="2025-01-02"))
        set_today(by_the_rules.service, date(2026, 1, 1))
        late = await by_the_rules.post("/sessions", session_filing(held_on="2025-12-31", local_id="E2"))
        path = f"/sessions/{answer.json()['id']}/move"
        plan_of_the_day = {"region": "410102", "held_on": "2025-06-30", "reason": "日期登记有误"}
        moved = await by_the_rules.post(path, plan_of_the_day)

        assert answer.status_code == 201, answer.text
        assert [each.json()["code"] for each in (late, moved)] == ["session-filed-too-late"] * 2
        assert {each.json()["possible_until"] for each in (late, moved)} == {"2025-12-31"}


class TestFile:
    async def test_a_session_is_stored_and_told_once_however_often_it_is_filed(self, centre: Centre) -> None:
        session_id = await centre.session()

        assert await centre.session() == session_id
        told = [fact for fact in await centre.service.told() if isinstance(fact, SessionFiled)]
        assert [str(fact.session_id) for fact in told] == [session_id]
        assert (told[0].region, told[0].reporting_region, told[0].level) == ("410102", "410100", 4)
        answer = (await centre.get(f"/sessions/{session_id}")).json()
        assert (answer["status"], answer["outside_territory"]) == ("filed", False)

    async def test_what_is_wrong_in_a_filing_is_said_and_nothing_is_stored(self, centre: Centre) -> None:
        for changes, code, pointer in WRONG_FILINGS:
            answer = await centre.post("/sessions", session_filing(**changes))
            problem = answer.json()
            assert (answer.status_code, problem["code"], problem.get("pointer")) == (422, code, pointer), changes

        assert (await centre.get("/sessions")).json()["rows"] == []

    async def test_posts_that_race_are_one_post_and_repeats_of_it(self, centre: Centre) -> None:
        ids = await asyncio.gather(*(centre.session() for _ in range(3)))
        rows = [person_row(order) for order in range(1, 6)]
        batches = await asyncio.gather(*(centre.batch(f"/sessions/{ids[0]}/candidates", rows) for _ in range(3)))

        assert len(set(ids)) == 1
        assert sorted(batch[0]["outcome"] for batch in batches) == ["accepted", "repeated", "repeated"]
        assert len({row["id"] for batch in batches for row in batch}) == 5

    async def test_another_filing_under_a_used_local_id_is_refused(self, centre: Centre) -> None:
        await centre.session()

        answer = await centre.post("/sessions", session_filing(level="L3"))

        assert (answer.status_code, answer.json()["code"]) == (409, "local-id-taken")

    async def test_only_a_body_that_was_filed_files_sessions(self, centre: Centre) -> None:
        unknown = centre.service.tokens.of(Role.ASSESSMENT_BODY, organisation=new_id())

        assert (await centre.post("/sessions", session_filing(), unknown)).status_code == 404
        assert (await centre.post("/sessions", session_filing(), centre.province)).json()["code"] == "wrong-role"
        nobody = await centre.service.http.post("/v1/sessions", json=session_filing())
        assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")


class TestCandidates:
    async def test_good_and_bad_rows_of_one_batch_are_answered_each_by_itself(self, centre: Centre) -> None:
        session_id = await centre.session()
        to_come = identity_number(date(2099, 1, 1), 1)
        rows = [
            person_row(1),
            person_row(2, document_number="410102199001010000"),
            person_row(3, document_number=to_come),
            {"local_id": "4"},
            person_row(1),
            person_row(1, local_id="5"),
            person_row(6, local_id="1"),
            "nonsense",
            person_row(7),
        ]

        answers = await centre.batch(f"/sessions/{session_id}/candidates", rows)

        outcomes = [(row["outcome"], row.get("errors", [{}])[0].get("code")) for row in answers]
        assert outcomes == [
            ("accepted", None),
            ("refused", "identity-wrong-check-digit"),
            ("refused", "identity-impossible-birth-date"),
            ("refused", "missing"),
            ("repeated", None),
            ("refused", "already-candidate"),
            ("refused", "local-id-taken"),
            ("refused", "model-type"),
            ("accepted", None),
        ]
        assert answers[4]["id"] == answers[0]["id"]
        assert list(await centre.candidate_ids(session_id)) == ["1", "7"]

    async def test_a_second_post_of_the_same_batch_changes_nothing(self, centre: Centre) -> None:
        session_id = await centre.session()
        rows = [person_row(order) for order in range(1, 4)]

        first = await centre.batch(f"/sessions/{session_id}/candidates", rows)
        second = await centre.batch(f"/sessions/{session_id}/candidates", rows)

        assert {row["outcome"] for row in second} == {"repeated"}
        assert [row["id"] for row in second] == [row["id"] for row in first]

    async def test_a_dry_run_decides_and_stores_nothing(self, centre: Centre) -> None:
        session_id = await centre.session()

        answer = await centre.post(f"/sessions/{session_id}/candidates?mode=validate", {"rows": [person_row(1)]})

        assert (answer.json()["accepted"], answer.json()["dry_run"]) == (1, True)
        assert await centre.candidate_ids(session_id) == {}

    async def test_a_candidate_is_shown_masked_and_kept_sealed(self, centre: Centre) -> None:
        session_id = await centre.session()
        await centre.batch(f"/sessions/{session_id}/candidates", [person_row(1)])

        [row] = (await centre.get(f"/sessions/{session_id}/candidates")).json()["rows"]

        assert (row["name"], row["document_number"]) == ("王**", "410102********" + identity_number(
            date(1990, 5, 17), 1)[-4:])  # fmt: skip
        [[sealed]] = await centre.service.rows("SELECT sealed FROM candidate_person")
        assert identity_number(date(1990, 5, 17), 1).encode() not in bytes(sealed)

    async def test_another_body_neither_sees_nor_changes_them(self, centre: Centre) -> None:
        session_id = await centre.session()
        other = await open_centre(centre.service, 124)

        for answer in (
            await other.get(f"/sessions/{session_id}/candidates"),
            await other.post(f"/sessions/{session_id}/candidates", {"rows": [person_row(1)]}),
            await other.post(f"/sessions/{session_id}/results", {"rows": [pass_row(1)]}),
            await other.conclude(session_id),
            await other.post(f"/sessions/{session_id}/cancellation"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")


class TestResults:
    async def test_each_row_is_answered_by_itself(self, centre: Centre) -> None:
        session_id = await centre.session()
        await centre.batch(f"/sessions/{session_id}/candidates", [person_row(order) for order in range(1, 8)])
        rows = [
            pass_row(1),
            fail_row(2),
            {"local_id": "3", "absent": True},
            pass_row(9),
            pass_row(4, theory=100.5),
            pass_row(4, theory=60.05),
            pass_row(4, theory=True),
            pass_row(5, review=70),
            {"local_id": "6", "theory": 70},
            {"local_id": "7", "theory": 70, "skills": 70, "absent": True},
            pass_row(1),
            pass_row(1, theory=61),
            {"local_id": "2", "absent": True},
        ]

        answers = await centre.batch(f"/sessions/{session_id}/results", rows)

        assert [(row["outcome"], row.get("errors", [{}])[0].get("code")) for row in answers] == [
            ("accepted", None),
            ("accepted", None),
            ("accepted", None),
            ("refused", "not-in-session"),
            ("refused", "less-than-equal"),
            ("refused", "decimal-max-places"),
            ("refused", "value-error"),
            ("refused", "part-not-held"),
            ("accepted", None),
            ("refused", "value-error"),
            ("repeated", None),
            ("refused", "result-differs"),
            ("refused", "result-differs"),
        ]
        told = [fact for fact in await centre.service.told() if isinstance(fact, ResultRecorded)]
        assert [(fact.passed, fact.version) for fact in told] == [(True, 1), (False, 1)]
        assert {fact.effective_on for fact in told} == {date(2025, 6, 30)}

    async def test_the_same_results_again_are_repeats(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), {"local_id": "2", "absent": True})

        again = await centre.batch(
            f"/sessions/{session_id}/results", [pass_row(1, theory=60.0), {"local_id": "2", "absent": True}]
        )

        assert [row["outcome"] for row in again] == ["repeated", "repeated"]

    async def test_technicians_are_also_reviewed_and_have_no_result_before(self, centre: Centre) -> None:
        session_id = await centre.session(level="L5")
        await centre.batch(f"/sessions/{session_id}/candidates", [person_row(1), person_row(2)])

        [without, failed] = await centre.batch(
            f"/sessions/{session_id}/results", [pass_row(1), pass_row(2, review=59.9)]
        )

        assert (without["outcome"], failed["outcome"]) == ("accepted", "accepted")
        rows = (await centre.get(f"/sessions/{session_id}/candidates")).json()["rows"]
        assert [row["passed"] for row in rows] == [None, False]
        assert rows[1]["marks"] == {"theory": 60.0, "skills": 88.5, "review": 59.9}

    async def test_results_wait_for_the_day_of_the_exam(self, centre: Centre) -> None:
        set_today(centre.service, date(2025, 6, 29))
        session_id = await centre.session()
        await centre.batch(f"/sessions/{session_id}/candidates", [person_row(1)])

        answer = await centre.post(f"/sessions/{session_id}/results", {"rows": [pass_row(1)]})

        assert (answer.status_code, answer.json()["code"]) == (409, "session-too-early")
        assert answer.json()["possible_from"] == "2025-06-30"


class TestCancel:
    async def test_a_cancelled_session_takes_nothing_more(self, centre: Centre) -> None:
        session_id = await centre.session()

        cancelled = await centre.post(f"/sessions/{session_id}/cancellation")

        assert cancelled.json()["status"] == "cancelled"
        assert isinstance((await centre.service.told())[-1], SessionCancelled)
        for path in ("candidates", "results"):
            answer = await centre.post(f"/sessions/{session_id}/{path}", {"rows": []})
            assert (answer.status_code, answer.json()["code"]) == (409, "session-closed")
        for path in ("conclusion", "cancellation"):
            answer = await centre.post(f"/sessions/{session_id}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")

    async def test_a_session_with_marks_is_not_cancelled(self, centre: Centre) -> None:
        session_id = await centre.examined(fail_row(1))

        answer = await centre.post(f"/sessions/{session_id}/cancellation")

        assert (answer.status_code, answer.json()["code"]) == (409, "results-stand")

    async def test_an_unknown_session_is_not_found(self, centre: Centre) -> None:
        answer = await centre.conclude(str(UUID(int=1)))

        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


class TestList:
    async def test_what_is_asked_for_narrows_the_list_and_a_body_sees_its_own(self, centre: Centre) -> None:
        class_id = new_id()
        await centre.service.hear(a_class(class_id))
        of_class = await centre.session(class_id=str(class_id))
        cancelled = await centre.session(local_id="E2")
        await centre.post(f"/sessions/{cancelled}/cancellation")
        other = await open_centre(centre.service, 124)
        elsewhere = await other.session(class_id=str(class_id))

        async def listed(query: str, headers: dict[str, str]) -> list[str]:
            return [row["id"] for row in (await centre.get(f"/sessions?{query}", headers)).json()["rows"]]

        assert await listed("", centre.own) == [of_class, cancelled]
        assert await listed("", centre.province) == [of_class, cancelled, elsewhere]
        assert await listed("status=cancelled", centre.own) == [cancelled]
        assert await listed("status=filed", centre.province) == [of_class, elsewhere]
        assert await listed(f"class_id={class_id}", centre.province) == [of_class, elsewhere]
        assert await listed(f"class_id={class_id}&status=filed", other.own) == [elsewhere]
        assert await listed("status=concluded", centre.province) == []
