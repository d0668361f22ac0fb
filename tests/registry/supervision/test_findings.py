"""Findings over HTTP: put right, looked at again, overdue; and no class is completed beside a critical one."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from shared.contracts.registry.supervision import FindingState
from shared.kernel.callers import Role
from tests.registry.enrolling import code
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_policy, set_today
from tests.registry.supervising import FOUND, found, look, province, read, recheck, rectify, running

STRANGER = "01980000-0000-7000-8000-000000000001"


async def told(school: School) -> list[FindingState]:
    return [fact for fact in await school.registry.told() if isinstance(fact, FindingState)]


class TestWayToTheEnd:
    async def test_every_step_is_kept_and_told(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 12))
        finding_id = await found(school)

        answers = [
            await rectify(school, finding_id),
            await recheck(school, finding_id, passed=False, said="仍缺两具"),
            await rectify(school, finding_id),
            await recheck(school, finding_id),
        ]

        assert [answer.json()["status"] for answer in answers] == ["rectified", "open", "rectified", "closed"]
        shown = (await read(school, f"findings/{finding_id}")).json()
        assert {name: shown[name] for name in answers[-1].json()} == answers[-1].json()
        assert [
            (step["version"], step["verb"], step["done_by"], step["said"], step["evidence"], step["due_on"])
            for step in shown["history"]
        ] == [
            (1, "open", "officer", "灭火器已过期", None, "2025-03-25"),
            (2, "rectify", "clerk", "已更换全部灭火器", "fire-2025", "2025-03-25"),
            (3, "fail", "officer", "仍缺两具", None, "2025-03-27"),
            (4, "rectify", "clerk", "已更换全部灭火器", "fire-2025", "2025-03-27"),
            (5, "pass", "officer", "现场核实属实", None, "2025-03-27"),
        ]
        facts = await told(school)
        assert [(fact.type.split(".")[1], fact.version, fact.status.value) for fact in facts] == [
            ("finding-opened", 1, "open"), ("finding-rectified", 2, "rectified"), ("finding-reopened", 3, "open"),
            ("finding-rectified", 4, "rectified"), ("finding-closed", 5, "closed"),
        ]  # fmt: skip


class TestRectify:
    async def test_twice_at_once_is_done_once(self, school: School) -> None:
        finding_id = await found(school)

        answers = await asyncio.gather(*(rectify(school, finding_id) for _ in range(3)))

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "illegal-move"}
        assert [fact.version for fact in await told(school)] == [1, 2]

    async def test_is_for_the_institution_of_the_class(self, school: School) -> None:
        finding_id = await found(school)
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answers = [
            await rectify(school, finding_id, headers=headers) for headers in (stranger.headers, school.officer())
        ]

        assert [code(answer)[1] for answer in answers] == ["foreign-organisation", "wrong-role"]

    @pytest.mark.parametrize(
        "wrong", [{}, {"said": " "}, {"said": "好" * 501}, {"said": "已更换", "evidence": "../ 附件"}], ids=str
    )
    async def test_without_a_word_is_refused(self, school: School, wrong: dict[str, str]) -> None:
        answer = await school.post(f"findings/{STRANGER}/rectification", wrong)

        assert code(answer) == (422, "malformed-request")


class TestRecheck:
    async def test_two_officers_at_once_settle_it_once(self, school: School) -> None:
        finding_id = await found(school)
        await rectify(school, finding_id)

        answers = await asyncio.gather(
            *(
                recheck(school, finding_id, headers=school.officer(person=person), passed=passed)
                for person, passed in (("one", True), ("other", False))
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "illegal-move"}
        assert [fact.version for fact in await told(school)] == [1, 2, 3]

    async def test_needs_another_person_than_who_rectified_it(self, school: School) -> None:
        finding_id = await found(school)
        await rectify(school, finding_id, headers=School(school.registry, school.id, person="both").headers)

        same = await recheck(school, finding_id, headers=school.officer(person="both"))
        other = await recheck(school, finding_id)

        assert [code(same), code(other)] == [(403, "same-person"), (200, None)]

    async def test_of_what_nobody_rectified_is_refused(self, school: School) -> None:
        answer = await recheck(school, await found(school))

        assert (code(answer), answer.json()["allowed"]) == ((409, "illegal-move"), ["rectify"])

    async def test_is_for_officers_of_its_region_or_above(self, school: School) -> None:
        finding_id = await found(school)
        await rectify(school, finding_id)

        answers = [
            await recheck(school, finding_id, headers=headers)
            for headers in (school.headers, school.officer("410103"), school.officer("410100", person="city"))
        ]

        assert [code(answer)[1] for answer in answers] == ["wrong-role", "foreign-region", None]

    async def test_is_for_the_level_that_found_it_or_above(self, school: School) -> None:
        looked = await look(school, await running(school), headers=school.officer("410100", person="city"))
        finding_id = looked.json()["findings"][0]["id"]
        await rectify(school, finding_id)

        lower = [await recheck(school, finding_id, passed=passed) for passed in (True, False)]
        shown = (await read(school, f"findings/{finding_id}")).json()
        higher = await recheck(school, finding_id, headers=province(school))

        assert [(code(answer), answer.json()["level"]) for answer in lower] == [
            ((403, "finding-of-higher-level"), "city")
        ] * 2
        assert (shown["level"], shown["status"], higher.json()["status"]) == ("city", "rectified", "closed")

    @pytest.mark.parametrize(
        ("wrong", "refused"),
        [
            ({"passed": False, "due_on": "2025-03-11"}, "finding-due-too-early"),
            ({"passed": True, "due_on": "2025-03-30"}, "malformed-request"),
            ({"passed": None}, "malformed-request"),
            ({"said": ""}, "malformed-request"),
        ],
        ids=str,
    )
    async def test_a_wrong_one_is_refused_and_nothing_moves(
        self, school: School, wrong: dict[str, Any], refused: str
    ) -> None:
        set_today(school.registry, date(2025, 3, 12))
        finding_id = await found(school)
        await rectify(school, finding_id)

        answer = await recheck(school, finding_id, **wrong)

        assert code(answer) == (422, refused)
        assert (await read(school, f"findings/{finding_id}")).json()["status"] == "rectified"

    async def test_the_usual_days_are_policy(self, school: School) -> None:
        set_today(school.registry, date(2025, 3, 12))
        await set_policy(school.registry, "patrol.finding_due_days", "3")
        finding_id = await found(school)
        await rectify(school, finding_id)

        answer = await recheck(school, finding_id, passed=False)

        assert answer.json()["due_on"] == "2025-03-15"


class TestGet:
    async def test_of_no_finding_is_refused(self, school: School) -> None:
        answers = [
            await read(school, f"findings/{STRANGER}"),
            await rectify(school, STRANGER),
            await recheck(school, STRANGER),
        ]

        assert {code(answer) for answer in answers} == {(404, "not-found")}

    async def test_is_for_its_institution_and_officers_of_its_region(self, school: School) -> None:
        finding_id = await found(school)
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answers = [
            await read(school, f"findings/{finding_id}", headers=headers)
            for headers in (
                school.headers,
                province(school),
                stranger.headers,
                school.officer("410103"),
                school.registry.tokens.of(Role.ASSESSMENT_BODY, organisation=school.id),
            )
        ]

        assert [code(answer)[1] for answer in answers] == [
            None, None, "foreign-organisation", "foreign-region", "wrong-role",
        ]  # fmt: skip


class TestCompletion:
    async def test_a_class_is_completed_when_its_critical_findings_are_closed(self, school: School) -> None:
        class_id = await running(school, 1)
        findings = [FOUND, {"severity": "major", "found": "考勤设备故障"}]
        made = (await look(school, class_id, present=1, findings=findings)).json()["findings"]
        await school.conclude(class_id, T1=60)

        refused = [await school.post(f"classes/{class_id}/completion")]
        await rectify(school, made[0]["id"])
        refused += [await school.post(f"classes/{class_id}/completion")]
        await recheck(school, made[0]["id"])
        completed = await school.post(f"classes/{class_id}/completion")

        assert [(code(answer), answer.json()["findings"]) for answer in refused] == [
            ((409, "critical-finding-open"), [made[0]["id"]])
        ] * 2
        assert completed.json()["status"] == "completed"

    async def test_a_critical_finding_and_the_completion_at_once_leave_one_of_them_to_wait_for_the_other(
        self, school: School
    ) -> None:
        class_id = await running(school, 1)
        await school.conclude(class_id, T1=60)

        looked, completed = await asyncio.gather(
            look(school, class_id, present=1), school.post(f"classes/{class_id}/completion")
        )

        assert looked.status_code == 201
        held = await self.held(school, class_id)
        assert (completed.status_code, held) in [(409, []), (200, ["critical-finding-late"])]

    async def test_one_recorded_afterwards_holds_the_claim_once(self, school: School) -> None:
        class_id = await running(school, 1)
        await school.conclude(class_id, T1=60)
        assert (await school.post(f"classes/{class_id}/completion")).status_code == 200

        findings = [FOUND, FOUND | {"severity": "major"}]
        looked = [await look(school, class_id, present=1, findings=findings) for _ in range(2)]

        assert [answer.status_code for answer in looked] == [201, 201]
        assert await self.held(school, class_id) == ["critical-finding-late"]
        (flag,) = (await read(school, "flags", class_id=class_id, check="C25")).json()["rows"]
        assert flag["facts"] == {"finding": looked[0].json()["findings"][0]["id"]}

    async def held(self, school: School, class_id: str) -> list[str]:
        """The kinds of flags of the class for which a claim waits."""
        rows = (await read(school, "flags", class_id=class_id)).json()["rows"]
        return [row["kind"] for row in rows if row["holds"]]
