"""The ladder of sanctions over HTTP, and what it means for a class that is filed (C25)."""

from __future__ import annotations

import asyncio

import pytest

from shared.contracts.registry.directory import ListingClosed, SanctionImposed, SanctionLifted
from tests.registry.directory.directory import impose, lift, open_listing, province, register, rows
from tests.registry.school import School, filing
from tests.support.services import ServiceUnderTest


class TestImpose:
    async def test_is_stored_and_told(self, school: School) -> None:
        answer = await impose(school, "rectify", headers=school.officer(), last_on="2025-03-31")

        assert answer.status_code == 201
        (stored,) = await rows(school, "sanctions")
        assert (stored["step"], stored["status"], stored["imposed_by"]) == ("rectify", "imposed", "officer")
        (told,) = [fact for fact in await school.registry.told() if isinstance(fact, SanctionImposed)]
        assert (told.step.value, str(told.first_on), str(told.last_on)) == ("rectify", "2025-02-01", "2025-03-31")

    async def test_the_same_step_twice_at_once_stands_once(self, school: School) -> None:
        answers = await asyncio.gather(*(impose(school, "stop") for _ in range(4)))

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "sanction-stands"}

    async def test_a_listing_opened_at_the_same_moment_does_not_outlive_a_delisting(
        self, registry: ServiceUnderTest
    ) -> None:
        school = await register(registry)

        await asyncio.gather(open_listing(school), impose(school, "delist"), open_listing(school))

        assert [each["last_on"] for each in await rows(school, "listings")] in ([], ["2025-01-31"])

    @pytest.mark.parametrize(
        ("step", "region", "status"),
        [
            ("stop", "410102", 201),
            ("stop", "410103", 403),
            ("delist", "410102", 403),
            ("blacklist", "410102", 403),
            ("delist", "410100", 201),
            ("blacklist", "410100", 201),
        ],
    )
    async def test_off_the_list_is_for_the_reporting_region_or_above(
        self, school: School, step: str, region: str, status: int
    ) -> None:
        assert (await impose(school, step, headers=school.officer(region))).status_code == status

    async def test_is_not_for_institutions(self, school: School) -> None:
        answer = await impose(school, "talk", headers=school.headers)

        assert answer.json()["code"] == "wrong-role"

    async def test_is_seen_by_officers_and_the_institution_itself(self, school: School) -> None:
        await impose(school, "talk")
        stranger = School(school.registry, "01980000-0000-7000-8000-000000000001")

        answer = await school.registry.http.get(f"/v1/institutions/{school.id}/sanctions", headers=stranger.headers)

        assert answer.json()["code"] == "foreign-organisation"
        assert len(await rows(school, "sanctions", headers=school.officer("410103"))) == 1


class TestNewClasses:
    @pytest.mark.parametrize(("step", "status"), [("talk", 201), ("rectify", 201), ("stop", 409)])
    async def test_are_stopped_by_themselves_from_a_stop_upwards(self, school: School, step: str, status: int) -> None:
        await impose(school, step)

        answers = [await school.post("classes", filing(local_id=str(source), fund_source=source))
                   for source in ("employment_fund", None)]  # fmt: skip

        assert [answer.status_code for answer in answers] == [status, status]
        if status == 409:
            assert {(answer.json()["code"], answer.json()["check"], answer.json()["step"]) for answer in answers} == {
                ("institution-stopped", "C25", step)
            }

    async def test_are_stopped_on_the_days_of_the_sanction_only(self, school: School) -> None:
        await impose(school, "stop", first_on="2025-03-02", last_on="2025-03-03")

        answers = [
            await school.post("classes", filing(local_id=day, starts_on=day))
            for day in ("2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04")
        ]

        assert [answer.status_code for answer in answers] == [201, 409, 409, 201]


class TestDelist:
    async def test_closes_the_listings_from_that_day_on(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)
        await open_listing(school)
        await open_listing(school, project="4-10-01-05-L3", last_on="2025-01-15")
        await open_listing(school, project="4-10-01-05-L5", first_on="2025-06-01")

        await impose(school, "delist")

        ends = {each["project"][-2:]: each["last_on"] for each in await rows(school, "listings")}
        assert ends == {"L4": "2025-01-31", "L3": "2025-01-15", "L5": "2025-05-31"}
        assert len([fact for fact in await registry.told() if isinstance(fact, ListingClosed)]) == 2

    async def test_is_followed_by_a_blacklisting_also_where_listings_never_held(
        self, registry: ServiceUnderTest
    ) -> None:
        school = await register(registry)
        await open_listing(school)
        await open_listing(school, project="4-10-01-05-L5", first_on="2025-06-01")

        answers = [await impose(school, "delist"), await impose(school, "blacklist", first_on="2025-03-01")]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert {each["last_on"] for each in await rows(school, "listings")} == {"2025-01-31", "2025-05-31"}

    async def test_with_an_end_leaves_the_listings_that_begin_after_it(self, registry: ServiceUnderTest) -> None:
        school = await register(registry)
        await open_listing(school, first_on="2025-06-30")
        await open_listing(school, project="4-10-01-05-L5", first_on="2025-07-01")

        await impose(school, "delist", last_on="2025-06-30")

        ends = {each["project"][-2:]: each["last_on"] for each in await rows(school, "listings")}
        assert ends == {"L4": "2025-06-29", "L5": None}


class TestLift:
    async def test_ends_it_and_is_told_and_lets_classes_begin_again(self, school: School) -> None:
        sanction = (await impose(school, "stop")).json()

        answer = await lift(school, sanction["id"], from_on="2025-03-01")

        assert (answer.json()["status"], answer.json()["last_on"]) == ("lifted", "2025-02-28")
        (told,) = [fact for fact in await school.registry.told() if isinstance(fact, SanctionLifted)]
        assert (told.version, str(told.last_on)) == (2, "2025-02-28")
        assert (await school.post("classes", filing())).status_code == 201

    async def test_is_for_another_officer_than_who_imposed_it(self, school: School) -> None:
        sanction = (await impose(school, "stop")).json()

        answer = await lift(school, sanction["id"], headers=school.officer("410100"))

        assert (answer.status_code, answer.json()["code"]) == (403, "same-person")

    async def test_happens_once_even_at_once(self, school: School) -> None:
        sanction = (await impose(school, "stop")).json()

        answers = await asyncio.gather(*(lift(school, sanction["id"]) for _ in range(3)))

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "illegal-move"}

    async def test_off_the_list_is_lifted_by_the_reporting_region_or_above(self, school: School) -> None:
        sanction = (await impose(school, "blacklist")).json()

        answer = await lift(school, sanction["id"], headers=school.officer("410102", person="another"))

        assert answer.json()["code"] == "foreign-region"
        assert (await lift(school, sanction["id"], headers=province(school.registry))).status_code == 200
