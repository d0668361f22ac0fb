"""What a sanction means for classes that have days under it: each is flagged, and its claim waits (C25)."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.supervision.usecases.sanctions import INSTITUTION_SANCTIONS
from shared.contracts.dimensions import SanctionStep
from shared.contracts.registry.flags import FlagRaised
from shared.kernel.callers import Caller, Role
from tests.registry.directory.directory import impose
from tests.registry.school import School, filing, set_today, trainee
from tests.support.clock import now
from tests.support.services import ServiceUnderTest

MANY = [trainee(number) for number in range(12)]


async def flagged(registry: ServiceUnderTest) -> list[str]:
    """The classes that were flagged for sanctions, as often as they were."""
    told = [fact for fact in await registry.told() if isinstance(fact, FlagRaised)]
    return [str(fact.class_id) for fact in told if (fact.check, fact.holds) == ("C25", True)]


async def test_imposing_flags_what_is_filed_approved_running_or_completed_on_its_days(school: School) -> None:
    set_today(school.registry, date(2025, 3, 20))
    completed = await school.run(*MANY, ends_on="2025-03-10")
    await school.conclude(completed, **{f"T{number}": 60 for number in range(12)})
    assert (await school.post(f"classes/{completed}/completion")).status_code == 200
    running = await school.run(local_id="running", ends_on="2025-04-10")
    approved, filed, returned = [await school.file(local_id=name, starts_on="2025-03-21", ends_on="2025-04-10")
                                 for name in ("approved", "filed", "returned")]  # fmt: skip
    await school.post(f"classes/{approved}/approval", headers=school.officer())
    await school.post(f"classes/{returned}/return", {"reasons": ["缺教学计划"]}, headers=school.officer())
    await school.file(local_id="before", ends_on="2025-03-09")
    await school.file(local_id="after", starts_on="2025-05-01", ends_on="2025-05-20")

    sanction = (await impose(school, "stop", first_on="2025-03-10", last_on="2025-04-30")).json()

    assert sorted(await flagged(school.registry)) == sorted([completed, running, approved, filed])
    query = {"class_id": running}
    flag = (await school.registry.http.get("/v1/flags", params=query, headers=school.officer())).json()["rows"][-1]
    assert (flag["kind"], flag["facts"]) == (
        "sanctioned-during-class",
        {"sanction": sanction["id"], "step": "stop", "first_on": "2025-03-10", "last_on": "2025-04-30"},
    )


async def test_a_talk_flags_nothing_and_a_higher_step_flags_anew(school: School) -> None:
    class_id = await school.file()

    await impose(school, "talk", first_on="2025-03-05")
    talked = await flagged(school.registry)
    await impose(school, "stop", first_on="2025-03-05")
    stopped = await flagged(school.registry)
    await impose(school, "blacklist", first_on="2025-03-05")

    assert (talked, stopped) == ([], [class_id])
    assert await flagged(school.registry) == [class_id, class_id]


async def test_filing_across_a_sanction_is_flagged_and_on_its_first_day_still_refused(school: School) -> None:
    await impose(school, "stop", first_on="2025-03-10", last_on="2025-03-31")

    class_id = await school.file()
    await school.enrol(class_id, trainee(1))
    await school.file(local_id="before", ends_on="2025-03-09")
    refused = await school.post("classes", filing(local_id="on-it", starts_on="2025-03-10"))
    set_today(school.registry, date(2025, 3, 1))
    await school.post(f"classes/{class_id}/approval", headers=school.officer())
    started = await school.post(f"classes/{class_id}/start")

    assert (refused.json()["code"], started.status_code) == ("institution-stopped", 200)
    assert await flagged(school.registry) == [class_id]


async def test_a_change_into_a_sanction_is_flagged(school: School) -> None:
    set_today(school.registry, date(2025, 2, 20))
    class_id = await school.file()
    await school.post(f"classes/{class_id}/approval", headers=school.officer())
    await impose(school, "stop", first_on="2025-03-21")
    before = await flagged(school.registry)

    answer = await school.post(f"classes/{class_id}/change", {"reason": "延长", "ends_on": "2025-03-21"})

    assert (answer.status_code, before) == (200, [])
    assert await flagged(school.registry) == [class_id]


async def test_a_class_that_was_filed_before_flags_were_raised_is_flagged_at_its_start(school: School) -> None:
    class_id = await school.file()
    await school.enrol(class_id, trainee(1))
    await impose(school, "stop", first_on="2025-03-10", last_on="2025-03-11")
    async with school.registry.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM flag")
    set_today(school.registry, date(2025, 3, 1))

    await school.post(f"classes/{class_id}/approval", headers=school.officer())
    await school.post(f"classes/{class_id}/start")

    assert await flagged(school.registry) == [class_id, class_id]


async def test_a_class_filed_at_the_moment_of_the_sanction_is_refused_all_the_same(school: School) -> None:
    async with school.registry.engine.begin() as connection:
        await _impose(connection, school, first_on=date(2025, 3, 1))
        filed = asyncio.create_task(school.post("classes", filing()))
        await _waits(school.registry)

    assert (await filed).json()["code"] == "institution-stopped"


async def test_a_class_changed_at_the_moment_of_the_sanction_does_not_slip_through(school: School) -> None:
    set_today(school.registry, date(2025, 2, 20))
    class_id = await school.file()
    await school.post(f"classes/{class_id}/approval", headers=school.officer())
    async with school.registry.engine.begin() as connection:
        await _impose(connection, school, first_on=date(2025, 3, 21))
        content = {"reason": "延长", "ends_on": "2025-03-21"}
        changed = asyncio.create_task(school.post(f"classes/{class_id}/change", content))
        await _waits(school.registry)

    assert (await changed).status_code == 200
    assert await flagged(school.registry) == [class_id]


async def _impose(connection: AsyncConnection, school: School, *, first_on: date) -> None:
    officer = Caller("officer", Role.COUNTY_OFFICER, None, "410102")
    await INSTITUTION_SANCTIONS.impose(
        connection,
        UUID(school.id),
        step=SanctionStep.STOP,
        first_on=first_on,
        last_on=None,
        reason="签到造假",
        caller=officer,
        at=now(),
    )


async def _waits(registry: ServiceUnderTest) -> None:
    """Returns once a request waits for somebody else's lock."""
    async with asyncio.timeout(3):
        while not await registry.rows("SELECT pid FROM pg_locks WHERE NOT granted"):
            pass
