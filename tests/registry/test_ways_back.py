"""Steps to a final state that were mistakes, taken back by an officer over HTTP: all is as it was before."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from services.metrics.worker import SERVICE as METRICS
from shared.contracts.registry.classes import ClassReinstated
from shared.contracts.registry.enrolments import EnrolmentReinstated
from tests.conftest import OpenService
from tests.registry.directory.directory import impose, lift, open_listing, register
from tests.registry.enrolling import MID_MARCH, code, enrolment_of, running, step, transfer
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.supervising import found, recheck, rectify
from tests.registry.teaching import engage, lessons, put_timetable

WHY = {"reason": "点错了，学员并未退学"}
AS_BEFORE = """
SELECT local_id, status, hours, effective_on, from_on, until_on, programme FROM enrolment ORDER BY local_id
"""


async def enrolments(school: School) -> list[Any]:
    return list(await school.registry.rows(AS_BEFORE))


async def reinstate(school: School, path: str, **request: Any) -> Any:
    return await school.post(f"{path}/reinstatement", WHY, **({"headers": school.officer()} | request))


class TestAWithdrawal:
    async def test_after_completion_is_taken_back_with_training_totals_and_days(
        self, school: School, open_service: OpenService
    ) -> None:
        metrics = await open_service(METRICS)
        set_today(school.registry, date(2025, 3, 20))
        class_id, mistaken, _ = await running(school, 1, 2)
        await school.conclude(class_id, T1=60, T2=60)
        before = await enrolments(school)
        set_today(school.registry, date(2025, 4, 7))
        assert (await step(school, mistaken, "withdrawal", reason="点错")).status_code == 200

        answer = await reinstate(school, f"enrolments/{mistaken}")

        assert (answer.status_code, answer.json()["status"]) == (200, "completed"), answer.text
        assert await enrolments(school) == before
        (told,) = [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentReinstated)]
        assert (told.version, f"{told.effective_on}") == (4, "2025-03-20")
        await school.registry.settle()
        await metrics.settle()
        totals = (await metrics.http.get("/v1/totals?by=day")).json()["rows"]
        assert [(row["day"], row["trainings"]) for row in totals if row["trainings"]] == [("2025-03-20", 2)]
        history = await school.registry.http.get(f"/v1/enrolments/{mistaken}/history", headers=school.headers)
        last = history.json()[-1]
        assert (last["verb"], last["done_by"], last["reason"]) == ("reinstate", "officer", WHY["reason"])

    async def test_during_the_class_puts_the_trainee_back_to_its_last_day(self, school: School) -> None:
        set_today(school.registry, MID_MARCH)
        _, mistaken = await running(school, 1)
        before = await enrolments(school)
        await step(school, mistaken, "withdrawal", on="2025-03-05")

        answer = await reinstate(school, f"enrolments/{mistaken}")

        assert answer.status_code == 200, answer.text
        assert await enrolments(school) == before

    async def test_is_for_officers_and_needs_days_and_a_seat(self, school: School) -> None:
        set_today(school.registry, MID_MARCH)
        class_id, first, second = await running(school, 1, 2, seats=2)
        for each in (first, second):
            await step(school, each, "withdrawal", on="2025-03-01")
        elsewhere = await school.run(local_id="elsewhere")
        await school.enrol(elsewhere, trainee(1, local_id="E1"))
        await school.enrol(class_id, trainee(3), trainee(4))

        answers = [
            await reinstate(school, f"enrolments/{first}", headers=school.headers),
            await reinstate(school, f"enrolments/{first}", headers=school.officer("410202")),
            await reinstate(school, f"enrolments/{first}"),
            await reinstate(school, f"enrolments/{second}"),
            await reinstate(school, f"enrolments/{await enrolment_of(school, 'T3')}"),
        ]

        assert [code(each) for each in answers] == [
            (403, "wrong-role"), (403, "foreign-region"), (409, "overlapping-class"), (409, "class-full"),
            (409, "illegal-move"),
        ]  # fmt: skip

    async def test_from_an_unfinished_training_waits_for_its_class(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 20))
        class_id, _, mistaken = await running(school, 1, 2)
        await step(school, mistaken, "withdrawal")
        await school.conclude(class_id, T1=60)
        assert (await school.post(f"classes/{class_id}/completion")).status_code == 200

        refused = await reinstate(school, f"enrolments/{mistaken}")
        class_back = await reinstate(school, f"classes/{class_id}")
        answer = await reinstate(school, f"enrolments/{mistaken}")

        assert code(refused) == (409, "class-has-ended")
        assert (class_back.status_code, class_back.json()["status"]) == (200, "running"), class_back.text
        assert (answer.status_code, answer.json()["status"]) == (200, "in_training"), answer.text
        assert (await school.conclude(class_id, T2=60)).json()["accepted"] == 1
        assert (await school.post(f"classes/{class_id}/completion")).status_code == 200
        assert Counter(row.status for row in await enrolments(school)) == {"completed": 2}


class TestATransfer:
    async def test_is_taken_back_while_nothing_was_attended_in_the_other_class(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 12))
        _, mistaken = await running(school, 1)
        other = await school.run(local_id="other", starts_on="2025-03-12", ends_on="2025-03-30")
        before = await enrolments(school)
        await transfer(school, mistaken, other)

        answer = await reinstate(school, f"enrolments/{mistaken}")

        assert (answer.status_code, answer.json()["status"]) == (200, "in_training"), answer.text
        after = {row.local_id: row for row in await enrolments(school)}
        assert after["T1"] == before[0]
        assert after["N1"].status == "withdrawn"
        assert after["N1"].until_on < after["N1"].from_on

    async def test_may_be_made_and_taken_back_again(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 12))
        _, mistaken = await running(school, 1)
        other = await school.run(local_id="other", starts_on="2025-03-12", ends_on="2025-03-30")
        for name in ("N1", "N2"):
            content = {"class_id": other, "local_id": name, "reason": "转班"}
            assert (await step(school, mistaken, "transfer", **content)).status_code == 201
            assert (await reinstate(school, f"enrolments/{mistaken}")).status_code == 200

        statuses = {row.local_id: row.status for row in await enrolments(school)}
        assert [statuses[each] for each in ("N1", "N2", "T1")] == ["withdrawn", "withdrawn", "in_training"]

    async def test_that_went_on_is_not(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 20))
        _, mistaken = await running(school, 1)
        other = await school.run(local_id="other", starts_on="2025-03-12", ends_on="2025-03-30")
        await transfer(school, mistaken, other)
        await school.conclude(other, N1=60)

        assert code(await reinstate(school, f"enrolments/{mistaken}")) == (409, "transfer-went-on")


class TestAClass:
    async def test_that_was_cancelled_goes_on_with_its_trainees_and_lessons(self, school: School) -> None:
        await add_site(school)
        await engage(school)
        class_id = await school.run(*(trainee(number) for number in (1, 2, 3)), site="S1")
        assert (await put_timetable(school, class_id, lessons())).status_code == 200
        set_today(school.registry, date(2025, 3, 20))
        await school.conclude(class_id, T1=60, T2=10)
        before = await enrolments(school)
        held = await school.registry.rows("SELECT id, held FROM lesson ORDER BY id")
        await school.post(f"classes/{class_id}/cancellation", WHY, headers=school.officer())

        answer = await reinstate(school, f"classes/{class_id}", headers=school.officer(person="another"))

        assert (answer.status_code, answer.json()["status"]) == (200, "running"), answer.text
        assert await enrolments(school) == before
        assert await school.registry.rows("SELECT id, held FROM lesson ORDER BY id") == held
        assert [type(fact) for fact in await school.registry.told()].count(ClassReinstated) == 1
        assert (await school.conclude(class_id, T3=60)).json()["accepted"] == 1
        assert (await school.post(f"classes/{class_id}/completion")).status_code == 200

    async def test_leaves_out_who_is_in_another_class_by_now(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 20))
        class_id = await school.file()
        await school.enrol(class_id, trainee(1), trainee(2))
        await school.cancel(class_id)
        other = await school.file(local_id="other")
        await school.enrol(other, trainee(1, local_id="O1"))

        answer = await reinstate(school, f"classes/{class_id}")

        assert (answer.status_code, answer.json()["status"]) == (200, "filed"), answer.text
        assert {row.local_id: row.status for row in await enrolments(school)} == {
            "O1": "in_training", "T1": "withdrawn", "T2": "in_training",
        }  # fmt: skip

    async def test_waits_until_its_teachers_and_rooms_are_free(self, school: School) -> None:
        await add_site(school)
        await engage(school)
        first, second = [await school.file(local_id=name, site="S1") for name in ("first", "second")]
        assert (await put_timetable(school, first, lessons())).status_code == 200
        await school.cancel(first)
        assert (await put_timetable(school, second, lessons())).status_code == 200

        refused = await reinstate(school, f"classes/{first}")
        await school.cancel(second)
        answer = await reinstate(school, f"classes/{first}")

        assert (code(refused), refused.json()["lessons"]) == ((409, "lessons-taken"), 10)
        assert answer.status_code == 200, answer.text

    async def test_is_for_officers_of_its_region(self, school: School) -> None:
        class_id = await school.file()
        await school.cancel(class_id)

        answers = [await reinstate(school, f"classes/{class_id}", headers=headers)
                   for headers in (school.headers, school.officer("410202"))]  # fmt: skip
        standing = await reinstate(school, f"classes/{await school.file(local_id='standing')}")

        assert [code(each) for each in (*answers, standing)] == [
            (403, "wrong-role"), (403, "foreign-region"), (409, "illegal-move"),
        ]  # fmt: skip


class TestAnEnding:
    async def test_of_a_listing_is_taken_back(self, school: School) -> None:
        bare = await register(school.registry, credit_code="91350100M000100Y43")
        listing = (await open_listing(bare)).json()
        path = f"institutions/{bare.id}/listings/{listing['id']}"
        closing = {"from_on": "2025-02-01", "reason": "误操作"}
        await bare.post(f"{path}/closing", closing, headers=bare.officer())

        answer = await reinstate(bare, path)
        again = await reinstate(bare, path)

        assert answer.status_code == 200, answer.text
        assert (answer.json()["last_on"], answer.json()["closed_by"]) == (None, None)
        assert code(again) == (409, "not-ended")
        kept = await school.registry.rows("SELECT ended_by, reason, taken_back_by, taking_back_reason FROM ending")
        assert [tuple(row) for row in kept] == [("officer", "误操作", "officer", WHY["reason"])]

    async def test_of_a_sanction_is_taken_back_with_what_follows_from_it(self, school: School) -> None:
        bare = await register(school.registry, credit_code="91350100M000100Y43")
        sanction = (await impose(bare, "delist", last_on="2025-12-31")).json()
        await lift(bare, sanction["id"], from_on="2025-03-01")
        listing = (await open_listing(bare, first_on="2025-04-01")).json()

        answer = await reinstate(bare, f"institutions/{bare.id}/sanctions/{sanction['id']}",
                                 headers=bare.officer("410100"))  # fmt: skip

        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["last_on"]) == ("imposed", "2025-12-31")
        (row,) = await school.registry.rows("SELECT first_on, last_on FROM listing WHERE id = :id", id=listing["id"])
        assert row.last_on < row.first_on

    async def test_of_an_engagement_is_taken_back_by_an_officer(self, school: School) -> None:
        engaged = await engage(school)
        path = f"engagements/{engaged['engagement_id']}"
        await school.post(f"{path}/ending", {"last_on": "2025-02-01"})

        foreign = await reinstate(school, path, headers=school.headers)
        answer = await reinstate(school, path)

        assert code(foreign) == (403, "wrong-role")
        assert (answer.status_code, answer.json()["last_on"]) == (200, None), answer.text

    async def test_of_a_finding_is_taken_back_with_a_new_due_day(self, school: School) -> None:
        finding = await found(school)
        await rectify(school, finding)
        await recheck(school, finding)
        path, content = f"findings/{finding}/reopening", {"said": "复查对象有误", "due_on": "2199-01-01"}

        foreign = await school.post(path, content, headers=school.officer("410202"))
        answer = await school.post(path, content, headers=school.officer())

        assert code(foreign) == (403, "foreign-region")
        assert (answer.status_code, answer.json()["status"], answer.json()["due_on"]) == (200, "open", "2199-01-01")


@pytest.mark.parametrize("path", ["enrolments", "classes"])
async def test_a_reason_is_asked_for(school: School, path: str) -> None:
    answer = await school.post(
        f"{path}/01990000-0000-7000-8000-000000000000/reinstatement", {}, headers=school.officer()
    )

    assert code(answer) == (422, "malformed-request")
