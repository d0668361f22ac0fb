"""Names over HTTP: one document has one name, and an officer puts a wrong one right."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.registry.enrolments.store.enrolments import sealed_trainees
from shared.persons import Persons
from tests.registry.persons.test_persons import APRIL, MARCH, MAY, code, document, enrolled, merge, owners
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee


@pytest.fixture
async def twice(school: School) -> School:
    """Trainee 1 was in a class of March, trainee 2 in one of April."""
    await enrolled(school, 1, "march", **MARCH)
    await enrolled(school, 2, "april", **APRIL)
    return school


class TestNames:
    async def test_another_name_under_a_known_document_is_refused_wherever_it_comes(self, twice: School) -> None:
        other = await open_school(twice.registry, credit_code=ANOTHER_CREDIT_CODE, name="另一所学校")
        class_id = await other.file(local_id="may", **MAY)

        answer = await other.enrol(class_id, trainee(1, name="另名"), trainee(2))
        again = await twice.enrol((await twice.registry.rows("SELECT id FROM class WHERE local_id = 'march'"))[0].id,
                                  trainee(1, local_id="march", name="另名"))  # fmt: skip

        refused, accepted = answer.json()["rows"]
        assert (refused["errors"][0]["code"], refused["errors"][0]["check"]) == ("name-differs", "C01")
        assert refused["errors"][0]["pointer"] == "/name"
        assert accepted["outcome"] == "accepted"
        # Sent again with another name, a row is no repeat.
        assert again.json()["rows"][0]["errors"][0]["code"] == "name-differs"

    async def test_of_two_names_in_one_batch_the_first_stands(self, school: School) -> None:
        march, may = await school.file(local_id="m", **MARCH), await school.file(local_id="n", **MAY)
        rows = [trainee(1, local_id="a") | {"class": "m"}, trainee(1, local_id="b", name="另名") | {"class": "n"}]

        answer = await school.post("enrolments", {"rows": rows})

        assert march != may
        assert [row["outcome"] for row in answer.json()["rows"]] == ["accepted", "refused"]

    @pytest.mark.parametrize("spelling", ["学员一", " 学 员一", "学·员一"])
    async def test_spacing_width_and_dots_make_no_other_name(self, twice: School, spelling: str) -> None:
        class_id = await twice.file(local_id="may", **MAY)

        answer = await twice.enrol(class_id, trainee(1, name=spelling))

        assert answer.json()["accepted"] == 1, answer.text

    async def test_an_officer_corrects_the_name_that_is_known(self, twice: School) -> None:
        content = document(1) | {"name": "另名", "reason": "首次填报有误"}
        class_id = await twice.file(local_id="may", **MAY)

        corrected = await twice.agree("persons/particulars", content)
        again = await twice.agree("persons/particulars", content)
        enrolled_now = await twice.enrol(class_id, trainee(1, name="另名"))

        assert (corrected.status_code, corrected.json()["person"]["name"]) == (200, "另*")
        assert code(again) == (409, "nothing-to-correct")
        assert enrolled_now.json()["accepted"] == 1
        kept = await twice.registry.rows("SELECT reason, replaced_by FROM replaced_particulars")
        assert [(row.reason, row.replaced_by) for row in kept] == [("首次填报有误", "second")]

    async def test_the_name_on_a_document_that_was_merged_away_is_corrected_as_well(self, twice: School) -> None:
        await merge(twice, 1, 2, into="first")
        content = document(2) | {"name": "另名", "reason": "首次填报有误"}
        class_id = await twice.file(local_id="may", **MAY)

        stranger = await twice.post("persons/particulars", content, headers=twice.officer("410202"))
        corrected = await twice.agree("persons/particulars", content)
        enrolled_now = await twice.enrol(class_id, trainee(2, name="另名"))

        assert code(stranger) == (403, "foreign-region")
        assert (corrected.status_code, corrected.json()["person"]["name"]) == (200, "另*")
        assert enrolled_now.json()["accepted"] == 1, enrolled_now.text

    async def test_the_same_name_and_phone_again_are_kept_once(self, twice: School) -> None:
        content = document(1) | {"name": "另名", "phone": "13900000099", "reason": "首次填报有误"}

        answers = [await twice.agree("persons/particulars", content) for _ in range(3)]

        assert [code(answer) for answer in answers] == [(200, None), *[(409, "nothing-to-correct")] * 2]
        (kept,) = await twice.registry.rows("SELECT count(*) FROM replaced_particulars")
        assert kept[0] == 1

    async def test_a_county_where_the_person_stands_now_corrects_it_on_sight_of_the_document(
        self, twice: School
    ) -> None:
        other = await open_school(twice.registry, credit_code=ANOTHER_CREDIT_CODE, region="410202")
        class_id = await other.file(local_id="may", region="410202", **MAY)
        there = {person: twice.officer("410202", person=person) for person in ("first", "second")}
        content = document(1) | {"name": "另名", "reason": "首次填报有误"}

        blocked = await other.enrol(class_id, trainee(1, name="另名"))
        unseen = await twice.post("persons/particulars", content, headers=there["first"])
        proposed = await twice.post("persons/particulars", content | {"seen_on": "2025-05-01"}, headers=there["first"])
        path = f"persons/proposals/{proposed.json()['id']}"
        alone = await twice.post(f"{path}/confirmation", headers=there["first"])
        stranger = await twice.post(f"{path}/confirmation", headers=twice.officer("419001"))
        listed = await twice.registry.http.get("/v1/persons/proposals?status=proposed", headers=twice.officer())
        confirmed = await twice.post(f"{path}/confirmation", headers=there["second"])
        enrolled_now = await other.enrol(class_id, trainee(1, name="另名"))

        refused = blocked.json()["rows"][0]["errors"][0]
        assert (refused["code"], refused["region"]) == ("name-differs", "410102")
        assert "410102" in refused["cure"]
        assert (code(unseen), unseen.json()["regions"]) == ((403, "foreign-region"), ["410102"])
        assert [code(answer) for answer in (alone, stranger)] == [(403, "same-person"), (403, "foreign-region")]
        # The county of the record sees it before and after.
        assert [row["id"] for row in listed.json()["rows"]] == [proposed.json()["id"]]
        assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed"), confirmed.text
        assert enrolled_now.json()["accepted"] == 1, enrolled_now.text

    async def test_a_rejected_proposal_changes_nothing(self, twice: School) -> None:
        content = document(1) | {"name": "另名", "reason": "首次填报有误"}
        proposed = await twice.post("persons/particulars", content, headers=twice.officer())
        path = f"persons/proposals/{proposed.json()['id']}"

        rejected = await twice.post(f"{path}/rejection", {"reason": "与证件不符"}, headers=twice.officer(person="b"))
        late = await twice.post(f"{path}/confirmation", headers=twice.officer(person="c"))

        assert (rejected.json()["status"], rejected.json()["decided_by"]) == ("rejected", "b")
        assert code(late) == (409, "illegal-move")
        assert await twice.registry.rows("SELECT reason FROM replaced_particulars") == []

    async def test_only_officers_propose_names_of_persons_who_are_known(self, twice: School) -> None:
        content = document(1) | {"name": "另名", "reason": "首次填报有误"}

        answers = [
            await twice.post("persons/particulars", content, headers=twice.headers),
            await twice.post("persons/particulars", content | document(9), headers=twice.officer()),
            await twice.post("persons/particulars", content | {"name": "测试"}, headers=twice.officer()),
            await twice.post("persons/particulars", content | {"seen_on": "2199-01-01"}, headers=twice.officer()),
        ]

        assert [code(answer) for answer in answers] == [
            (403, "wrong-role"), (422, "unknown-person"), (422, "placeholder-name"), (422, "document-seen-ahead"),
        ]  # fmt: skip


class TestADamagedName:
    """As rows from before have it: today's rosters are refused with such a name."""

    async def damage(self, school: School, name: str) -> None:
        persons = Persons.load(school.registry.settings.keys_directory)
        async with school.registry.engine.begin() as connection:
            for known in (await sealed_trainees(connection, (await owners(school)).values())).values():
                sealed = persons.called(known, name, None).sealed
                statement = text("UPDATE trainee SET sealed = :sealed WHERE person = :person")
                await connection.execute(statement, {"sealed": sealed, "person": known.person})

    @pytest.mark.parametrize("broken", ["学员?", "学?一", "学员\ufffd", "学员一(1)", "学\ue000一"])
    async def test_is_corrected_by_the_right_name_that_a_roster_brings(self, school: School, broken: str) -> None:
        await enrolled(school, 1, "march", **MARCH)
        await self.damage(school, broken)
        april, may = await school.file(local_id="april", **APRIL), await school.file(local_id="may", **MAY)

        other = await school.enrol(april, trainee(1, name="另外一人"))
        right = await school.enrol(april, trainee(1))
        now = await school.enrol(may, trainee(1, local_id="n"))

        assert other.json()["rows"][0]["errors"][0]["code"] == "name-differs"
        assert (right.json()["accepted"], now.json()["accepted"]) == (1, 1), right.text
        assert len(set((await owners(school)).values())) == 1
        kept = await school.registry.rows("SELECT reason, replaced_by FROM replaced_particulars")
        assert [(row.replaced_by, "damaged" in row.reason) for row in kept] == [("clerk", True)]
