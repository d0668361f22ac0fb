"""Exams of two years: the programme is that of the class's plan, also if the exam is held in the next year."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from services.assessment.consumers import apply
from shared.contracts.assessment import CertificateIssued
from shared.contracts.dimensions import RegionPeriod
from shared.contracts.fact import Fact
from shared.contracts.registry.plan import ProgrammeListed, RegionListed
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, a_class, pass_row, plan, session_filing
from tests.assessment.session_rules import keep_2025
from tests.registry.school import set_today

JANUARY = {"held_on": "2026-01-10"}


def next_year() -> list[Fact]:
    """The plan of 2026 has S02-1 and S11 but no S08; 410102 belongs to 410300 from 2026 on."""
    found: list[Fact] = []
    for fact in plan():
        if isinstance(fact, ProgrammeListed) and fact.code in ("HN2025", "S02", "S02-1", "S08"):
            code = fact.code.replace("HN2025", "HN2026").replace("S08", "S11")
            parent = fact.parent and fact.parent.replace("HN2025", "HN2026")
            found.append(
                replace(fact, subject=f"programmes/2026-{code}", code=code, parent=parent, plan="HN2026", year=2026)
            )
        if isinstance(fact, RegionListed) and fact.code == "410102":
            before = RegionPeriod(None, date(2025, 12, 31), "410100", "410100")
            after = RegionPeriod(date(2026, 1, 1), None, "410300", "410300")
            found.append(replace(fact, version=2, parent="410300", reporting_region="410300", periods=(before, after)))
    return found


@pytest.fixture
async def class_id(centre: Centre) -> UUID:
    """A class of December 2025; the plan of 2026 has been received."""
    class_id = new_id()
    december = a_class(class_id, programme="S08", starts_on=date(2025, 12, 1), ends_on=date(2025, 12, 20))
    async with centre.service.engine.begin() as connection:
        await apply(connection, [*next_year(), december])
    set_today(centre.service, date(2026, 1, 12))
    await keep_2025(centre.service)
    return class_id


async def test_the_exam_of_a_class_of_december_counts_to_its_plan(centre: Centre, class_id: UUID) -> None:
    session_id = await centre.examined(pass_row(1), class_id=str(class_id), programme="S08", **JANUARY)
    assert (await centre.conclude(session_id)).status_code == 200

    (told,) = [fact for fact in await centre.service.told() if isinstance(fact, CertificateIssued)]
    assert (told.programme, told.plan_year, told.issued_on) == ("S08", 2025, date(2026, 1, 12))
    # It is held, and counted, where the county lies on its day.
    assert told.reporting_region == "410300"


async def test_an_exam_without_a_class_counts_to_the_plan_of_its_day(centre: Centre, class_id: UUID) -> None:
    unknown = await centre.post("/sessions", session_filing(programme="S08", **JANUARY))
    session_id = await centre.examined(pass_row(1), programme="S11", local_id="E2", **JANUARY)
    assert (await centre.conclude(session_id)).status_code == 200

    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-programme")
    (told,) = [fact for fact in await centre.service.told() if isinstance(fact, CertificateIssued)]
    assert (told.programme, told.plan_year) == ("S11", 2026)


async def test_a_body_of_the_county_that_moved_is_at_home_where_the_county_lies_on_the_day(
    centre: Centre, class_id: UUID
) -> None:
    answers = [
        await centre.post("/sessions", session_filing(local_id=day, programme=code, region=region, held_on=day))
        for day, code, region in (
            ("2025-12-30", "S08", "410102"), ("2026-01-11", "S11", "410102"), ("2026-01-12", "S11", "410100"),
        )
    ]  # fmt: skip

    assert [answer.json().get("outside_territory") for answer in answers] == [False, False, None]
    assert answers[2].json()["code"] == "outside-territory"
