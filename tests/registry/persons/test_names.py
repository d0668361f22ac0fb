"""Names over HTTP: one document has one name, and an officer puts a wrong one right."""

from __future__ import annotations

import pytest

from tests.registry.persons.test_persons import APRIL, MARCH, MAY, code, document, enrolled, merge
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

    @pytest.mark.parametrize("spelling", ["学员1", " 学 员１", "学·员1"])
    async def test_spacing_width_and_dots_make_no_other_name(self, twice: School, spelling: str) -> None:
        class_id = await twice.file(local_id="may", **MAY)

        answer = await twice.enrol(class_id, trainee(1, name=spelling))

        assert answer.json()["accepted"] == 1, answer.text

    async def test_an_officer_corrects_the_name_that_is_known(self, twice: School) -> None:
        content = document(1) | {"name": "另名", "reason": "首次填报有误"}
        class_id = await twice.file(local_id="may", **MAY)

        corrected = await twice.post("persons/particulars", content, headers=twice.officer())
        again = await twice.post("persons/particulars", content, headers=twice.officer())
        enrolled_now = await twice.enrol(class_id, trainee(1, name="另名"))

        assert (corrected.status_code, corrected.json()["name"]) == (200, "另*")
        assert again.json() == corrected.json()
        assert enrolled_now.json()["accepted"] == 1
        kept = await twice.registry.rows("SELECT reason, replaced_by FROM replaced_particulars")
        assert [(row.reason, row.replaced_by) for row in kept] == [("首次填报有误", "officer")]

    async def test_the_name_on_a_document_that_was_merged_away_is_corrected_as_well(self, twice: School) -> None:
        await merge(twice, 1, 2, into="first")
        content = document(2) | {"name": "另名", "reason": "首次填报有误"}
        class_id = await twice.file(local_id="may", **MAY)

        stranger = await twice.post("persons/particulars", content, headers=twice.officer("410202"))
        corrected = await twice.post("persons/particulars", content, headers=twice.officer())
        enrolled_now = await twice.enrol(class_id, trainee(2, name="另名"))

        assert code(stranger) == (403, "foreign-region")
        assert (corrected.status_code, corrected.json()["name"]) == (200, "另*")
        assert enrolled_now.json()["accepted"] == 1, enrolled_now.text

    async def test_the_same_name_and_phone_again_are_kept_once(self, twice: School) -> None:
        content = document(1) | {"name": "另名", "phone": "13900000099", "reason": "首次填报有误"}

        answers = [await twice.post("persons/particulars", content, headers=twice.officer()) for _ in range(3)]

        assert [code(answer) for answer in answers] == [(200, None)] * 3
        (kept,) = await twice.registry.rows("SELECT count(*) FROM replaced_particulars")
        assert kept[0] == 1

    async def test_officers_of_one_county_do_not_rename_who_was_also_trained_in_another(self, twice: School) -> None:
        class_id = await twice.file(local_id="may", **MAY, region="410103")
        assert (await twice.enrol(class_id, trainee(1, local_id="may"))).json()["accepted"] == 1
        content = document(1) | {"name": "另名", "reason": "首次填报有误"}

        answers = [
            await twice.post("persons/particulars", content, headers=twice.officer(region))
            for region in ("410102", "410103", "410100")
        ]

        assert [code(answer) for answer in answers] == [*[(403, "foreign-region")] * 2, (200, None)]

    async def test_only_officers_who_know_the_person_correct_names(self, twice: School) -> None:
        content = document(1) | {"name": "另名", "reason": "首次填报有误"}

        answers = [
            await twice.post("persons/particulars", content, headers=twice.headers),
            await twice.post("persons/particulars", content, headers=twice.officer("410202")),
            await twice.post("persons/particulars", content | document(9), headers=twice.officer()),
            await twice.post("persons/particulars", content | {"name": "测试"}, headers=twice.officer()),
        ]

        assert [code(answer) for answer in answers] == [
            (403, "wrong-role"), (403, "foreign-region"), (422, "unknown-person"), (422, "placeholder-name"),
        ]  # fmt: skip
