"""Training orders over HTTP: from the signed need to those in work, in one answer, for its parties and officers."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from tests.registry.directory.directory import register
from tests.registry.enrolling import code
from tests.registry.rating import certificate, completed, parts, person_of, report
from tests.registry.school import ANOTHER_CREDIT_CODE, School, add_site, set_policy, set_today


async def file(school: School, **changes: Any) -> httpx.Response:
    content = {
        "local_id": "O1", "buyer_name": "某养老集团", "buyer_credit_code": ANOTHER_CREDIT_CODE,
        "occupation": "4-10-01-05", "level": "L4", "persons": 50, "first_on": "2025-01-01", "last_on": "2025-12-31",
        "signed_on": "2025-01-01",
    } | changes  # fmt: skip
    return await school.post("orders", content)


async def filed(school: School, **changes: Any) -> str:
    answer = await file(school, **changes)
    assert answer.status_code == 201, answer.text
    order_id: str = answer.json()["id"]
    return order_id


async def step(school: School, order_id: str, verb: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return await school.post(f"orders/{order_id}/{verb}", {"reason": "原件核对"}, headers=headers or school.officer())


async def attach(school: School, order_id: str, class_id: str) -> httpx.Response:
    return await school.post(f"orders/{order_id}/classes", {"class_id": class_id})


async def read(school: School, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
    answer = await school.registry.http.get(f"/v1/{path}", params=query, headers=headers or school.officer())
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestChain:
    async def test_its_yield_is_seen_from_the_order_to_those_in_work(self, school: School) -> None:
        await set_policy(school.registry, "quality.group_size_min", "2")
        buyer = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE, kind="enterprise")
        order_id = await filed(school)
        plan = {"planned_on": "2025-03-25"}
        class_id, enrolments = await completed(school, 1, 2, 3, exam_plan=plan)
        await attach(school, order_id, class_id)
        await step(school, order_id, "confirmation")
        await school.registry.hear(certificate(await person_of(school, enrolments[0])))
        await report(
            school, {"enrolment_id": enrolments[0], "employed_on": "2025-05-01", "evidence": "contract"},
        )  # fmt: skip
        set_today(school.registry, date(2025, 6, 1))

        shown = await read(school, f"orders/{order_id}")

        assert shown["came_of_it"] == {
            "ordered": 50, "classes": 1, "seats": 40, "enrolled": 3, "completed": 3, "certified": 1,
            "without_work": 3, "employed": 1, "waiting": 2,
        }  # fmt: skip
        (class_,) = shown["classes"]
        assert (class_["class_id"], class_["exam_plan"]["planned_on"]) == (class_id, "2025-03-25")
        assert (shown["status"], shown["buyer_id"]) == ("confirmed", buyer.id)
        assert [each["verb"] for each in shown["history"]] == ["file", "confirm"]
        for party in (school.headers, buyer.headers):
            assert await read(school, f"orders/{order_id}", party) == shown
            assert [row["id"] for row in (await read(school, "orders", party))["rows"]] == [order_id]

    async def test_few_people_in_work_are_not_shown(self, school: School) -> None:
        order_id = await filed(school)
        class_id, _ = await completed(school, 1)
        await attach(school, order_id, class_id)

        came = (await read(school, f"orders/{order_id}"))["came_of_it"]

        assert (came["completed"], came["without_work"], came["employed"], came["waiting"]) == (1, None, None, None)

    @pytest.mark.parametrize(
        ("award", "occupation"), [("special_operations", "6-18-02-04"), ("completion", "5-01-02-01")]
    )
    async def test_it_may_lead_to_an_award_without_a_level(self, school: School, award: str, occupation: str) -> None:
        await set_policy(school.registry, "attendance.share_min", "0.5")
        order_id = await filed(school, level=None, award=award, occupation=occupation)
        asked: dict[str, Any] = {"level": None, "award": award, "occupation": occupation, "hours": 80}
        class_id, _ = await completed(school, 1, 2, **asked)
        of_level = await school.file(local_id="2025-002")

        other = await attach(school, order_id, of_level)
        fitting = await attach(school, order_id, class_id)
        if award == "special_operations":
            days = {"issued_on": "2025-03-25", "valid_until": "2031-03-24"}
            rows = [{"local_id": "T-1"} | days, {"local_id": "T-2"} | days]
            await school.post(f"classes/{class_id}/licences", {"rows": rows})
            confirmed = {"rows": [{"local_id": "T-1", "verdict": "confirm"}]}
            await school.post(f"classes/{class_id}/licence-decisions", confirmed, headers=school.officer())

        assert (code(other), other.json()["differs"]) == ((409, "class-not-of-order"), ["occupation", "award"])
        assert (fitting.status_code, fitting.json()["award"], fitting.json()["level"]) == (200, award, None)
        came = (await read(school, f"orders/{order_id}"))["came_of_it"]
        # What shows the award is a licence that an officer confirmed, or the completed training itself.
        assert (came["completed"], came["certified"]) == (2, 1 if award == "special_operations" else 2)

    async def test_a_confirmed_order_makes_its_classes_demanded(self, school: School) -> None:
        order_id = await filed(school, occupation="4-10-01-02")
        numbers = range(1, 11)
        class_id, _ = await completed(school, *numbers, occupation="4-10-01-02", fund_source=None)
        await attach(school, order_id, class_id)
        before = await parts(school, "demand_match")
        await step(school, order_id, "confirmation")
        after = await parts(school, "demand_match")

        assert (before, after) == ((0, 10), (10, 10))

    async def test_strangers_see_nothing_of_it(self, school: School) -> None:
        order_id = await filed(school)
        stranger = await register(school.registry, credit_code="91110000600037341L")

        answers = [
            await school.registry.http.get(f"/v1/orders/{order_id}", headers=headers)
            for headers in (stranger.headers, school.officer("410103"))
        ]

        assert [code(answer)[1] for answer in answers] == ["foreign-organisation", "foreign-region"]
        assert (await read(school, "orders", stranger.headers))["rows"] == []


class TestFile:
    async def test_a_repeat_answers_the_first(self, school: School) -> None:
        first = await file(school)

        assert (await file(school)).json() == first.json()
        assert code(await file(school, persons=51)) == (409, "local-id-taken")

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"signed_on": "2199-01-01"}, "order-signed-later"),
            ({"last_on": "2024-12-31"}, "period-ends-before-start"),
            ({"sites": ["S9"]}, "not-found"),
            ({"buyer_credit_code": "91350100M000100Y44"}, "credit-code-wrong-check"),
            ({"persons": 0}, "malformed-request"),
        ],
    )
    async def test_what_cannot_be_is_refused(self, school: School, changes: dict[str, Any], expected: str) -> None:
        answer = await file(school, **changes)

        assert answer.status_code >= 400
        assert code(answer)[1] == expected


class TestClasses:
    async def test_a_class_counts_for_one_order_and_can_be_taken_out(self, school: School) -> None:
        site_id = await add_site(school)
        one, other = await filed(school, sites=["S1"]), await filed(school, local_id="O2")
        class_id = await school.file(site="S1")

        answers = [await attach(school, one, class_id), await attach(school, one, class_id)]
        refused = await attach(school, other, class_id)
        out = await school.post(f"orders/{one}/detachment", {"class_id": class_id, "reason": "归错了"})
        again = await attach(school, other, class_id)

        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json()["sites"] == [site_id]
        assert (code(refused)[1], refused.json()["order"]) == ("class-ordered-already", one)
        assert (out.status_code, again.status_code) == (200, 200)
        twice = await school.post(f"orders/{one}/detachment", {"class_id": class_id, "reason": "归错了"})
        assert code(twice) == (404, "not-found")

    async def test_another_level_does_not_fit_and_another_institution_does_not_choose(self, school: School) -> None:
        order_id = await filed(school, level="L3")
        class_id = await school.file()
        stranger = await register(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        refused = await attach(school, order_id, class_id)

        assert (code(refused)[1], refused.json()["differs"]) == ("class-not-of-order", ["award"])
        assert code(await attach(stranger, order_id, class_id))[1] == "foreign-organisation"


class TestSteps:
    async def test_a_withdrawal_is_taken_back_by_an_officer(self, school: School) -> None:
        order_id = await filed(school)
        class_id = await school.file()

        withdrawn = await step(school, order_id, "withdrawal", school.headers)
        late = await attach(school, order_id, class_id)
        steps = [await step(school, order_id, verb) for verb in ("confirmation", "reinstatement", "confirmation")]

        assert (withdrawn.json()["status"], code(late)[1]) == ("withdrawn", "order-withdrawn")
        assert [code(answer)[1] if answer.status_code > 200 else answer.json()["status"] for answer in steps] == [
            "illegal-move", "filed", "confirmed",
        ]  # fmt: skip
        assert code(await step(school, order_id, "confirmation", school.headers)) == (403, "wrong-role")
