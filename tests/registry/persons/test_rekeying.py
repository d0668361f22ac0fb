"""A training under the number of another living person: re-keyed by two officers, and everybody has what is theirs."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from services.metrics.worker import SERVICE as METRICS
from shared.contracts.registry.enrolments import EnrolmentRekeyed
from tests.conftest import OpenService
from tests.registry.enrolling import code, enrolment_of, transfer
from tests.registry.persons.test_persons import APRIL, MARCH, document, enrolled, owners
from tests.registry.rating import certificate, parts
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_policy, set_today, trainee

OWNER, TRAINED = 1, 2
"""The numbers of two living people: the first is whose number was given, the second was in the class."""
WHY = {"reason": "报名时证件号码录入错误"}


def right(number: int = TRAINED, **changes: object) -> dict[str, object]:
    return document(number) | {"name": trainee(number)["name"]} | WHY | changes


async def propose(school: School, enrolment_id: str, content: object = None, **request: Any) -> httpx.Response:
    path = f"enrolments/{enrolment_id}/rekeying"
    return await school.post(path, content or right(), **({"headers": school.officer()} | request))


async def rekeyed(school: School, enrolment_id: str, content: object = None) -> httpx.Response:
    return await school.agree(f"enrolments/{enrolment_id}/rekeying", content or right())


@pytest.fixture
async def wrong(school: School) -> str:
    """The enrolment of who was trained, with their own name, under the number of somebody else; it is completed."""
    set_today(school.registry, date(2025, 3, 20))
    class_id = await school.run(trainee(OWNER, name=trainee(TRAINED)["name"]), trainee(3))
    await school.conclude(class_id, T1=60, T3=60)
    return await enrolment_of(school, "T1")


class TestRekeying:
    async def test_takes_two_officers_of_the_region(self, school: School, wrong: str) -> None:
        by_school = await propose(school, wrong, headers=school.headers)
        by_stranger = await propose(school, wrong, headers=school.officer("410202"))
        proposed = await propose(school, wrong)
        path = f"persons/proposals/{proposed.json()['id']}/confirmation"
        alone = await school.post(path, headers=school.officer())
        by_another_county = await school.post(path, headers=school.officer("410202", person="second"))
        before = await school.registry.rows("SELECT version FROM enrolment WHERE id = :id", id=wrong)
        confirmed = await school.post(path, headers=school.officer(person="second"))

        assert [code(answer) for answer in (by_school, by_stranger, alone, by_another_county)] == [
            (403, "wrong-role"), (403, "foreign-region"), (403, "same-person"), (403, "foreign-region"),
        ]  # fmt: skip
        assert [row.version for row in before] == [2]
        assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed"), confirmed.text
        for hidden in (document(OWNER), document(TRAINED)):
            assert str(hidden["document_number"]) not in proposed.text + confirmed.text

    async def test_moves_training_and_totals_and_is_told_once(
        self, school: School, wrong: str, open_service: OpenService
    ) -> None:
        metrics = await open_service(METRICS)
        before = (await owners(school))["T1"]

        answer = await rekeyed(school, wrong)

        assert answer.status_code == 200, answer.text
        after = (await owners(school))["T1"]
        (told,) = [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentRekeyed)]
        assert (told.person, told.former, told.version, told.status) == (after, before, 3, "completed")
        history = await school.registry.http.get(f"/v1/enrolments/{wrong}/history", headers=school.headers)
        last = history.json()[-1]
        assert (last["verb"], last["done_by"], last["changed"]) == ("rekey", "second", {"person": None})
        await school.registry.settle()
        await metrics.settle()
        totals = (await metrics.http.get("/v1/totals?by=day")).json()["rows"]
        assert [row["trainings"] for row in totals if row["trainings"]] == [2]

    async def test_gives_the_owner_of_the_number_days_and_name_back(self, school: School, wrong: str) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        same_days = await other.file(local_id="same", **MARCH)
        row = trainee(OWNER, local_id="O1")

        blocked = await other.enrol(same_days, row)
        await rekeyed(school, wrong)
        owner = await other.enrol(same_days, row)
        again = await other.enrol(same_days, trainee(TRAINED, local_id="O2"))

        assert {each["code"] for each in blocked.json()["rows"][0]["errors"]} == {"name-differs", "overlapping-class"}
        assert owner.json()["accepted"] == 1, owner.text
        # The days are now those of who was trained.
        assert again.json()["rows"][0]["errors"][0]["code"] == "overlapping-class"
        shown = await school.registry.http.get(f"/v1/enrolments/{wrong}", headers=school.officer())
        assert shown.json()["document_number"][-4:] == str(document(TRAINED)["document_number"])[-4:]

    async def test_makes_results_and_certificates_match(self, school: School, wrong: str) -> None:
        await set_policy(school.registry, "quality.group_size_min", "1")
        await rekeyed(school, wrong)
        await school.registry.hear(certificate((await owners(school))["T1"]))

        assert await parts(school, "passed_of_started", last_on="2025-05-31") == (1, 2)

    async def test_makes_the_right_row_a_repeat_and_the_wrong_one_a_mistake(self, school: School, wrong: str) -> None:
        (class_,) = await school.registry.rows("SELECT class_id FROM enrolment WHERE id = :id", id=wrong)
        await school.post(f"classes/{class_.class_id}/reinstatement", WHY, headers=school.officer())
        await rekeyed(school, wrong)
        name = trainee(TRAINED)["name"]

        as_before = await school.enrol(class_.class_id, trainee(OWNER, local_id="T1", name=name))
        as_is = await school.enrol(class_.class_id, trainee(TRAINED, local_id="T1"))

        assert as_before.json()["rows"][0]["errors"][0]["code"] == "local-id-taken"
        assert as_is.json()["rows"][0]["outcome"] == "repeated", as_is.text

    async def test_takes_along_what_the_training_was_transferred_from(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 12))
        await school.run(trainee(OWNER, name=trainee(TRAINED)["name"]))
        first = await enrolment_of(school, "T1")
        other = await school.file(local_id="other", starts_on="2025-03-12", ends_on="2025-03-30")
        assert (await transfer(school, first, other)).status_code == 201

        answer = await rekeyed(school, await enrolment_of(school, "N1"))

        assert answer.status_code == 200, answer.text
        assert len(set((await owners(school)).values())) == 1
        assert [type(fact) for fact in await school.registry.told()].count(EnrolmentRekeyed) == 2

    async def test_back_again_is_a_rekeying_of_its_own(self, school: School, wrong: str) -> None:
        before = await owners(school)
        await rekeyed(school, wrong)

        back = await rekeyed(school, wrong, right(OWNER))

        assert back.status_code == 200, back.text
        assert await owners(school) == before

    async def test_goes_on_under_who_the_right_person_was_merged_into(self, school: School, wrong: str) -> None:
        await enrolled(school, 4, "april", **APRIL)
        await enrolled(school, TRAINED, "may", starts_on="2025-05-01", ends_on="2025-05-20")
        pair = {"first": document(4), "second": document(TRAINED), "into": "first", "reason": "换证"}
        merged = await school.agree("persons/merges", pair)

        await rekeyed(school, wrong)
        together = await owners(school)
        await school.post(f"persons/merges/{merged.json()['id']}/undoing", WHY, headers=school.officer())

        assert together["T1"] == together["april"] == together["may"]
        apart = await owners(school)
        assert apart["T1"] == apart["may"] != apart["april"]


class TestRefusals:
    async def test_what_the_right_person_cannot_have_done_is_refused_at_once(self, school: School, wrong: str) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await enrolled(other, TRAINED, "elsewhere", **MARCH)

        answers = [
            await propose(school, wrong),
            await propose(school, wrong, right(3)),
            await propose(school, wrong, right(OWNER, name=trainee(TRAINED)["name"])),
            await propose(school, wrong, right(4, name="测试")),
            await propose(school, wrong, right(TRAINED, name="另名")),
            await propose(school, wrong, right(4, document_number="410102199003070010")),
        ]

        assert [code(answer) for answer in answers] == [
            (409, "overlapping-class"), (409, "already-enrolled"), (422, "same-document"), (422, "placeholder-name"),
            (422, "name-differs"), (422, "identity-wrong-check-digit"),
        ]  # fmt: skip
        assert answers[-1].json()["pointer"] == "/document_number"
        assert await school.registry.rows("SELECT id FROM person_proposal") == []
