"""Patrols over HTTP: what an officer saw, what is wrong with a count (C24, C14), and what each level covered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.contracts.registry.flags import FlagRaised
from shared.contracts.registry.supervision import FindingOpened, PatrolRecorded
from shared.kernel.callers import Role
from tests.registry.directory.directory import OWNER
from tests.registry.enrolling import code, enrolment_of, step
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school
from tests.registry.supervising import FOUND, look, province, read, rectify, running, running_in

NOBODY = "01980000-0000-7000-8000-000000000001"


async def flags(school: School) -> list[tuple[str, str]]:
    told = [fact for fact in await school.registry.told() if isinstance(fact, FlagRaised)]
    return [(fact.check, fact.kind) for fact in told if fact.check in ("C14", "C24")]


class TestRecord:
    async def test_is_stored_with_its_findings_and_told(self, school: School) -> None:
        class_id = await running(school)

        answer = await look(school, class_id, note="教室整洁", findings=[FOUND, FOUND | {"severity": "minor"}])

        assert answer.status_code == 201
        content = answer.json()
        assert (content["level"], content["present"], content["enrolled"], content["done_by"]) == (
            "county", 3, 3, "officer",
        )  # fmt: skip
        assert [(each["number"], each["status"], each["due_on"]) for each in content["findings"]] == [
            (1, "open", "2025-03-25"), (2, "open", "2025-03-25"),
        ]  # fmt: skip
        told = await school.registry.told()
        (recorded,) = [fact for fact in told if isinstance(fact, PatrolRecorded)]
        assert (str(recorded.patrol_id), recorded.findings, str(recorded.patrolled_on)) == (
            content["id"], 2, "2025-03-10",
        )  # fmt: skip
        assert [str(fact.finding_id) for fact in told if isinstance(fact, FindingOpened)] == [
            each["id"] for each in content["findings"]
        ]

    async def test_the_level_follows_from_who_looks(self, school: School) -> None:
        class_id = await running(school)

        answers = [
            await look(school, class_id, headers=headers)
            for headers in (school.officer(), school.officer("410100", person="city"), province(school))
        ]

        assert [answer.json()["level"] for answer in answers] == ["county", "city", "province"]

    async def test_the_same_again_even_at_once_answers_the_one_that_exists(self, school: School) -> None:
        class_id = await running(school)

        answers = await asyncio.gather(*(look(school, class_id) for _ in range(4)))
        again = await look(school, class_id, findings=[FOUND | {"due_on": "2025-03-25"}])

        assert {answer.status_code for answer in [*answers, again]} == {201}
        assert len({answer.text for answer in [*answers, again]}) == 1
        told = await school.registry.told()
        assert len([fact for fact in told if isinstance(fact, PatrolRecorded | FindingOpened)]) == 2

    async def test_again_after_the_class_ended_still_answers_the_one_that_exists(self, school: School) -> None:
        class_id = await running(school)
        first = await look(school, class_id)
        assert (await school.cancel(class_id)).status_code == 200

        again, other = await look(school, class_id), await look(school, class_id, local_id="P2")

        assert again.json() == first.json()
        assert (code(other), other.json()["state"]) == ((409, "class-not-patrolled"), "cancelled")

    @pytest.mark.parametrize(
        "other",
        [
            {"present": 2},
            {"method": "online"},
            {"note": "补充"},
            {"patrolled_at": "2025-03-10T09:30:01+08:00"},
            {"findings": []},
            {"findings": [FOUND, FOUND]},
            {"findings": [FOUND | {"found": "消防通道堵塞"}]},
            {"findings": [FOUND | {"severity": "minor"}]},
            {"findings": [FOUND | {"due_on": "2025-03-26"}]},
        ],
        ids=str,
    )
    async def test_something_else_under_the_same_local_id_is_refused(
        self, school: School, other: dict[str, Any]
    ) -> None:
        class_id = await running(school)
        await look(school, class_id)

        answer = await look(school, class_id, **other)

        assert code(answer) == (409, "local-id-taken")
        assert len((await read(school, "patrols", class_id=class_id)).json()["rows"]) == 1

    async def test_a_local_id_is_the_officers_own(self, school: School) -> None:
        class_id, other = await running(school), await school.run(local_id="2025-002")

        answers = [
            await look(school, class_id),
            await look(school, other),
            await look(school, other, headers=school.officer(person="another")),
        ]

        assert [code(answer) for answer in answers] == [(201, None), (409, "local-id-taken"), (201, None)]

    @pytest.mark.parametrize(
        ("wrong", "refused"),
        [
            ({"patrolled_at": "2025-02-28T23:59:59+08:00"}, "patrol-outside-class"),
            ({"patrolled_at": "2025-03-20T16:00:00Z"}, "patrol-outside-class"),
            ({"patrolled_at": "1900-01-01T08:00:00+08:00"}, "patrol-outside-class"),
            ({"patrolled_at": "2199-12-31T23:59:59Z"}, "patrol-ahead"),
            ({"patrolled_at": "0001-01-01T00:00:00+14:00"}, "malformed-request"),
            ({"patrolled_at": "9999-12-31T23:59:59-12:00"}, "malformed-request"),
            ({"patrolled_at": "2025-03-10T09:30:00"}, "malformed-request"),
            ({"present": -1}, "malformed-request"),
            ({"present": 2.5}, "malformed-request"),
            ({"present": 10**12}, "malformed-request"),
            ({"method": "by phone"}, "malformed-request"),
            ({"local_id": OWNER["document_number"]}, "malformed-request"),
            ({"note": "长" * 2001}, "malformed-request"),
            ({"level": "province"}, "malformed-request"),
            ({"enrolled": 3}, "malformed-request"),
            ({"findings": [FOUND] * 51}, "malformed-request"),
            ({"findings": [{"severity": "minor", "found": " "}]}, "malformed-request"),
            ({"findings": [FOUND | {"severity": "huge"}]}, "malformed-request"),
            ({"findings": [FOUND, FOUND | {"due_on": "2025-03-09"}]}, "finding-due-too-early"),
        ],
        ids=str,
    )
    async def test_a_wrong_one_is_refused_and_nothing_is_kept(
        self, school: School, wrong: dict[str, Any], refused: str
    ) -> None:
        class_id = await running(school)

        answer = await look(school, class_id, **wrong)

        assert code(answer) == (422, refused)
        assert (await read(school, "patrols", class_id=class_id)).json()["rows"] == []
        assert (await read(school, "findings", class_id=class_id)).json()["rows"] == []

    async def test_a_class_that_does_not_run_is_not_patrolled(self, school: School) -> None:
        class_id = await school.file()

        answer = await look(school, class_id)

        assert (code(answer), answer.json()["state"]) == ((409, "class-not-patrolled"), "filed")

    async def test_is_for_officers_of_the_county_or_above(self, school: School) -> None:
        class_id = await running(school)

        answers = [
            await look(school, class_id, headers=headers)
            for headers in (
                school.headers,
                school.officer("410103"),
                school.officer("410200"),
                school.registry.tokens.of(Role.REVIEWER, region="410102"),
            )
        ]

        assert [code(answer)[1] for answer in answers] == [
            "wrong-role", "foreign-region", "foreign-region", "wrong-role",
        ]  # fmt: skip

    async def test_of_no_class_is_refused(self, school: School) -> None:
        answer = await look(school, "01980000-0000-7000-8000-000000000001")

        assert code(answer) == (404, "not-found")


class TestCount:
    @pytest.mark.parametrize(
        ("present", "kinds"),
        [
            (6, [("C24", "more-present-than-enrolled")]),
            (5, []),
            (4, []),
            (3, [("C14", "few-present")]),
        ],
    )
    async def test_that_cannot_be_right_is_flagged_once(
        self, school: School, present: int, kinds: list[tuple[str, str]]
    ) -> None:
        class_id = await running(school, 5)

        for _ in range(2):
            assert (await look(school, class_id, present=present)).status_code == 201

        assert await flags(school) == kinds
        (listed,) = [
            row for row in (await read(school, "flags", class_id=class_id)).json()["rows"] if row["check"] != "C18"
        ] or [None]
        assert (listed is None) == (not kinds)
        if listed is not None:
            assert (listed["holds"], listed["facts"]["present"], listed["facts"]["enrolled"]) == (True, present, 5)

    async def test_is_held_against_those_whose_training_took_that_day(self, school: School) -> None:
        class_id = await running(school, 3)
        gone = await step(school, await enrolment_of(school, "T1"), "withdrawal", on="2025-03-09", reason="因病")
        assert gone.status_code == 200, gone.text
        assert (await school.conclude(class_id, T2=60)).json()["accepted"] == 1

        before = await look(school, class_id, local_id="early", patrolled_at="2025-03-08T09:30:00+08:00")
        after = await look(school, class_id, local_id="late", present=2)

        assert (before.json()["enrolled"], after.json()["enrolled"]) == (3, 2)
        assert await flags(school) == []


class TestList:
    async def test_narrows_to_what_is_asked_and_comes_a_page_at_a_time(self, school: School) -> None:
        one, other = await running(school), await running_in(school, "410103", local_id="2025-002")
        ids = [(await look(school, one, local_id=f"P{number}")).json()["id"] for number in range(3)]
        ids += [(await look(school, other, headers=school.officer("410103", person="b"))).json()["id"]]

        async def listed(headers: dict[str, str], **query: str) -> list[str]:
            shown: list[str] = []
            while True:
                page = (await read(school, "patrols", headers=headers, size=2, **query)).json()
                shown += [row["id"] for row in page["rows"]]
                if page["next"] is None:
                    return shown
                query["cursor"] = page["next"]

        assert await listed(province(school)) == await listed(school.officer("410100")) == ids
        assert await listed(school.officer()) == await listed(province(school), region="410102") == ids[:3]
        assert await listed(province(school), class_id=other) == ids[3:]
        assert await listed(school.officer(), class_id=other) == []
        assert await listed(school.headers) == ids
        assert await listed(province(school), institution_id=school.id) == ids
        assert await listed(school.officer(), institution_id=NOBODY) == []

    async def test_an_institution_sees_no_others(self, school: School) -> None:
        class_id = await running(school)
        await look(school, class_id)
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        assert (await read(school, "patrols", headers=stranger.headers, class_id=class_id)).json()["rows"] == []
        foreign = [
            await read(school, "patrols", headers=school.officer("410103"), region="410102"),
            await read(school, "patrols", headers=stranger.headers, institution_id=school.id),
        ]
        assert [code(answer) for answer in foreign] == [(403, "foreign-region"), (403, "foreign-organisation")]


class TestGet:
    async def test_shows_the_findings_as_they_are_now(self, school: School) -> None:
        recorded = (await look(school, await running(school), findings=[FOUND, FOUND | {"severity": "minor"}])).json()
        await rectify(school, recorded["findings"][1]["id"])

        shown = (await read(school, f"patrols/{recorded['id']}")).json()

        assert shown | {"findings": None} == recorded | {"findings": None, "attachments": []}
        assert [(each["id"], each["status"]) for each in shown["findings"]] == [
            (recorded["findings"][0]["id"], "open"), (recorded["findings"][1]["id"], "rectified"),
        ]  # fmt: skip

    async def test_is_for_its_institution_and_officers_of_its_region(self, school: School) -> None:
        patrol_id = (await look(school, await running(school))).json()["id"]
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answers = [
            await read(school, f"patrols/{patrol_id}", headers=headers)
            for headers in (
                school.headers,
                school.officer("410100"),
                stranger.headers,
                school.officer("410103"),
                school.registry.tokens.of(Role.ASSESSMENT_BODY, organisation=school.id),
            )
        ]
        missing = await read(school, f"patrols/{NOBODY}")

        assert [code(answer)[1] for answer in [*answers, missing]] == [
            None, None, "foreign-organisation", "foreign-region", "wrong-role", "not-found",
        ]  # fmt: skip
