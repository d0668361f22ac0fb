"""Corrections over HTTP: of hours that attendance counts, of what was said at entry, and by officers."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from shared.kernel.callers import Role
from tests.registry.attending import lesson, post
from tests.registry.enrolling import MID_MARCH, REASON, code, enrolment_of, running, step, told, transfer
from tests.registry.school import School, set_policy, set_today, trainee
from tests.support.people import identity_number

VETERAN = {"group": "veteran", "evidence": "退伍证", "dated_on": "2024-12-01"}


@pytest.fixture
async def school(school: School) -> School:
    set_today(school.registry, MID_MARCH)
    return school


class TestHours:
    async def test_where_marks_are_required_hours_are_put_right_by_edits_alone(self, school: School) -> None:
        await set_policy(school.registry, "attendance.marks_required", "yes")
        class_id, enrolment_id = await running(school, 1)
        set_today(school.registry, date(2025, 3, 21))
        await school.post(f"classes/{class_id}/conclusion")

        while_running = await step(school, enrolment_id, "correction", hours=60, **REASON)
        await school.post(f"classes/{class_id}/completion")
        afterwards = await step(school, enrolment_id, "correction", hours=60, **REASON)

        for answer in (while_running, afterwards):
            assert code(answer) == (409, "hours-follow-attendance")
            assert answer.json()["check"] == "C14"
            assert answer.json()["edits"] == f"/v1/enrolments/{enrolment_id}/attendance-edits"
        assert (await told(school))[-1].status == "failed"

    async def test_where_attendance_is_kept_nobody_gets_more_hours_than_it_counts(self, school: School) -> None:
        _, attended, absent = await running(school, 1, 2)
        await post(school, *lesson(1, "09:00:00", "12:00:00"))

        answers = [
            await step(school, enrolment_id, "correction", hours=hours, **REASON)
            for enrolment_id, hours in ((attended, 5), (attended, 4), (absent, 1), (absent, 0))
        ]

        assert [code(answer) for answer in answers] == [
            (422, "more-hours-than-attended"), (200, None), (422, "more-hours-than-attended"), (200, None),
        ]  # fmt: skip
        assert answers[0].json()["hours_max"] == 4


class TestRepeat:
    @pytest.mark.parametrize(
        "values", [{"hours": 50}, {"tags": ["digital"]}, {"groups": [VETERAN]}, {"draws_pension": False}], ids=str
    )
    async def test_the_same_correction_again_makes_no_other_version(
        self, school: School, values: dict[str, Any]
    ) -> None:
        _, enrolment_id = await running(school, 1)

        answers = await asyncio.gather(
            *(step(school, enrolment_id, "correction", **values, **REASON) for _ in range(8))
        )

        assert [code(answer) for answer in answers] == [(200, None)] * 8
        assert {answer.json()["version"] for answer in answers} == {2}
        history = await school.registry.http.get(f"/v1/enrolments/{enrolment_id}/history", headers=school.officer())
        assert [each["verb"] for each in history.json()].count("correct") == 1


class TestReason:
    async def test_a_correction_says_why(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)

        answer = await step(school, enrolment_id, "correction", programme="S10")

        assert code(answer) == (422, "malformed-request")
        assert answer.json()["errors"][0]["pointer"] == "/reason"


class TestEntry:
    async def said(self, school: School, enrolment_id: str) -> dict[str, Any]:
        path = f"/v1/enrolments/{enrolment_id}/entry"
        return dict((await school.registry.http.get(path, headers=school.headers)).json())

    async def test_groups_pension_and_consent_are_sealed_anew_and_kept_as_they_were(self, school: School) -> None:
        await school.run(trainee(1, groups=[VETERAN], consent={"on": "2025-01-02", "version": "v1"}))
        enrolment_id = await enrolment_of(school, "T1")
        (before,) = await school.registry.rows("SELECT entry FROM enrolment")
        seaman = {"group": "seafarer", "evidence": "海员证", "dated_on": "2025-02-01"}

        answer = await step(
            school, enrolment_id, "correction", employment="unemployed", groups=[VETERAN, seaman], draws_pension=False,
            consent={"on": "2025-02-02"}, **REASON,
        )  # fmt: skip

        assert (answer.json()["employment"], answer.json()["evidence_on"]) == ("unemployed", "2025-02-01")
        assert await self.said(school, enrolment_id) == {
            "enrolment_id": enrolment_id, "employment": "unemployed", "groups": [VETERAN, seaman],
            "draws_pension": False, "birth_date": None, "consent": {"on": "2025-02-02", "version": None},
            "phones": ["13900000002"],
        }  # fmt: skip
        fact = (await told(school))[-1]
        assert (fact.employment, fact.priority, fact.evidence_on) == ("unemployed", True, date(2025, 2, 1))
        (kept,) = await school.registry.rows("SELECT version, former_entry FROM enrolment_event")
        assert (kept.version, kept.former_entry) == (2, before.entry)

    async def test_somebody_taken_out_of_all_groups_has_no_evidence(self, school: School) -> None:
        await school.run(trainee(1, groups=[VETERAN]))
        enrolment_id = await enrolment_of(school, "T1")

        answer = await step(school, enrolment_id, "correction", groups=[], **REASON)

        assert (answer.json()["priority"], answer.json()["evidence_on"]) == (False, None)
        assert (await self.said(school, enrolment_id))["groups"] == []

    async def test_of_a_transferred_trainee_is_read_where_they_are_now(self, school: School) -> None:
        await school.run(trainee(1, groups=[VETERAN]))
        to = await school.file(local_id="to", starts_on="2025-03-05", ends_on="2025-04-05")
        entered = (await transfer(school, await enrolment_of(school, "T1"), to)).json()["id"]

        await step(school, entered, "correction", draws_pension=True, **REASON)

        said = await self.said(school, entered)
        assert (said["draws_pension"], said["groups"]) == (True, [VETERAN])
        assert (await self.said(school, await enrolment_of(school, "T1")))["draws_pension"] is None

    async def test_a_date_alone_is_no_evidence(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)

        answer = await step(school, enrolment_id, "correction", evidence_on="2025-02-01", **REASON)

        assert code(answer) == (422, "malformed-request")

    async def test_a_paper_dated_ahead_is_refused(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)

        answer = await step(school, enrolment_id, "correction", consent={"on": "2025-03-11"}, **REASON)

        assert (code(answer), answer.json()["pointer"]) == ((422, "paper-dated-ahead"), "/consent/on")

    async def test_who_is_past_the_age_cannot_draw_a_pension_after_all(self, school: School) -> None:
        old = trainee(1, document_number=identity_number(date(1960, 1, 1), 7), draws_pension=False)
        await school.run(old)

        answer = await step(school, await enrolment_of(school, "T1"), "correction", draws_pension=True, **REASON)

        assert (code(answer), answer.json()["pointer"]) == ((422, "age-out-of-range"), "/draws_pension")


class TestOfficers:
    async def test_withdraw_defer_and_correct_in_their_region_with_a_reason(self, school: School) -> None:
        _, *enrolments = await running(school, 1, 2, 3)
        steps = list(zip(enrolments, ("withdrawal", "deferral", "correction"), strict=True))
        content: dict[str, object] = {"programme": "S10"}
        province = school.registry.tokens.of(Role.PROVINCE, person="p", region="410000")

        silent = [
            await school.post(f"enrolments/{each}/{verb}", {}, headers=school.officer()) for each, verb in steps[:2]
        ]
        foreign = [
            await school.post(
                f"enrolments/{each}/{verb}",
                REASON | (content if verb == "correction" else {}),
                headers=school.officer("419001"),
            )
            for each, verb in steps
        ]
        done = [
            await school.post(
                f"enrolments/{each}/{verb}", REASON | (content if verb == "correction" else {}), headers=headers
            )
            for (each, verb), headers in zip(steps, (school.officer(), school.officer("410100"), province), strict=True)
        ]

        assert [code(answer) for answer in silent] == [(422, "reason-missing")] * 2
        assert [code(answer) for answer in foreign] == [(403, "foreign-region")] * 3
        assert [answer.status_code for answer in done] == [200] * 3
        assert [answer.json()["status"] for answer in done] == ["withdrawn", "deferred", "in_training"]
        assert done[2].json()["programme"] == "S10"

    async def test_the_school_alone_lets_a_trainee_resume(self, school: School) -> None:
        _, enrolment_id = await running(school, 1)
        await step(school, enrolment_id, "deferral", **REASON)

        answer = await school.post(f"enrolments/{enrolment_id}/resumption", REASON, headers=school.officer())

        assert code(answer) == (403, "wrong-role")
