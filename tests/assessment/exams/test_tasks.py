"""What a session needs next, from its filing to its certificates, and the classes that a body may examine."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.assessment.consumers import apply
from shared.contracts.registry.directory import InstitutionRegistered
from shared.contracts.registry.plan import RegionListed
from shared.kernel.ids import new_id
from tests.assessment.centre import AT, Centre, a_class, pass_row, plan
from tests.assessment.exams.ahead import HELD_ON, Ahead, ahead


async def task(here: Ahead, session_id: str, headers: dict[str, str] | None = None) -> tuple[Any, ...]:
    """The task, its day and its needs; and that a list of all sessions shows the same as one of its state."""
    rows = (await here.centre.get("/session-tasks", headers)).json()["rows"]
    (found,) = [row for row in rows if row["id"] == session_id]
    alike = (await here.centre.get(f"/session-tasks?status={found['status']}", headers)).json()["rows"]
    assert found in alike
    return found["next_task"], found["next_on"], *found["needs"]


class TestTasks:
    async def test_each_step_of_a_session_filed_ahead_is_foretold(self, centre: Centre) -> None:
        here = await ahead(centre)
        session, day = await here.filed(), HELD_ON.isoformat()
        assert await task(here, session) == ("approve", day)
        await here.step(session, "return", {"reason": "换一个考场"}, officer=True)
        assert await task(here, session) == ("refile", day, "correction")
        await here.step(session, "refiling", here.plan() | {"reason": "已更正"})
        await here.step(session, "approval", officer=True)
        assert await task(here, session) == ("add_candidates", day, "candidates")
        await here.add(session, 1, 2)
        assert await task(here, session) == ("seal", day)
        here.turn(HELD_ON)
        assert await task(here, session) == ("move", None), "its day came before the roster was sealed"
        here.turn(HELD_ON - timedelta(days=1))
        await here.step(session, "sealing")
        assert await task(here, session) == ("examine", day, "exam_day")
        here.turn(HELD_ON)
        assert await task(here, session) == ("record_results", None, "results")
        await centre.batch(f"/sessions/{session}/results", [pass_row(1), pass_row(2)])
        assert await task(here, session) == ("publish", None)
        await here.step(session, "publication")
        # Five working days; the 13th is a holiday.
        ends = date(2026, 3, 19)
        assert await task(here, session) == (
            "conclude", ends.isoformat(), "publicity_over", "another_person",
        )  # fmt: skip
        here.turn(ends)
        assert await task(here, session) == ("conclude", ends.isoformat(), "another_person")
        assert await task(here, session, centre.colleague) == ("conclude", ends.isoformat())
        concluded = await centre.post(f"/sessions/{session}/conclusion", None, centre.colleague)
        assert concluded.status_code == 200, concluded.text
        assert await task(here, session) == ("follow_up", None)

    async def test_what_is_cancelled_needs_nothing(self, centre: Centre) -> None:
        session = await centre.session()
        await centre.post(f"/sessions/{session}/cancellation", {"reason": "停考"})

        (found,) = (await centre.get("/session-tasks")).json()["rows"]

        assert (found["next_task"], found["needs"]) == (None, [])


class TestNames:
    async def test_a_body_chooses_a_class_by_what_people_call_it(self, centre: Centre) -> None:
        school, own = UUID(int=78), new_id()
        told = InstitutionRegistered(
            subject=f"institutions/{school}", version=1, at=AT, institution_id=school, credit_code="C", name="某学校",
            kind="college", region="410102", reporting_region="410100",
        )  # fmt: skip
        elsewhere = a_class(new_id(), region="410308", reporting_region="410300")
        async with centre.service.engine.begin() as connection:
            await apply(connection, [told, a_class(own, institution_id=school)])
            await apply(connection, [elsewhere, a_class(new_id(), occupation="4-10-01-99")])

        (found,) = (await centre.get("/examinable-classes")).json()["rows"]

        assert (found["id"], found["institution_name"], found["local_id"]) == (str(own), "某学校", "C1")

    async def test_regions_and_programmes_are_told_by_name(self, centre: Centre) -> None:
        regions = (await centre.service.http.get("/v1/region-names")).json()
        programmes = (await centre.get("/programme-names")).json()

        assert {each["code"]: each["name_zh"] for each in regions} == {
            each.code: each.name_zh for each in plan() if isinstance(each, RegionListed)
        }
        assert {(each["code"], each["name_en"]) for each in programmes} >= {("S02-1", "Programme")}
