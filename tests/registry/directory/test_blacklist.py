"""Owners, accounts and sites over HTTP: those of blacklisted institutions, and those that institutions share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.registry.supervision.usecases.sanctions import INSTITUTION_SANCTIONS
from shared.contracts.dimensions import SanctionStep
from shared.contracts.registry.flags import FlagRaised
from shared.kernel.callers import Caller, Role
from tests.registry.directory.directory import ACCOUNT, ADDRESS, OWNER, THIRD_CREDIT_CODE, impose, lift, register, site
from tests.registry.school import ANOTHER_CREDIT_CODE, School, set_today
from tests.support.clock import now
from tests.support.people import identity_number
from tests.support.services import ServiceUnderTest


async def flags_of(school: School) -> list[FlagRaised]:
    told = [fact for fact in await school.registry.told() if isinstance(fact, FlagRaised)]
    return [fact for fact in told if str(fact.institution_id) == school.id]


async def returned_of(school: School) -> list[FlagRaised]:
    return [fact for fact in await flags_of(school) if fact.kind == "returned-from-blacklist"]


async def change(school: School, *, version: int = 1, **content: object) -> httpx.Response:
    path = f"institutions/{school.id}/changes"
    return await school.post(path, {"version": version} | content, headers=school.officer())


async def add_site(school: School, **changes: object) -> httpx.Response:
    return await school.post(f"institutions/{school.id}/sites", site(**changes))


async def test_an_owner_account_or_site_that_comes_back_is_flagged_once_each(registry: ServiceUnderTest) -> None:
    bad = await register(registry, owner=OWNER, account=ACCOUNT)
    await bad.post(f"institutions/{bad.id}/sites", site())
    await impose(bad, "blacklist")

    back = await register(registry, credit_code=ANOTHER_CREDIT_CODE, name="新学校", owner=OWNER)
    change = {"version": 1, "account": f" {ACCOUNT[:4]} {ACCOUNT[4:]}"}
    await back.post(f"institutions/{back.id}/changes", change, headers=back.officer())
    await back.post(f"institutions/{back.id}/sites", site(address=f" {ADDRESS[:3]} {ADDRESS[3:]}。"))

    told = await returned_of(back)
    assert [(fact.check, fact.holds) for fact in told] == [("C25", True)] * 3
    query = {"check": "C25"}
    flags = (await registry.http.get("/v1/flags", params=query, headers=back.officer())).json()["rows"]
    assert [flag["facts"] for flag in flags] == [
        {"what": what, "blacklisted": [bad.id]} for what in ("owner", "account", "site")
    ]
    assert await flags_of(bad) == []


async def test_nobody_else_is_flagged(registry: ServiceUnderTest) -> None:
    bad = await register(registry, owner=OWNER, account=ACCOUNT)
    await impose(bad, "blacklist")
    other = {"document_number": identity_number(date(1970, 3, 7), 7)}

    good = await register(registry, credit_code=ANOTHER_CREDIT_CODE, owner=other, account=ACCOUNT[::-1])
    await bad.post(f"institutions/{bad.id}/changes", {"version": 1, "name": "改名"}, headers=bad.officer())

    assert await flags_of(good) == await flags_of(bad) == []


async def test_what_a_merely_delisted_one_had_is_no_mark(registry: ServiceUnderTest) -> None:
    delisted = await register(registry, owner=OWNER)
    await impose(delisted, "delist")

    back = await register(registry, credit_code=ANOTHER_CREDIT_CODE, owner=OWNER)

    assert await flags_of(back) == []


async def test_the_blacklist_is_remembered_when_it_was_lifted_but_not_when_it_never_held(
    registry: ServiceUnderTest,
) -> None:
    bad = await register(registry, owner=OWNER)
    sanction = (await impose(bad, "blacklist")).json()
    await lift(bad, sanction["id"], from_on="2025-05-01")
    back = await register(registry, credit_code=ANOTHER_CREDIT_CODE, owner=OWNER)
    wronged = await register(registry, credit_code=THIRD_CREDIT_CODE, account=ACCOUNT)
    sanction = (await impose(wronged, "blacklist")).json()
    await lift(wronged, sanction["id"], from_on="2025-02-01")
    change = {"version": 1, "account": ACCOUNT}

    await back.post(f"institutions/{back.id}/changes", change, headers=back.officer())

    assert len(await returned_of(back)) == 1


@pytest.mark.parametrize("what", ["owner", "account", "site"])
async def test_who_has_the_same_already_is_flagged_when_the_other_is_blacklisted(
    registry: ServiceUnderTest, what: str
) -> None:
    bad = await register(registry, owner=OWNER, account=ACCOUNT)
    await add_site(bad)
    same: dict[str, Any] = {"owner": {"owner": OWNER}, "account": {"account": ACCOUNT}}
    twin = await register(registry, credit_code=ANOTHER_CREDIT_CODE, region="410307", **same.get(what, {}))
    if what == "site":
        await add_site(twin)

    await impose(bad, "blacklist")

    (flag,) = await returned_of(twin)
    assert (flag.check, flag.holds, flag.region) == ("C25", True, "410307")
    assert await returned_of(bad) == []


@pytest.mark.parametrize("what", ["owner", "account", "site", "moved site"])
async def test_what_a_blacklisted_one_enters_meanwhile_is_a_mark_of_it(registry: ServiceUnderTest, what: str) -> None:
    bad = await register(registry)
    moving = (await add_site(bad, local_id="moving", address="洛阳市西工区中州路8号")).json()["id"]
    await impose(bad, "blacklist")
    content: dict[str, Any] = {"owner": {"owner": OWNER}, "account": {"account": ACCOUNT}}
    if what == "site":
        await add_site(bad)
    elif what == "moved site":
        moved = {name: value for name, value in site().items() if name != "local_id"}
        await bad.post(f"sites/{moving}/changes", {"version": 1} | moved)
    else:
        await change(bad, **content[what])

    back = await register(registry, credit_code=ANOTHER_CREDIT_CODE, **content.get(what, {}))
    if "site" in what:
        await add_site(back)

    assert len(await returned_of(back)) == 1


async def test_who_has_what_a_blacklisted_one_takes_is_flagged(registry: ServiceUnderTest) -> None:
    bad = await register(registry)
    other = await register(registry, credit_code=ANOTHER_CREDIT_CODE, owner=OWNER)
    await impose(bad, "blacklist")

    await change(bad, owner=OWNER)

    assert len(await returned_of(other)) == 1


async def test_what_one_enters_after_its_blacklisting_ended_is_no_mark(registry: ServiceUnderTest) -> None:
    set_today(registry, date(2025, 3, 1))
    once = await register(registry)
    await impose(once, "blacklist", last_on="2025-02-28")

    await change(once, owner=OWNER)
    other = await register(registry, credit_code=ANOTHER_CREDIT_CODE, owner=OWNER)

    assert await flags_of(other) == []


@asynccontextmanager
async def being_blacklisted(school: School) -> AsyncGenerator[None]:
    """The school is blacklisted, but that is committed only once somebody waits for it."""
    async with school.registry.engine.begin() as connection:
        await INSTITUTION_SANCTIONS.impose(
            connection,
            UUID(school.id),
            step=SanctionStep.BLACKLIST,
            first_on=date(2025, 2, 1),
            last_on=None,
            reason="签到造假",
            caller=Caller("officer", Role.COUNTY_OFFICER, None, "410100"),
            at=now(),
        )
        yield
        async with asyncio.timeout(3):
            while not await school.registry.rows("SELECT pid FROM pg_locks WHERE NOT granted"):
                pass


async def test_a_site_entered_at_the_moment_of_the_blacklisting_is_flagged_all_the_same(
    registry: ServiceUnderTest,
) -> None:
    bad = await register(registry)
    await add_site(bad)
    back = await register(registry, credit_code=ANOTHER_CREDIT_CODE)

    async with being_blacklisted(bad):
        entered = asyncio.create_task(add_site(back))

    assert (await entered).status_code == 201
    assert len(await returned_of(back)) == 1


async def test_a_site_moved_at_the_moment_of_its_own_blacklisting_is_a_mark_all_the_same(
    registry: ServiceUnderTest,
) -> None:
    bad = await register(registry)
    site_id = (await add_site(bad, address="洛阳市西工区中州路8号")).json()["id"]
    moved = {name: value for name, value in site(version=1).items() if name != "local_id"}

    async with being_blacklisted(bad):
        changed = asyncio.create_task(bad.post(f"sites/{site_id}/changes", moved))
    assert (await changed).status_code == 200
    back = await register(registry, credit_code=ANOTHER_CREDIT_CODE)
    await add_site(back)

    assert len(await returned_of(back)) == 1


async def test_an_account_that_another_uses_is_flagged_where_it_comes_second(registry: ServiceUnderTest) -> None:
    first = await register(registry, account=ACCOUNT)
    second = await register(registry, credit_code=ANOTHER_CREDIT_CODE, account=ACCOUNT)
    third = await register(registry, credit_code=THIRD_CREDIT_CODE)

    await change(third, account=f"{ACCOUNT[:4]} {ACCOUNT[4:]}")
    await change(third, version=2, name="改名")
    await change(first, name="改名")

    assert await flags_of(first) == []
    for borrower in (second, third):
        assert [(fact.check, fact.kind, fact.holds) for fact in await flags_of(borrower)] == [
            ("C24", "borrowed-account", True)
        ]
    flags = (await registry.http.get("/v1/flags", params={"check": "C24"}, headers=third.officer())).json()["rows"]
    assert [flag["facts"] for flag in flags] == [
        {"institutions": [first.id]}, {"institutions": sorted([first.id, second.id])},
    ]  # fmt: skip
