"""What officers and institutions do to a filed class: return it, file it again, approve it, check its place."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from shared.contracts.registry.classes import ClassChecked, ClassFiled, ClassRefiled, ClassReturned, ClassState
from shared.contracts.registry.enrolments import EnrolmentCorrected
from tests.registry.class_lifecycle.class_steps import FAILED, PASSED, REASONS, history, mended, returned
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_today, trainee


async def kinds(school: School) -> list[type]:
    return [type(fact) for fact in await school.registry.told() if isinstance(fact, ClassState)]


class TestReturn:
    async def test_a_returned_class_says_why(self, school: School) -> None:
        class_id = await returned(school)

        answer = (await school.registry.http.get(f"/v1/classes/{class_id}", headers=school.headers)).json()

        assert (answer["status"], answer["return_reasons"]) == ("returned", REASONS["reasons"])
        assert await kinds(school) == [ClassFiled, ClassReturned]

    @pytest.mark.parametrize("reasons", [[], [""], ["x"], None, "一句话"], ids=str)
    async def test_without_a_reason_nothing_is_returned(self, school: School, reasons: object) -> None:
        class_id = await school.file()

        answer = await school.post(f"classes/{class_id}/return", {"reasons": reasons}, headers=school.officer())

        assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")

    @pytest.mark.parametrize(("region", "status"), [("410102", 200), ("410100", 200), ("410000", 200), ("410103", 403)])
    async def test_an_officer_of_the_region_or_above_returns(self, school: School, region: str, status: int) -> None:
        class_id = await school.file()

        answer = await school.post(f"classes/{class_id}/return", REASONS, headers=school.officer(region))

        assert answer.status_code == status

    async def test_a_returned_class_is_not_approved(self, school: School) -> None:
        class_id = await returned(school)

        answer = await school.post(f"classes/{class_id}/approval", headers=school.officer())

        assert (answer.status_code, answer.json()["allowed"]) == (409, ["cancel", "refile"])

    async def test_an_approved_class_is_returned_with_its_roster_until_it_starts(self, school: School) -> None:
        class_id = await school.file()
        await school.enrol(class_id, trainee(1))
        await school.post(f"classes/{class_id}/approval", headers=school.officer())

        answer = await school.post(f"classes/{class_id}/return", REASONS, headers=school.officer())
        refiled = await school.post(f"classes/{class_id}/refiling", mended(seats=30))
        for step, headers in (("approval", school.officer()), ("start", school.headers)):
            assert (await school.post(f"classes/{class_id}/{step}", headers=headers)).status_code == 200
        too_late = await school.post(f"classes/{class_id}/return", REASONS, headers=school.officer())

        assert (answer.json()["status"], refiled.json()["status"]) == ("returned", "filed")
        assert (too_late.status_code, too_late.json()["code"]) == (409, "illegal-move")
        assert [row.status for row in await school.registry.rows("SELECT status FROM enrolment")] == ["in_training"]

    async def test_the_same_reasons_again_answer_the_returned_class(self, school: School) -> None:
        class_id = await returned(school)

        again = await school.post(f"classes/{class_id}/return", REASONS, headers=school.officer())
        other = await school.post(f"classes/{class_id}/return", {"reasons": ["其他"]}, headers=school.officer())

        assert (again.status_code, again.json()["version"]) == (200, 2)
        assert (other.status_code, other.json()["code"]) == (409, "illegal-move")

    async def test_a_roster_can_be_mended_while_the_class_is_returned(self, school: School) -> None:
        class_id = await returned(school)

        assert (await school.enrol(class_id, trainee(1))).json()["accepted"] == 1


class TestRefile:
    async def test_a_mended_class_waits_for_its_answer_again(self, school: School) -> None:
        set_today(school.registry, date(2025, 9, 25))
        class_id = await returned(school)
        set_today(school.registry, date(2025, 9, 26))

        answer = (await school.post(f"classes/{class_id}/refiling", mended(seats=30))).json()

        assert (answer["id"], answer["local_id"], answer["status"]) == (class_id, "2025-001", "filed")
        assert (answer["seats"], answer["version"]) == (30, 3)
        assert (answer["filed_on"], answer["answer_due_on"]) == ("2025-09-26", "2025-10-10")
        assert answer["return_reasons"] == REASONS["reasons"]
        assert await kinds(school) == [ClassFiled, ClassReturned, ClassRefiled]

    async def test_the_same_mended_filing_again_changes_nothing(self, school: School) -> None:
        class_id = await returned(school)

        first = await school.post(f"classes/{class_id}/refiling", mended(seats=30))
        again = await school.post(f"classes/{class_id}/refiling", mended(seats=30))
        other = await school.post(f"classes/{class_id}/refiling", mended(seats=31))

        assert (again.status_code, again.json()) == (200, first.json())
        assert (other.status_code, other.json()["code"]) == (409, "illegal-move")

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"seats": 61}, "class-too-large"),
            ({"hours": 1}, "class-too-short"),
            ({"programme": "S99"}, "unknown-programme"),
        ],
        ids=str,
    )
    async def test_the_checks_of_a_filing_hold_for_the_mended_one(
        self, school: School, wrong: dict[str, object], code: str
    ) -> None:
        class_id = await returned(school)

        answer = await school.post(f"classes/{class_id}/refiling", mended(**wrong))

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert await kinds(school) == [ClassFiled, ClassReturned]

    async def test_fewer_seats_than_trainees_are_refused(self, school: School) -> None:
        class_id = await returned(school, trainee(1), trainee(2))

        answer = await school.post(f"classes/{class_id}/refiling", mended(seats=1))

        assert (answer.status_code, answer.json()["code"], answer.json()["seated"]) == (409, "seats-taken", 2)
        assert answer.json()["check"] == "C18"

    async def test_trainees_follow_the_class_to_its_new_days_and_programme(self, school: School) -> None:
        class_id = await returned(school, trainee(1), trainee(2, programme="S10"))

        answer = await school.post(
            f"classes/{class_id}/refiling", mended(starts_on="2025-03-03", ends_on="2025-03-25", programme="S03")
        )

        assert answer.status_code == 200, answer.text
        facts = [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentCorrected)]
        assert sorted((fact.programme, fact.version) for fact in facts) == [("S03", 2), ("S10", 2)]
        assert {(fact.from_on, fact.until_on) for fact in facts} == {(date(2025, 3, 3), date(2025, 3, 25))}

    async def test_a_class_that_was_not_returned_is_not_filed_again(self, school: School) -> None:
        class_id = await school.file()

        answer = await school.post(f"classes/{class_id}/refiling", mended())

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")

    async def test_another_institution_does_not_file_it_again(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answer = await other.post(f"classes/{await returned(school)}/refiling", mended())

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")


class TestApprove:
    async def test_of_two_officers_at_once_one_approves_and_the_other_is_told(self, school: School) -> None:
        class_id = await school.file()
        officers = [school.officer(person="one"), school.officer("410100", person="another")]

        answers = await asyncio.gather(
            *(school.post(f"classes/{class_id}/approval", headers=headers) for headers in officers)
        )

        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (won.status_code, won.json()["status"], won.json()["version"]) == (200, "approved", 2)
        assert (lost.status_code, lost.json()["code"], lost.json()["state"]) == (409, "illegal-move", "approved")
        assert [row["verb"] for row in await history(school, class_id)] == ["file", "approve"]

    async def test_of_one_who_approves_and_another_who_returns_at_once_the_return_stands(self, school: School) -> None:
        class_id = await school.file()

        approved, returned = await asyncio.gather(
            school.post(f"classes/{class_id}/approval", headers=school.officer(person="one")),
            school.post(f"classes/{class_id}/return", REASONS, headers=school.officer(person="another")),
        )

        assert (approved.status_code in (200, 409), returned.status_code) == (True, 200)
        verbs = [step["verb"] for step in await history(school, class_id)]
        assert verbs == ["file", *(["approve"] if approved.status_code == 200 else []), "return"]
        assert len(await kinds(school)) == len(verbs)

    async def test_the_same_officer_again_is_answered_the_class_as_it_stands(self, school: School) -> None:
        class_id = await school.file()

        first, again = [await school.post(f"classes/{class_id}/approval", headers=school.officer()) for _ in range(2)]
        await school.post(f"classes/{class_id}/check", PASSED, headers=school.officer())
        later = await school.post(f"classes/{class_id}/approval", headers=school.officer())

        assert (again.status_code, again.json()) == (200, first.json())
        assert (later.status_code, later.json()["code"]) == (409, "illegal-move")
        assert [step["verb"] for step in await history(school, class_id)] == ["file", "approve", "check"]


class TestCheck:
    async def test_a_passed_check_is_kept_and_told(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 20))
        class_id = await school.file()

        answer = await school.post(f"classes/{class_id}/check", PASSED, headers=school.officer())

        assert (answer.status_code, answer.json()["checked_on"]) == (200, "2025-02-20")
        assert await kinds(school) == [ClassFiled, ClassChecked]

    async def test_a_failed_check_is_kept_with_what_was_found(self, school: School) -> None:
        class_id = await school.file()
        await school.post(f"classes/{class_id}/check", PASSED, headers=school.officer())

        answer = await school.post(f"classes/{class_id}/check", FAILED, headers=school.officer(person="another"))

        assert (answer.status_code, answer.json()["checked_on"], answer.json()["version"]) == (200, None, 2)
        step = (await history(school, class_id))[-1]
        assert (step["verb"], step["change"], step["reasons"]) == (
            "check", {"passed": False, "sites": []}, FAILED["findings"],
        )  # fmt: skip
        assert await kinds(school) == [ClassFiled, ClassChecked]

    @pytest.mark.parametrize("found", [PASSED, FAILED])
    async def test_the_same_check_twice_on_a_day_is_one_and_on_another_day_a_second(
        self, school: School, found: dict[str, object]
    ) -> None:
        class_id = await school.file()
        for day in (20, 20, 21):
            set_today(school.registry, date(2025, 2, day))
            await school.post(f"classes/{class_id}/check", found, headers=school.officer())

        assert [step["verb"] for step in await history(school, class_id)] == ["file", "check", "check"]

    async def test_a_failed_check_says_what_was_found(self, school: School) -> None:
        class_id = await school.file()

        answer = await school.post(f"classes/{class_id}/check", {"passed": False}, headers=school.officer())

        assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")

    @pytest.mark.parametrize(
        ("headers", "code"), [("own", "wrong-role"), ("far", "foreign-region"), ("filer", "same-person")]
    )
    async def test_who_may_not_check_is_told(self, school: School, headers: str, code: str) -> None:
        callers = {
            "own": school.headers, "far": school.officer("410103"), "filer": school.officer(person=school.person),
        }  # fmt: skip

        answer = await school.post(f"classes/{await school.file()}/check", PASSED, headers=callers[headers])

        assert (answer.status_code, answer.json()["code"]) == (403, code)
