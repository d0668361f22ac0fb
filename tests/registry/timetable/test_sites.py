"""Sites and rooms over HTTP."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.directory.store import sites as store
from shared.contracts.registry.directory import SiteListed
from tests.registry.directory.directory import rows, site
from tests.registry.school import School, add_site, set_today
from tests.registry.teaching import engage, lessons, put_timetable


async def add(school: School, **changes: object) -> Any:
    return await school.post(f"institutions/{school.id}/sites", site(**changes))


async def change(school: School, site_id: str, **changes: object) -> Any:
    content = {name: value for name, value in site(**changes).items() if name != "local_id"}
    return await school.post(f"sites/{site_id}/changes", {"version": 1} | content)


class TestAdd:
    async def test_is_stored_with_its_rooms_and_told(self, school: School) -> None:
        answer = (await add(school)).json()

        assert await rows(school, "sites") == [answer]
        assert answer["rooms"] == [
            {"name": "101", "kind": "theory", "seats": 40}, {"name": "护理实训室", "kind": "practice", "seats": 20},
        ]  # fmt: skip
        (told,) = [fact for fact in await school.registry.told() if isinstance(fact, SiteListed)]
        assert (told.rooms, told.seats, told.reporting_region) == (2, 60, "410100")

    async def test_the_same_again_even_at_once_answers_the_one_that_exists(self, school: School) -> None:
        answers = await asyncio.gather(*(add(school) for _ in range(4)))

        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(await rows(school, "sites")) == 1

    async def test_another_place_under_the_same_local_id_is_refused(self, school: School) -> None:
        await add(school)

        answer = await add(school, address="郑州市二七区大学路2号")

        assert (answer.status_code, answer.json()["code"]) == (409, "local-id-taken")

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"address": "无"}, "address-wrong-form"),
            ({"region": "999999"}, "unknown-region"),
            ({"longitude": None}, "place-half-given"),
            ({"longitude": 34.7, "latitude": 113.6}, "malformed-request"),
            ({"rooms": [{"name": "1", "kind": "theory", "seats": 0}]}, "malformed-request"),
            ({"rooms": [{"name": "1", "kind": "theory", "seats": 9}] * 2}, "room-named-twice"),
            ({"rooms": [{"name": "1", "kind": "bar", "seats": 9}]}, "malformed-request"),
        ],
        ids=str,
    )
    async def test_a_wrong_one_is_refused(self, school: School, wrong: dict[str, object], code: str) -> None:
        answer = await add(school, **wrong)

        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_is_for_the_institution_itself_or_its_officers(self, school: School) -> None:
        stranger = School(school.registry, "01980000-0000-7000-8000-000000000001")
        path = f"institutions/{school.id}/sites"

        answers = [
            await school.post(path, site(), headers=headers)
            for headers in (stranger.headers, school.officer("410103"), school.officer())
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 201]


class TestChange:
    async def test_is_stored_and_told_as_the_next_version(self, school: School) -> None:
        site_id = (await add(school)).json()["id"]
        room = {"name": "101", "kind": "practice", "seats": 25}

        answer = (await change(school, site_id, rooms=[room], address="郑州市二七区大学路2号", region="410103")).json()

        assert (answer["version"], answer["rooms"], answer["region"]) == (2, [room], "410103")
        assert (await school.registry.http.get(f"/v1/sites/{site_id}", headers=school.headers)).json() == answer
        told = [fact for fact in await school.registry.told() if isinstance(fact, SiteListed)]
        assert [(fact.version, fact.seats) for fact in told] == [(1, 60), (2, 25)]

    async def test_of_what_is_as_it_was_changes_nothing(self, school: School) -> None:
        site_id = (await add(school)).json()["id"]

        assert (await change(school, site_id)).json()["version"] == 1

    async def test_of_a_version_that_is_past_is_stale(self, school: School) -> None:
        site_id = (await add(school)).json()["id"]

        answers = await asyncio.gather(*(change(school, site_id, rooms=[], region=region)
                                         for region in ("410103", "410104", "410105")))  # fmt: skip

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "stale"}

    async def test_a_room_that_comes_back_is_the_same_room(self, school: School) -> None:
        site_id = (await add(school)).json()["id"]
        await change(school, site_id, rooms=[])

        answer = (await change(school, site_id, version=2)).json()

        assert (answer["version"], len(answer["rooms"])) == (3, 2)


class TestRoomsInUse:
    """Ten lessons of a class of forty are planned in room 101 of sixty seats; it is 20 February."""

    @pytest.fixture
    async def site_id(self, school: School) -> str:
        set_today(school.registry, date(2025, 2, 20))
        site_id = await add_site(school)
        await engage(school)
        assert (await put_timetable(school, await school.file(), lessons())).status_code == 200
        return site_id

    async def seats(self, school: School, site_id: str, seats: int) -> Any:
        rooms = [{"name": "101", "kind": "theory", "seats": seats}]
        return await change(school, site_id, address="郑州市某路 1 号", rooms=rooms)

    async def test_a_room_with_lessons_to_come_stays_listed(self, school: School, site_id: str) -> None:
        refused = await change(school, site_id, rooms=[])

        assert (refused.status_code, refused.json()["code"], refused.json()["rooms"]) == (409, "rooms-in-use", ["101"])

    async def test_a_room_can_lose_seats_as_long_as_it_holds_the_class(self, school: School, site_id: str) -> None:
        too_small = await self.seats(school, site_id, 39)
        fits = await self.seats(school, site_id, 40)

        problem = too_small.json()
        assert (too_small.status_code, problem["code"], problem["check"]) == (409, "rooms-in-use", "C18")
        assert problem["rooms"] == ["101"]
        assert fits.status_code == 200

    async def test_lessons_that_are_over_need_no_seats(self, school: School, site_id: str) -> None:
        set_today(school.registry, date(2025, 3, 20))

        assert (await self.seats(school, site_id, 2)).status_code == 200


class TestForOtherRules:
    async def test_sites_are_found_by_their_ids(self, school: School) -> None:
        site_id = UUID((await add(school)).json()["id"])

        async with school.registry.engine.begin() as connection:
            found = await store.by_ids(connection, [site_id, UUID(int=1)])
            one = await store.load(connection, site_id)

        assert found == {site_id: one}
        assert (one.rooms["101"].seats, one.longitude) == (40, 113.6)
