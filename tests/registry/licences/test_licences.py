"""Licences over HTTP: recorded by one person, confirmed by another, with a way back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.contracts.registry.licences import LicenceConfirmed, LicenceRecorded, LicenceRejected, LicenceState
from shared.kernel.callers import Role
from tests.registry.persons.test_rekeying import WHY, rekeyed, right
from tests.registry.rating import completed, parts, person_of, quality
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_policy

WELDING: dict[str, Any] = {
    "level": None, "award": "special_operations", "occupation": "6-18-02-04", "hours": 80,
}  # fmt: skip
DAYS: dict[str, object] = {"issued_on": "2025-03-25", "valid_until": "2031-03-24"}


async def licensed_class(school: School, *numbers: int) -> str:
    """The id of a class for welders whose trainees "T-1" and so on completed it."""
    await set_policy(school.registry, "attendance.share_min", "0.5")
    class_id, _ = await completed(school, *numbers, **WELDING)
    return class_id


async def outcomes(school: School, path: str, *rows: object, headers: dict[str, str] | None = None) -> list[str]:
    """Of each row what became of it, or why it was refused."""
    answer = await school.post(path, {"rows": rows}, headers=headers or school.headers)
    assert answer.status_code == 200, answer.text
    return [row["errors"][0]["code"] if "errors" in row else row["outcome"] for row in answer.json()["rows"]]


async def record(school: School, class_id: str, *rows: Any, headers: dict[str, str] | None = None) -> list[str]:
    return await outcomes(school, f"classes/{class_id}/licences", *(DAYS | row for row in rows), headers=headers)


async def decide(school: School, class_id: str, *rows: object, headers: dict[str, str] | None = None) -> list[str]:
    path = f"classes/{class_id}/licence-decisions"
    return await outcomes(school, path, *rows, headers=headers or school.officer())


async def told(school: School) -> list[LicenceState]:
    return [fact for fact in await school.registry.told() if isinstance(fact, LicenceState)]


async def listed(school: School, headers: dict[str, str] | None = None, **asked: str) -> list[str]:
    answer = await school.registry.http.get("/v1/licences", params=asked, headers=headers or school.officer())
    assert answer.status_code == 200, answer.text
    return [row["status"] for row in answer.json()["rows"]]


ONE: dict[str, object] = {"local_id": "T-1"}
CONFIRM = ONE | {"verdict": "confirm"}
REJECT = ONE | {"verdict": "reject", "reason": "查询平台无此证"}


class TestSteps:
    async def test_what_the_institution_records_an_officer_confirms(self, school: School) -> None:
        class_id = await licensed_class(school, 1, 2)

        assert await record(school, class_id, ONE, ONE, {"local_id": "T-9"}) == ["accepted", "repeated", "not-in-class"]
        assert await listed(school, status="recorded") == ["recorded"]
        assert await decide(school, class_id, CONFIRM, CONFIRM, {"local_id": "T-2", "verdict": "confirm"}) == [
            "accepted", "repeated", "not-found",
        ]  # fmt: skip

        first, second = await told(school)
        assert [type(first), type(second)] == [LicenceRecorded, LicenceConfirmed]
        assert (second.version, second.award, second.level, str(second.class_id)) == (
            2, "special_operations", None, class_id,
        )  # fmt: skip
        assert await listed(school) == ["confirmed"]

    async def test_a_confirmation_by_mistake_is_taken_back_and_the_licence_recorded_again(self, school: School) -> None:
        class_id = await licensed_class(school, 1)
        await record(school, class_id, ONE)
        await decide(school, class_id, CONFIRM)

        assert await record(school, class_id, ONE | {"issued_on": "2025-03-26"}) == ["illegal-move"]
        assert await decide(school, class_id, REJECT, REJECT) == ["accepted", "repeated"]
        assert await record(school, class_id, ONE | {"issued_on": "2025-03-26"}) == ["accepted"]
        assert await decide(school, class_id, CONFIRM, headers=school.officer(person="second")) == ["accepted"]

        [row] = await school.registry.rows("SELECT enrolment_id FROM licence")
        answer = await school.registry.http.get(f"/v1/licences/{row.enrolment_id}/history", headers=school.headers)
        history = [(each["verb"], each["done_by"], each["reason"], each["issued_on"]) for each in answer.json()]
        assert history == [
            ("record", "clerk", None, "2025-03-25"), ("confirm", "officer", None, "2025-03-25"),
            ("reject", "officer", "查询平台无此证", "2025-03-25"), ("record", "clerk", None, "2025-03-26"),
            ("confirm", "second", None, "2025-03-26"),
        ]  # fmt: skip
        assert [type(fact) for fact in await told(school)][2] is LicenceRejected

    async def test_an_officer_who_recorded_a_licence_does_not_confirm_it(self, school: School) -> None:
        class_id = await licensed_class(school, 1)

        assert await record(school, class_id, ONE, headers=school.officer()) == ["accepted"]
        assert await decide(school, class_id, CONFIRM) == ["same-person"]
        assert await decide(school, class_id, CONFIRM, headers=school.officer("410100", person="city")) == ["accepted"]

    async def test_two_officers_at_once_confirm_once(self, school: School) -> None:
        class_id = await licensed_class(school, 1)
        await record(school, class_id, ONE)

        both = await asyncio.gather(
            decide(school, class_id, CONFIRM), decide(school, class_id, CONFIRM, headers=school.officer(person="b"))
        )

        assert sorted(both) == [["accepted"], ["repeated"]]

    async def test_a_dry_run_stores_nothing(self, school: School) -> None:
        class_id = await licensed_class(school, 1)

        answer = await school.post(f"classes/{class_id}/licences?mode=validate", {"rows": [ONE | DAYS]})

        assert (answer.json()["accepted"], answer.json()["dry_run"]) == (1, True)
        assert await listed(school) == []


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"issued_on": "2025-02-28"}, "licence-before-class"), ({"issued_on": "2190-01-01"}, "day-ahead"),
            ({"valid_until": "2025-03-24"}, "licence-ends-before-issue"), ({"number": "T410102199003070011"}, None),
        ],
    )  # fmt: skip
    async def test_what_cannot_be_is_refused(
        self, school: School, changes: dict[str, object], code: str | None
    ) -> None:
        class_id = await licensed_class(school, 1)

        [outcome] = await record(school, class_id, ONE | changes)

        assert outcome == code or (code is None and outcome not in ("accepted", "repeated"))

    async def test_a_class_that_leads_to_a_level_has_no_licences(self, school: School) -> None:
        class_id, _ = await completed(school, 1)

        assert await record(school, class_id, ONE) == ["not-for-licence"]

    async def test_a_rejection_says_why(self, school: School) -> None:
        class_id = await licensed_class(school, 1)
        await record(school, class_id, ONE)

        assert await decide(school, class_id, ONE | {"verdict": "reject"}) == ["reason-missing"]

    async def test_rights_end_at_the_institution_and_the_region(self, school: School) -> None:
        class_id = await licensed_class(school, 1)
        await record(school, class_id, ONE)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        body = {"rows": [ONE | DAYS]}
        paths = {"licences": body, "licence-decisions": {"rows": [CONFIRM]}}

        async def refused(path: str, headers: dict[str, str]) -> tuple[int, str]:
            answer = await school.post(f"classes/{class_id}/{path}", paths[path], headers=headers)
            return answer.status_code, answer.json()["code"]

        assert await refused("licences", other.headers) == (403, "foreign-organisation")
        assert await refused("licences", school.officer("410103")) == (403, "foreign-region")
        assert await refused("licence-decisions", school.headers) == (403, "wrong-role")
        assert await refused("licence-decisions", school.officer("410103")) == (403, "foreign-region")
        assert await listed(school, other.headers) == []
        assert await listed(school, school.officer("410103")) == []
        finance = school.registry.tokens.of(Role.FINANCE, region="410100")
        assert await refused("licences", finance) == (403, "wrong-role")


class TestRekeying:
    async def test_the_confirmation_is_asked_for_again_under_the_right_document(self, school: School) -> None:
        await set_policy(school.registry, "quality.group_size_min", "1")
        class_id = await licensed_class(school, 1, 2)
        await record(school, class_id, ONE, {"local_id": "T-2"})
        await decide(school, class_id, CONFIRM)
        before = await parts(school, "passed_of_started")
        [training] = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = 'T-1'")

        answer = await rekeyed(school, str(training.id), right(9))

        assert answer.status_code == 200, answer.text
        assert (before, await parts(school, "passed_of_started")) == ((1, 2), (0, 2))
        assert await listed(school) == ["recorded", "recorded"]
        last = (await told(school))[-1]
        assert (type(last), last.version, last.status, last.person) == (
            LicenceRecorded, 3, "recorded", await person_of(school, str(training.id)),
        )  # fmt: skip
        history = await school.registry.http.get(f"/v1/licences/{training.id}/history", headers=school.headers)
        assert [(each["verb"], each["done_by"], each["reason"]) for each in history.json()] == [
            ("record", "clerk", None), ("confirm", "officer", None), ("reopen", "second", WHY["reason"]),
        ]  # fmt: skip
        assert await decide(school, class_id, CONFIRM) == ["accepted"]
        assert await parts(school, "passed_of_started") == (1, 2)


class TestQuality:
    async def test_a_licence_is_the_test_that_its_training_passed(self, school: School) -> None:
        await set_policy(school.registry, "quality.group_size_min", "1")
        class_id = await licensed_class(school, 1, 2)
        await record(school, class_id, ONE)
        assert await parts(school, "passed_of_started") == (0, 2)

        await decide(school, class_id, CONFIRM)

        assert await parts(school, "passed_of_started") == (1, 2)
        assert await parts(school, "passed_of_tested") == (1, 1)

    async def test_a_class_without_a_level_is_no_part_of_the_rise(self, school: School) -> None:
        await set_policy(school.registry, "quality.group_size_min", "1")
        await completed(school, 1, level=None, award="completion", occupation="5-01-02-01")
        await completed(school, 2, local_id="2025-002")

        [row] = (await quality(school, by="region"))["rows"]

        assert (row["level_rise"]["denominator"], row["level_rise_waiting"]) == (1, None)
        assert (row["passed_of_started"]["numerator"], row["passed_of_started"]["denominator"]) == (1, 2)
