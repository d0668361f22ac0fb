"""Phones in rosters: one that many trainees gave is flagged and warned of, and none that was given is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.contracts.registry.enrolments import EnrolmentState
from shared.contracts.registry.flags import FlagRaised
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee
from tests.support.people import identity_number

PHONE = "13915927364"
ANOTHER = "13715927365"


async def flags(school: School) -> list[tuple[str, str]]:
    """The kind and the class of each flag."""
    facts = [fact for fact in await school.registry.told() if isinstance(fact, FlagRaised)]
    assert all(fact.check == "C16" for fact in facts)
    return [(fact.kind, str(fact.class_id)) for fact in facts]


def warned(answer: httpx.Response) -> list[int]:
    """The rows that were stored and warned of."""
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return [row["row"] for row in rows if row.get("warnings") and row["outcome"] == "accepted"]


class TestAPhone:
    async def test_that_many_trainees_of_a_class_give_is_flagged_once(self, school: School) -> None:
        class_id = await school.file()

        await school.enrol(class_id, trainee(1, phone=PHONE), trainee(2, phone=PHONE))
        assert await flags(school) == []
        third = await school.enrol(class_id, trainee(3, phone=PHONE), trainee(4))
        await school.enrol(class_id, trainee(5, phone=PHONE))

        assert await flags(school) == [("one-phone-many-trainees", class_id)]
        assert warned(third) == [0]
        assert len([fact for fact in await school.registry.told() if isinstance(fact, EnrolmentState)]) == 5

    async def test_that_is_flagged_is_told_in_the_row_with_its_check(self, school: School) -> None:
        rows = [trainee(number, phone=PHONE) for number in (1, 2, 3)]

        answer = await school.enrol(await school.file(), *rows, trainee(4))

        assert warned(answer) == [0, 1, 2]
        (warning,) = answer.json()["rows"][0]["warnings"]
        assert (warning["code"], warning["check"], warning["pointer"]) == ("one-phone-many-trainees", "C16", "/phone")
        assert (warning["trainees"], warning["trainees_max"]) == (3, 2)
        assert warning["title"]
        assert warning["title_zh"]
        assert PHONE not in answer.text

    async def test_of_few_trainees_in_each_of_many_classes_at_once_is_flagged(self, school: School) -> None:
        classes = [await school.file(local_id=f"C{number}") for number in range(3)]

        answers = [
            await school.enrol(class_id, trainee(2 * place, phone=PHONE), trainee(2 * place + 1, phone=PHONE))
            for place, class_id in enumerate(classes)
        ]

        assert await flags(school) == [("one-phone-many-classes", class_id) for class_id in classes[1:]]
        assert [warned(answer) for answer in answers] == [[], [0, 1], [0, 1]]

    async def test_of_classes_that_follow_each_other_is_not_flagged(self, school: School) -> None:
        await school.enrol(await school.file(), trainee(1, phone=PHONE), trainee(2, phone=PHONE))
        later = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")

        answer = await school.enrol(later, trainee(3, phone=PHONE))

        assert (await flags(school), warned(answer)) == ([], [])

    async def test_that_is_new_for_people_who_are_known_counts_as_well(self, school: School) -> None:
        await school.enrol(await school.file(), *(trainee(number) for number in (1, 2, 3)))
        later = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")

        for number in (1, 2, 3):
            await school.enrol(later, trainee(number, local_id=f"again-{number}", phone=PHONE))

        assert await flags(school) == [("one-phone-many-trainees", later)]

    async def test_of_people_of_several_institutions_holds_the_claim_of_the_class_that_comes_last(
        self, school: School
    ) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        before = await other.file()
        await other.enrol(before, trainee(1, phone=PHONE), trainee(2, phone=PHONE))
        later = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")
        rows = trainee(3, phone=PHONE), trainee(4)

        dry = await school.enrol(later, *rows, params={"mode": "validate"})
        answers = [await school.enrol(later, *rows), await school.enrol(later, *rows)]

        assert await flags(school) == [("one-phone-many-institutions", later)]
        [fact] = [each for each in await school.registry.told() if isinstance(each, FlagRaised)]
        assert (fact.holds, fact.is_confidential) == (True, True)
        # What people of other institutions gave is nothing that this one is told.
        assert [warned(answer) for answer in (dry, *answers)] == [[], [], []]
        own = await school.registry.http.get("/v1/flags", headers=school.headers)
        assert own.json()["rows"] == []

    async def test_of_another_institution_long_ago_is_not_flagged(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await other.enrol(await other.file(), trainee(1, phone=PHONE), trainee(2, phone=PHONE))
        async with school.registry.engine.begin() as connection:
            await connection.execute(text("UPDATE enrolment SET from_on = '2023-01-02', until_on = '2023-01-20'"))

        await school.enrol(await school.file(), trainee(3, phone=PHONE))

        assert await flags(school) == []

    async def test_is_warned_of_and_not_flagged_in_a_dry_run(self, school: School) -> None:
        rows = [trainee(number, phone=PHONE) for number in (1, 2, 3)]

        answer = await school.enrol(await school.file(), *rows, params={"mode": "validate"})

        assert (answer.json()["accepted"], warned(answer), await flags(school)) == (3, [0, 1, 2], [])


class TestAPhoneGivenLater:
    async def phones(self, school: School, enrolment: str) -> list[str]:
        answer = await school.registry.http.get(f"/v1/enrolments/{enrolment}/entry", headers=school.officer())
        found: list[str] = answer.json()["phones"]
        return found

    async def enrolled(self, school: School, class_id: str, **changes: object) -> str:
        answer = await school.enrol(class_id, trainee(1, **changes))
        enrolment: str = answer.json()["rows"][0]["id"]
        return enrolment

    async def test_is_kept_with_its_enrolment(self, school: School) -> None:
        first = await self.enrolled(school, await school.file(), phone=PHONE)
        april = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")
        second = await self.enrolled(school, april, local_id="again", phone=ANOTHER)

        assert await self.phones(school, first) == [PHONE]
        assert await self.phones(school, second) == [ANOTHER, PHONE]

    async def test_that_is_the_same_is_sealed_once(self, school: School) -> None:
        bare = {"phone": PHONE, "consent": {"on": "2025-01-02"}}
        await self.enrolled(school, await school.file(), **bare)
        april = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")
        second = await self.enrolled(school, april, local_id="again", **bare)

        assert await self.phones(school, second) == [PHONE]
        assert [row.entry for row in await school.registry.rows("SELECT entry FROM enrolment")] == [None, None]

    async def test_by_who_had_given_none_is_kept(self, school: School) -> None:
        first = await self.enrolled(school, await school.file(), phone=None)
        april = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")
        second = await self.enrolled(school, april, local_id="again", phone=PHONE)

        assert (await self.phones(school, first), await self.phones(school, second)) == ([], [PHONE])


async def test_two_rows_for_one_person_keep_both_phones(school: School) -> None:
    number = identity_number(date(1990, 1, 1), 1)
    for local_id, first, last in (("C1", "2025-03-01", "2025-03-10"), ("C2", "2025-04-01", "2025-04-10")):
        await school.file(local_id=local_id, starts_on=first, ends_on=last)

    rows = [
        trainee(1, document_number=number, phone=PHONE) | {"class": "C1"},
        trainee(1, document_number=number, phone=ANOTHER, local_id="again") | {"class": "C2"},
    ]
    answer = await school.post("enrolments", {"rows": rows})

    found = [await TestAPhoneGivenLater().phones(school, row["id"]) for row in answer.json()["rows"]]
    assert found == [[PHONE], [ANOTHER, PHONE]]


FOREIGN = {"document_kind": "foreign_permanent_resident", "document_number": "USA310190010100"}


class TestOneHumanUnderTwoDocuments:
    def foreign(self, number: int, **changes: object) -> dict[str, object]:
        """The trainee again, under another kind of document that does not show when its holder was born."""
        row = trainee(number, local_id="F1")
        digits = str(row["document_number"])[6:14]
        born = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        return row | FOREIGN | {"birth_date": born} | changes

    async def flags(self, school: School) -> list[tuple[str, str | None, bool]]:
        rows = await school.registry.rows(
            "SELECT f.code, e.local_id, f.holds FROM flag f LEFT JOIN enrolment e ON e.id = f.enrolment_id "
            "WHERE f.kind = 'one-person-two-documents' ORDER BY e.local_id"
        )
        return [tuple(row) for row in rows]

    async def test_is_a_flag_that_holds_for_every_training_of_both(self, school: School) -> None:
        march = await school.file(local_id="march")
        april = await school.file(local_id="april", starts_on="2025-04-01", ends_on="2025-04-20")
        await school.enrol(march, trainee(1))

        answer = await school.enrol(april, self.foreign(1), trainee(2))

        assert answer.json()["accepted"] == 2, answer.text
        assert await self.flags(school) == [("C01", "F1", True), ("C01", "T1", True)]

    async def test_is_not_flagged_again_once_an_officer_has_found_two_people(self, school: School) -> None:
        march = await school.file(local_id="march")
        april = await school.file(local_id="april", starts_on="2025-04-01", ends_on="2025-04-20")
        may = await school.file(local_id="may", starts_on="2025-05-01", ends_on="2025-05-20")
        await school.enrol(march, trainee(1))
        await school.enrol(april, self.foreign(1))
        flag = (await school.registry.rows("SELECT id FROM flag WHERE kind = 'one-person-two-documents'"))[0].id
        settled = {"verdict": "dismiss", "reason": "兄弟二人"}
        assert (await school.post(f"flags/{flag}/settlement", settled, headers=school.officer())).status_code == 200

        await school.enrol(may, trainee(1, local_id="M1"))

        assert len(await self.flags(school)) == 2

    async def test_is_seen_within_one_roster(self, school: School) -> None:
        rows = [trainee(1) | {"class": "march"}, self.foreign(1) | {"class": "april"}]
        await school.file(local_id="march")
        await school.file(local_id="april", starts_on="2025-04-01", ends_on="2025-04-20")

        answer = await school.post("enrolments", {"rows": rows})

        assert answer.json()["accepted"] == 2, answer.text
        assert len(await self.flags(school)) == 2

    @pytest.mark.parametrize("other", [{"name": "另名"}, {"phone": "13987650001"}, {"birth_date": "1980-01-01"}])
    async def test_is_not_seen_where_something_differs(self, school: School, other: dict[str, object]) -> None:
        march = await school.file(local_id="march")
        april = await school.file(local_id="april", starts_on="2025-04-01", ends_on="2025-04-20")
        await school.enrol(march, trainee(1))

        answer = await school.enrol(april, self.foreign(1, **other))

        assert answer.json()["accepted"] == 1, answer.text
        assert await self.flags(school) == []
