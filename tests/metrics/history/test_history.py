"""Figures as they were known on a day: those that were answered then, whatever is told or rebuilt later."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.contracts.subsidy.claims import ClaimPaid
from tests.conftest import Database
from tests.metrics.figures.test_figures import enter, indicator
from tests.metrics.history.closing import asked, end, metrics_on, rebuilt, rows
from tests.metrics.history.generated import REGIONS, days, moved
from tests.metrics.quality.test_quality import counted
from tests.metrics.targets.province import confirm, open_proposal, post
from tests.registry.school import set_today
from tests.support.books import compared
from tests.support.facts import certificate, enrolment, programme, region
from tests.support.services import ServiceUnderTest

EVE = date(2025, 3, 3)
MOVED = moved(EVE + timedelta(days=1))


@pytest.fixture
async def metrics(database: Database, keys: Path) -> AsyncGenerator[ServiceUnderTest]:
    async with await metrics_on(await database(None), database, keys) as metrics:
        await metrics.hear(*REGIONS, programme("HN2025", parent=None), programme("S01"))
        yield metrics


@pytest.mark.parametrize("planted", ["lost", "flipped", "doubled"])
async def test_what_goes_wrong_on_the_way_is_named_within_a_minute(metrics: ServiceUnderTest, planted: str) -> None:
    """Of a generated life one payment is lost, comes with another amount, or is told twice, which changes nothing."""
    life = list(days(1, count=4, steps=20))
    last = {fact.subject: fact for day in life for fact in day.facts}
    victim = next(fact for fact in last.values() if isinstance(fact, ClaimPaid))
    flipped = replace(victim, lines=tuple(replace(each, amount_fen=200_001) for each in victim.lines))
    told = {"lost": [], "flipped": [flipped], "doubled": [victim, victim]}[planted]
    for day in life:
        await metrics.hear(*(each for fact in day.facts for each in (told if fact is victim else [fact])))
        await metrics.hear(*day.books)

    # As it is asked a minute after it was compared.
    found = await compared(metrics, ago=timedelta(seconds=60))

    if planted == "doubled":
        assert (found["light"], set(found["differences"].values())) == ("green", {0})
        return
    assert found["light"] == "red"
    named = {(each["programme"], each["region"], each["measure"]): each["difference"] for each in found["cells"]}
    difference = {"lost": 200_000, "flipped": -1}[planted]
    assert named["S01", victim.reporting_region, "paid_fen"] == difference
    assert {region for _, region, _ in named} == {victim.reporting_region}


class TestADay:
    async def test_what_is_told_later_about_an_earlier_day_is_known_from_then_on(
        self, metrics: ServiceUnderTest
    ) -> None:
        monday, tuesday = date(2025, 3, 10), date(2025, 3, 11)
        done = EnrolmentStatus.COMPLETED
        await metrics.hear(enrolment(1, status=done, effective_on=monday))
        await end(metrics, monday)
        await metrics.hear(enrolment(2, status=done, effective_on=monday))
        await end(metrics, tuesday)

        found = [
            (await metrics.http.get("/v1/totals", params={"last_day": str(monday), "known_on": str(day)})).json()
            for day in (monday, tuesday)
        ]

        assert [each["total"]["trainings"] for each in found] == [1, 2]
        assert found[0]["known"] == {"on": "2025-03-10", "taken_at": "2025-03-10T16:00:02+00:00", "is_final": True}
        assert found[0]["as_of"]["read_at"] == found[0]["known"]["taken_at"]
        assert found[0]["as_of"]["topics"]["registry"]["facts"] == len(REGIONS) + 3

    async def test_one_that_has_not_ended_is_answered_as_known_so_far_and_not_final(
        self, metrics: ServiceUnderTest
    ) -> None:
        await end(metrics, date(2025, 3, 9))
        set_today(metrics, date(2025, 3, 10))
        await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED))

        found = (await metrics.http.get("/v1/totals?known_on=2025-03-10")).json()

        assert found["known"] == {"on": "2025-03-10", "taken_at": None, "is_final": False}
        assert found["total"]["trainings"] == 1

    @pytest.mark.parametrize("day", ["2025-03-08", "2025-03-11"])
    async def test_one_before_the_first_closing_or_to_come_is_refused_with_the_days_there_are(
        self, metrics: ServiceUnderTest, day: str
    ) -> None:
        await end(metrics, date(2025, 3, 9))

        answer = await metrics.http.get("/v1/totals", params={"known_on": day})

        assert (answer.status_code, answer.json()["code"]) == (422, "day-not-known")
        assert (answer.json()["first_day"], answer.json()["last_day"]) == ("2025-03-09", "2025-03-10")

    async def test_days_whose_end_no_worker_saw_have_what_was_known_before(self, metrics: ServiceUnderTest) -> None:
        await end(metrics, date(2025, 3, 9))
        await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED))

        closed = await end(metrics, date(2025, 3, 12))

        assert closed == [date(2025, 3, 10), date(2025, 3, 11), date(2025, 3, 12)]
        found = [await rows(metrics, by="region", known_on=day) for day in closed]
        assert [each[0]["trainings"] for each in found] == [1, 1, 1]
        assert await end(metrics, date(2025, 3, 12)) == []


async def test_by_the_map_of_then_it_stays_where_it_was_reported_and_by_that_of_now_it_follows_the_county(
    metrics: ServiceUnderTest,
) -> None:
    await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED, region="410122"))
    await end(metrics, EVE)
    before = await asked(metrics, by="region", known_on=EVE, **{"as": "then"})
    await metrics.hear(MOVED)
    await end(metrics, EVE + timedelta(days=1))

    found = {
        map_: [row["region"] for row in await rows(metrics, by="region", known_on=EVE, **{"as": map_})]
        for map_ in ("then", "now")
    }

    assert found == {"then": ["410100"], "now": ["410200"]}
    assert await asked(metrics, by="region", known_on=EVE, **{"as": "then"}) == before


async def test_a_region_that_is_told_later_can_be_asked_for_by_todays_map(metrics: ServiceUnderTest) -> None:
    await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED, region="410122"))
    await end(metrics, EVE)
    await metrics.hear(
        region("410300", reports_to="410300"), region("410122", reports_to="410300", parent="410300", version=2)
    )

    asked_for = {"region": "410300", "known_on": EVE}
    found = await rows(metrics, by="region,county", **asked_for, **{"as": "now"})

    assert [(row["region"], row["county"], row["trainings"]) for row in found] == [("410300", "410122", 1)]
    refused = await metrics.http.get("/v1/totals", params={key: str(value) for key, value in asked_for.items()})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-region")


async def test_progress_pace_and_quality_of_a_day_are_held_against_what_was_known_on_it(
    metrics: ServiceUnderTest,
) -> None:
    day, later = date(2025, 3, 10), date(2025, 3, 12)
    kinds = ("progress", "pace", "quality")
    set_today(metrics, day)
    await metrics.hear(
        programme("S01", version=2, trainings=100), indicator("I07", "100"), indicator("I05", "10"),
        enrolment(1, status=EnrolmentStatus.COMPLETED, effective_on=day),
        certificate(1, person=1, level=5, is_young=True, issued_on=day),
        counted("410100", started=40, passed=30),
    )  # fmt: skip
    await load(metrics, "410100", 50)
    await enter(metrics, "I07", "20", as_of=str(day))
    await end(metrics, day)
    before = {kind: await asked(metrics, kind, known_on=day) for kind in kinds}

    set_today(metrics, later)
    await metrics.hear(
        programme("S01", version=3, trainings=300),
        enrolment(2, status=EnrolmentStatus.COMPLETED, effective_on=day),
        certificate(2, person=2, level=5, is_young=True, issued_on=day),
        counted("410100", started=60, passed=50, version=2),
    )
    await load(metrics, "410100", 70)
    await enter(metrics, "I07", "90", as_of=str(day))
    await end(metrics, later)
    await rebuilt(metrics)

    assert {kind: await asked(metrics, kind, known_on=day) for kind in kinds} == before
    assert [await told(metrics, known_on=each) for each in (day, later)] == [
        (1, 100, 50, 1, "20", (30, 40)), (2, 300, 70, 2, "90", (50, 60)),
    ]  # fmt: skip
    refused = [await metrics.http.get(f"/v1/{kind}?known_on=2025-03-09") for kind in kinds]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(422, "day-not-known")}
    # Today is answered as known so far.
    set_today(metrics, later + timedelta(days=1))
    so_far = [(await metrics.http.get(f"/v1/{kind}?known_on={later + timedelta(days=1)}")).json() for kind in kinds]
    assert [each["known"]["is_final"] for each in so_far] == [False, False, False]


async def load(metrics: ServiceUnderTest, region: str, target: int) -> None:
    """A sheet with one target, confirmed."""
    rows = [("HN2025", "地区", key, "完成培训", "", "", str(target)) for key in (region, "合计")]
    answer = await post(metrics, rows)
    assert answer.json()["refused"] == 0, answer.text
    await confirm(metrics, await open_proposal(metrics))


async def told(metrics: ServiceUnderTest, **query: object) -> tuple[object, ...]:
    """Trainings of S01 and its target, the target of 410100, young technicians, what was entered, who passed."""
    progress, pace, quality = [
        json.loads(await asked(metrics, kind, **query)) for kind in ("progress", "pace", "quality")
    ]
    [trainings] = [each["trainings"] for each in progress["programmes"] if each["code"] == "S01"]
    done = {each["code"]: each["done"] for each in progress["indicators"]}
    passed = quality["total"]["passed_of_started"]
    return (
        *(trainings["done"], trainings["target"], pace["rows"][0]["target"], done["I05"], done["I07"]),
        (passed["numerator"], passed["denominator"]),
    )


async def test_a_file_of_a_day_is_the_same_file_for_ever(metrics: ServiceUnderTest) -> None:
    day = date(2025, 3, 10)
    await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED))
    await end(metrics, day)
    files = [await asked(metrics, "totals-file", known_on=day, by="region", format=each) for each in ("csv", "xlsx")]

    await metrics.hear(
        enrolment(2, status=EnrolmentStatus.COMPLETED), region("410100", reports_to="410100", version=2, name_zh="新名")
    )
    await rebuilt(metrics)

    again = [await asked(metrics, "totals-file", known_on=day, by="region", format=each) for each in ("csv", "xlsx")]
    assert again == files
