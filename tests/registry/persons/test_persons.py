"""Merges of persons over HTTP: what moves, what comes back, and what nobody gets to see."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts.registry.enrolments import (
    EnrolmentReassigned,
    MergeState,
    PersonsMerged,
    PersonsSeparated,
    TraineeEnrolled,
)
from shared.kernel.callers import Role
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee

MARCH = {"starts_on": "2025-03-01", "ends_on": "2025-03-20"}
APRIL = {"starts_on": "2025-04-01", "ends_on": "2025-04-20"}
MAY = {"starts_on": "2025-05-01", "ends_on": "2025-05-20"}


def document(number: int, **changes: object) -> dict[str, object]:
    return {"document_number": trainee(number)["document_number"]} | changes


async def enrolled(school: School, number: int, name: str, **changes: object) -> str:
    """The id of a new class that the trainee is in, under a local_id of the same name."""
    class_id = await school.file(local_id=name, **changes)
    answer = (await school.enrol(class_id, trainee(number, local_id=name))).json()
    assert answer["accepted"] == 1, answer
    return class_id


async def merge(school: School, first: int, second: int, into: str = "first", **request: Any) -> httpx.Response:
    content = {"first": document(first), "second": document(second), "into": into, "reason": "换领新证"}
    agreed = await school.agree("persons/merges", content, **request)
    if not agreed.is_success:
        return agreed
    path = f"/v1/persons/merges/{agreed.json()['id']}"
    return await school.registry.http.get(path, headers=school.officer())


async def undo(school: School, merge_id: str, **request: Any) -> httpx.Response:
    path = f"persons/merges/{merge_id}/undoing"
    return await school.post(path, {"reason": "并非同一人"}, **({"headers": school.officer()} | request))


async def owners(school: School) -> dict[str, UUID]:
    rows = await school.registry.rows("SELECT local_id, person FROM enrolment")
    return {row.local_id: row.person for row in rows}


async def told(school: School) -> list[MergeState | EnrolmentReassigned]:
    return [fact for fact in await school.registry.told() if isinstance(fact, (MergeState, EnrolmentReassigned))]


def code(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


@pytest.fixture
async def twice(school: School) -> School:
    """Trainee 1 was in a class of March, trainee 2 in one of April."""
    await enrolled(school, 1, "march", **MARCH)
    await enrolled(school, 2, "april", **APRIL)
    return school


class TestMerge:
    async def test_all_enrolments_go_on_under_one_key_and_it_is_told(self, twice: School) -> None:
        before = await owners(twice)

        answer = await merge(twice, 1, 2, into="first")

        assert answer.status_code == 200, answer.text
        assert await owners(twice) == dict.fromkeys(("march", "april"), before["march"])
        reassigned, merged = await told(twice)
        assert isinstance(reassigned, EnrolmentReassigned)
        assert isinstance(merged, PersonsMerged)
        assert (reassigned.version, reassigned.person) == (2, before["march"])
        assert (merged.person, merged.into, merged.version) == (before["april"], before["march"], 1)

    async def test_answers_show_both_masked_and_no_key(self, twice: School) -> None:
        keys = (await owners(twice)).values()

        answer = await merge(twice, 1, 2)
        listed = await twice.registry.http.get("/v1/persons/merges", headers=twice.officer("410100"))

        assert listed.json()["rows"] == [answer.json()]
        assert answer.json()["into"]["name"] == "学**"
        assert (answer.json()["enrolments"], answer.json()["status"]) == (1, "standing")
        numbers = [str(document(number)["document_number"]) for number in (1, 2)]
        for hidden in (*numbers, *map(str, keys)):
            assert hidden not in answer.text + listed.text

    async def test_later_rosters_find_the_one_who_stayed(self, twice: School) -> None:
        await merge(twice, 1, 2, into="second")

        await enrolled(twice, 1, "may", **MAY)

        assert len(set((await owners(twice)).values())) == 1
        (last,) = [fact for fact in await twice.registry.told() if isinstance(fact, TraineeEnrolled)][-1:]
        assert last.person == (await owners(twice))["april"]

    async def test_the_overlap_rule_holds_for_both_documents(self, twice: School) -> None:
        await merge(twice, 1, 2)
        other = await twice.file(local_id="other", **MARCH)

        answer = await twice.enrol(other, trainee(2, local_id="O2"))

        assert answer.json()["rows"][0]["errors"][0]["check"] == "C04"

    async def test_the_same_proposal_again_is_the_same_and_what_stands_is_not_merged_twice(self, twice: School) -> None:
        content = {"first": document(1), "second": document(2), "into": "first", "reason": "换领新证"}

        first, again = [await twice.post("persons/merges", content, headers=twice.officer()) for _ in range(2)]
        other = await twice.post("persons/merges", content | {"reason": "另一个原因"}, headers=twice.officer())
        merged = await merge(twice, 1, 2)
        standing = await merge(twice, 1, 2)

        assert first.json() == again.json()
        assert (code(other), other.json()["proposal"]) == ((409, "proposal-open"), first.json()["id"])
        assert merged.json()["id"] == first.json()["id"]
        assert code(standing) == (409, "merge-chains")
        assert len(await told(twice)) == 2

    async def test_who_were_in_two_classes_at_once_are_refused_with_how_often(self, school: School) -> None:
        await enrolled(school, 1, "march", **MARCH)
        await enrolled(school, 2, "march-2", **MARCH)
        await enrolled(school, 2, "march-3", starts_on="2025-03-21", ends_on="2025-03-22")

        refused = await merge(school, 1, 2)
        (row,) = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = 'march-2'")
        await school.post(f"enrolments/{row.id}/withdrawal", {"on": "2025-03-01"})
        merged = await merge(school, 1, 2)

        assert code(refused) == (409, "merge-overlaps")
        assert (refused.json()["check"], refused.json()["overlaps"]) == ("C04", 1)
        assert merged.status_code == 200, merged.text

    async def test_two_seats_in_one_class_become_one_when_the_other_is_given_up(self, school: School) -> None:
        class_id = await school.run(trainee(1), trainee(2))
        refused = await merge(school, 1, 2)
        (row,) = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = 'T2'")
        await school.post(f"enrolments/{row.id}/withdrawal", {"on": "2025-03-01"})

        merged = await merge(school, 1, 2)

        assert code(refused) == (409, "merge-overlaps")
        assert merged.status_code == 200, merged.text
        assert (await school.conclude(class_id, T1=60)).json()["accepted"] == 1

    async def test_makes_no_chain(self, twice: School) -> None:
        await enrolled(twice, 3, "may", **MAY)
        standing = (await merge(twice, 1, 2, into="first")).json()["id"]

        gone = await merge(twice, 2, 3, into="second")
        into_gone = await merge(twice, 3, 2, into="second")
        onwards = await merge(twice, 1, 3, into="second")
        sideways = await merge(twice, 3, 1, into="second")

        assert [code(answer) for answer in (gone, into_gone, onwards)] == [(409, "merge-chains")] * 3
        assert onwards.json()["merge"] == standing
        assert sideways.status_code == 200, sideways.text

    async def test_wrong_and_unknown_documents_are_refused_where_they_stand(self, twice: School) -> None:
        unknown = await merge(twice, 1, 99)
        same = await merge(twice, 1, 1)
        wrong = await twice.post(
            "persons/merges",
            {
                "first": document(1), "second": document(2, document_number="410102199003070010"), "into": "first",
                "reason": "换领新证",
            },
            headers=twice.officer(),
        )  # fmt: skip

        assert (code(unknown), unknown.json()["pointer"]) == (
            (422, "unknown-person"), "/second/document_number",
        )  # fmt: skip
        assert code(same) == (422, "one-person-already")
        assert wrong.json()["pointer"] == "/second/document_number"
        assert "410102199003070010" not in wrong.text

    async def test_is_for_officers_where_one_of_them_was_in_a_class_and_those_above(self, twice: School) -> None:
        nowhere = twice.registry.tokens.of(Role.PROVINCE, person="p", region="330000")
        by_school = await merge(twice, 1, 2, headers=twice.headers)
        by_nobody = await merge(twice, 1, 2, headers=nowhere)
        by_stranger = await merge(twice, 1, 2, headers=twice.officer("419001"))
        by_province = await merge(
            twice, 1, 2, headers=twice.registry.tokens.of(Role.PROVINCE, person="p", region="410000")
        )
        listed = await twice.registry.http.get("/v1/persons/merges", headers=twice.officer())
        undone_by_stranger = await undo(twice, by_province.json()["id"], headers=twice.officer("419001"))
        undone_by_county = await undo(twice, by_province.json()["id"])

        assert [code(each) for each in (by_school, by_stranger, by_nobody)] == [
            (403, "wrong-role"), (403, "foreign-region"), (403, "foreign-region"),
        ]  # fmt: skip
        assert by_province.status_code == 200
        # Whoever merged them: the county in which they were trained sees it and can undo it.
        assert [row["id"] for row in listed.json()["rows"]] == [by_province.json()["id"]]
        assert code(undone_by_stranger) == (403, "foreign-region")
        assert undone_by_county.status_code == 200


class TestTwoCounties:
    @pytest.fixture
    async def apart(self, school: School) -> School:
        """Trainee 1 was trained in 410102, trainee 2 in 410202."""
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE, region="410202")
        await enrolled(school, 1, "march", **MARCH)
        await enrolled(other, 2, "april", region="410202", **APRIL)
        return school

    async def test_both_are_needed_or_the_region_above_both(self, apart: School) -> None:
        content = {"first": document(1), "second": document(2), "into": "first", "reason": "换领新证"}
        proposed = await apart.post("persons/merges", content, headers=apart.officer())
        path = f"persons/proposals/{proposed.json()['id']}"
        there = apart.officer("410202", person="there")

        same_county = await apart.post(f"{path}/confirmation", headers=apart.officer(person="second"))
        listed = await apart.registry.http.get("/v1/persons/proposals", headers=there)
        confirmed = await apart.post(f"{path}/confirmation", headers=there)
        merges = [
            (await apart.registry.http.get("/v1/persons/merges", headers=headers)).json()["rows"]
            for headers in (apart.officer(), there, apart.officer("410200"), apart.officer("419001"))
        ]
        undone = await undo(apart, proposed.json()["id"], headers=there)

        assert code(same_county) == (403, "foreign-region")
        assert [row["id"] for row in listed.json()["rows"]] == [proposed.json()["id"]]
        assert confirmed.status_code == 200, confirmed.text
        assert [len(rows) for rows in merges] == [1, 1, 1, 0]
        assert (merges[0][0]["proposed_by"], merges[0][0]["merged_by"]) == ("officer", "there")
        assert undone.status_code == 200, undone.text


class TestRaces:
    async def test_nobody_is_enrolled_under_a_key_that_is_merged_at_the_same_moment(self, twice: School) -> None:
        classes = [await twice.file(local_id=f"c{place}", starts_on=f"2025-0{place}-01", ends_on=f"2025-0{place}-20")
                   for place in (5, 6, 7)]  # fmt: skip

        content = {"first": document(1), "second": document(2), "into": "first", "reason": "换领新证"}
        proposal = await twice.post("persons/merges", content, headers=twice.officer())
        path = f"persons/proposals/{proposal.json()['id']}/confirmation"

        merged, *answers = await asyncio.gather(
            twice.post(path, headers=twice.officer(person="second")),
            *(twice.enrol(each, trainee(2, local_id=f"R{place}")) for place, each in enumerate(classes)),
        )

        assert merged.status_code == 200, merged.text
        assert [answer.json()["accepted"] for answer in answers] == [1, 1, 1]
        assert len(set((await owners(twice)).values())) == 1
        (row,) = await twice.registry.rows("SELECT enrolments FROM person_merge")
        reassigned = [fact for fact in await told(twice) if isinstance(fact, EnrolmentReassigned)]
        assert len(reassigned) == row.enrolments

    async def test_of_two_merges_that_would_be_a_circle_one_stands(self, twice: School) -> None:
        answers = await asyncio.gather(merge(twice, 1, 2, into="first"), merge(twice, 1, 2, into="second"))

        assert sorted(answer.status_code for answer in answers) == [200, 409]

    async def test_undone_twice_at_once_it_is_undone_once(self, twice: School) -> None:
        merge_id = (await merge(twice, 1, 2)).json()["id"]

        answers = await asyncio.gather(*(undo(twice, merge_id) for _ in range(3)))

        assert sorted(code(answer) for answer in answers if answer.status_code != 200) == [(409, "illegal-move")] * 2
        assert [type(fact) for fact in await told(twice)].count(PersonsSeparated) == 1


class TestUndo:
    async def test_whatever_came_with_the_document_is_its_holders_again_also_what_came_since(
        self, twice: School
    ) -> None:
        before = await owners(twice)
        merged = await merge(twice, 1, 2, into="first")
        await enrolled(twice, 2, "may", **MAY)
        await enrolled(twice, 1, "june", starts_on="2025-06-01", ends_on="2025-06-20")
        answer = merged.json()["enrolments"]

        await undo(twice, merged.json()["id"])

        one, other = before["march"], before["april"]
        assert await owners(twice) == {"march": one, "april": other, "may": other, "june": one}
        assert answer == 1
        assert await twice.registry.rows("SELECT id FROM enrolment WHERE came_as IS NOT NULL") == []
        elsewhere = await twice.file(local_id="may-2", **MAY)
        refused, accepted = [await twice.enrol(elsewhere, trainee(each, local_id=f"E{each}")) for each in (2, 1)]
        assert refused.json()["rows"][0]["errors"][0]["check"] == "C04"
        assert accepted.json()["accepted"] == 1, accepted.text

    async def test_all_is_as_before_but_for_the_versions(self, twice: School) -> None:
        statement = """
        SELECT id, class_id, person, local_id, programme, status, hours, from_on, until_on FROM enrolment ORDER BY id
        """
        before = await twice.registry.rows(statement)
        merged = await merge(twice, 1, 2)

        undone = await undo(twice, merged.json()["id"])

        assert undone.status_code == 200, undone.text
        assert (undone.json()["status"], undone.json()["undone_by"]) == ("undone", "officer")
        assert await twice.registry.rows(statement) == before
        facts = await told(twice)
        assert [type(fact) for fact in facts] == [
            EnrolmentReassigned, PersonsMerged, EnrolmentReassigned, PersonsSeparated,
        ]  # fmt: skip
        assert [fact.version for fact in facts] == [2, 1, 3, 2]

    async def test_the_two_can_be_merged_again_the_other_way_round(self, twice: School) -> None:
        await undo(twice, (await merge(twice, 1, 2, into="first")).json()["id"])

        again = await merge(twice, 1, 2, into="second")

        assert again.status_code == 200, again.text
        assert (await told(twice))[-1].version == 1
        listed = await twice.registry.http.get("/v1/persons/merges?status=undone", headers=twice.officer())
        assert [row["status"] for row in listed.json()["rows"]] == ["undone"]

    async def test_the_history_of_an_enrolment_tells_of_it(self, twice: School) -> None:
        await undo(twice, (await merge(twice, 1, 2)).json()["id"])
        (row,) = await twice.registry.rows("SELECT id FROM enrolment WHERE local_id = 'april'")

        answer = await twice.registry.http.get(f"/v1/enrolments/{row.id}/history", headers=twice.headers)

        assert [(each["verb"], each["reason"], each["changed"]) for each in answer.json()] == [
            ("enrol", None, {}),
            ("reassign", "换领新证", {"person": None}),
            ("reassign", "并非同一人", {"person": None}),
        ]

    async def test_what_a_moved_one_went_on_as_at_another_school_returns_as_well(self, school: School) -> None:
        await enrolled(school, 1, "march", **MARCH)
        await enrolled(school, 2, "old", starts_on="2025-06-01", ends_on="2027-12-31")
        before = await owners(school)
        merged = await merge(school, 1, 2)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        to = await other.file(local_id="to", starts_on="2025-07-01", ends_on="2027-11-30")
        (row,) = await school.registry.rows("SELECT id FROM enrolment WHERE local_id = 'old'")
        moved = await school.post(
            f"enrolments/{row.id}/transfer",
            {"class_id": to, "local_id": "new", "reason": "搬家"},
            headers=school.officer(),
        )
        assert moved.status_code == 201, moved.text

        await undo(school, merged.json()["id"])

        assert await owners(school) == before | {"new": before["old"]}
