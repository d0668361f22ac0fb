"""The second catalogue over HTTP, and what it means for a class that is filed (C02)."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

import pytest

from shared.contracts.registry.directory import ListingClosed, ListingOpened
from shared.kernel.periods import business_day
from tests.registry.directory.directory import impose, open_listing, province, register, rows
from tests.registry.school import filing, set_today
from tests.support.services import ServiceUnderTest


class TestOpen:
    async def test_is_stored_and_told_and_a_repeat_answers_the_one_that_stands(
        self, registry: ServiceUnderTest
    ) -> None:
        school = await register(registry)

        answers = [await open_listing(school), await open_listing(school)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        (told,) = [fact for fact in await registry.told() if isinstance(fact, ListingOpened)]
        assert (told.project, str(told.first_on), told.last_on, told.region) == (
            "4-10-01-05-L4", "2025-01-01", None, "410102",
        )  # fmt: skip

    async def test_overlapping_ones_are_refused_also_at_once(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)

        answers = await asyncio.gather(*(open_listing(school, first_on=f"2025-01-0{day}") for day in range(1, 6)))

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "listing-overlaps"}
        assert len(await rows(school, "listings")) == 1

    async def test_the_database_itself_holds_one_at_a_time(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)
        await open_listing(school)

        with pytest.raises(Exception, match="listed_once"):
            async with registry.engine.begin() as connection:
                await connection.exec_driver_sql(
                    "INSERT INTO listing (id, institution_id, project, first_on, opened_by, version)"
                    " SELECT uuidv7(), institution_id, project, '2025-05-01', 'x', 1 FROM listing"
                )

    @pytest.mark.parametrize(
        ("wrong", "status", "code"),
        [
            ({"project": "NO-SUCH"}, 404, "not-found"),
            ({"first_on": "2024-12-31"}, 409, "project-not-listed"),
            ({"last_on": "2024-12-31"}, 422, "period-ends-before-start"),
            ({"first_on": "tomorrow"}, 422, "malformed-request"),
            ({"project": "x'; --"}, 422, "malformed-request"),
        ],
        ids=str,
    )
    async def test_a_wrong_one_is_refused(
        self, registry: ServiceUnderTest, wrong: dict[str, Any], status: int, code: str
    ) -> None:
        answer = await open_listing(await register(registry), **wrong)

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_is_for_officers_of_the_region_or_above(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)

        answers = [
            await open_listing(school, headers=headers) for headers in (school.headers, school.officer("410103"))
        ]

        assert [answer.json()["code"] for answer in answers] == ["wrong-role", "foreign-region"]

    @pytest.mark.parametrize("step", ["delist", "blacklist"])
    async def test_is_refused_while_the_institution_is_off_the_list(
        self, registry: ServiceUnderTest, step: str
    ) -> None:
        school = await register(registry)
        await impose(school, step, last_on="2025-06-30")

        answers = [
            await open_listing(school),
            await open_listing(school, last_on="2025-01-31"),
            await open_listing(school, first_on="2025-07-01"),
        ]

        assert [answer.status_code for answer in answers] == [409, 201, 201]
        assert (answers[0].json()["code"], answers[0].json()["check"]) == ("institution-delisted", "C25")


class TestClose:
    async def test_ends_it_on_the_day_before_and_is_told(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)
        listing = (await open_listing(school)).json()
        path = f"institutions/{school.id}/listings/{listing['id']}/closing"
        content = {"from_on": "2025-05-01", "reason": "机构申请"}

        answers = [await school.post(path, content, headers=school.officer()) for _ in range(2)]

        assert answers[0].json()["last_on"] == "2025-04-30"
        assert (answers[1].status_code, answers[1].json()["code"]) == (409, "listing-ended")
        (told,) = [fact for fact in await registry.told() if isinstance(fact, ListingClosed)]
        assert (str(told.last_on), told.version) == ("2025-04-30", 2)
        assert (await open_listing(school, first_on="2025-05-01")).status_code == 201

    async def test_is_seen_with_who_decided_it_and_when(self, registry: ServiceUnderTest) -> None:
        set_today(registry, date(2025, 1, 10))
        school = await register(registry)
        listing = (await open_listing(school)).json()
        set_today(registry, date(2025, 4, 20))
        path = f"institutions/{school.id}/listings/{listing['id']}/closing"

        await school.post(path, {"from_on": "2025-05-01", "reason": "机构申请"}, headers=school.officer(person="boss"))

        (seen,) = await rows(school, "listings")
        days = [business_day(datetime.fromisoformat(seen[when])) for when in ("opened_at", "closed_at")]
        assert (seen["opened_by"], seen["closed_by"], days) == (
            "officer", "boss", [date(2025, 1, 10), date(2025, 4, 20)],
        )  # fmt: skip
        assert (listing["closed_by"], listing["closed_at"]) == (None, None)

    async def test_of_another_institutions_listing_is_not_found(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)
        other = await register(registry, credit_code="91350100M000100Y43")
        listing = (await open_listing(other)).json()
        path = f"institutions/{school.id}/listings/{listing['id']}/closing"

        answer = await school.post(path, {"from_on": "2025-05-01", "reason": "误录"}, headers=province(registry))

        assert answer.status_code == 404


class TestWhatItMeansForClasses:
    async def test_a_subsidised_class_needs_it_on_its_first_day(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)

        before = await school.post("classes", filing())
        await open_listing(school, first_on="2025-03-01", last_on="2025-03-31")
        answers = [
            await school.post("classes", filing(local_id=day, starts_on=day, ends_on="2025-06-01"))
            for day in ("2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01")
        ]

        assert (before.status_code, before.json()["code"], before.json()["check"]) == (
            409, "institution-not-listed", "C02",
        )  # fmt: skip
        assert [answer.status_code for answer in answers] == [409, 201, 201, 409]

    async def test_one_that_nobody_subsidises_needs_none(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)

        assert (await school.post("classes", filing(fund_source=None))).status_code == 201
