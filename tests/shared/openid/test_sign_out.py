"""Signing out at the provider, too: led there by a page of ours only, and back to what is said about it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.openid.door import ProviderDoor
from tests.shared.openid.conftest import ADDRESS, PAGE, Open, Way
from tests.support.provider import CLIENT, ProviderUnderTest

OURS = PAGE | {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def way(open_service: Open, real: ProviderUnderTest) -> AsyncGenerator[Way]:
    async with open_service(real.issuer) as way:
        yield way


async def signed_in(way: Way, real: ProviderUnderTest) -> None:
    await way.back(await real.sign_in(way.outside, await way.address(), "qian"))
    assert (await way.http.get("/session", headers=OURS)).json()["by_provider"] is True


async def test_a_person_signs_out_here_and_there(way: Way, real: ProviderUnderTest) -> None:
    await signed_in(way, real)

    assert (await way.http.delete("/session", headers=OURS)).status_code == 204
    led = await way.http.get("/session/provider/end", headers=OURS)
    asked = {name: value for name, (value,) in parse_qs(urlsplit(led.headers["location"]).query).items()}
    back = await real.sign_out(way.outside, led.headers["location"])
    answer = await way.back(back)

    assert (await way.who(), led.status_code, led.headers["cache-control"]) == (None, 303, "no-store")
    assert asked == {
        "client_id": CLIENT,
        "post_logout_redirect_uri": f"{ADDRESS}/session/provider/ended",
        "state": back.params["state"],
    }
    assert answer.headers["location"] == f"{ADDRESS}/sign-in?ended=provider"
    # The provider asks who it is again.
    page = await way.outside.get(await way.address(), follow_redirects=True)
    assert "Sign-in" in page.text


async def test_another_page_leads_nobody_there(way: Way) -> None:
    refused = await way.http.get("/session/provider/end", headers=PAGE | {"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 303
    assert refused.headers["location"] == f"{ADDRESS}/sign-in?failed=request-of-another-page"


@pytest.mark.parametrize("query", ["", "?state=stranger"])
async def test_who_comes_back_from_nowhere_is_told_nothing(way: Way, query: str) -> None:
    await way.http.get("/session/provider/end", headers=OURS)

    answer = await way.http.get(f"/session/provider/ended{query}", headers=PAGE | {"Sec-Fetch-Site": "cross-site"})

    assert answer.headers["location"] == f"{ADDRESS}/sign-in"


async def test_a_sign_in_is_not_completed_by_what_began_as_a_sign_out(way: Way, real: ProviderUnderTest) -> None:
    address = await way.address()
    led = await way.http.get("/session/provider/end", headers=OURS)
    (state,) = parse_qs(urlsplit(led.headers["location"]).query)["state"]
    back = await real.sign_in(way.outside, address, "qian")

    answer = await way.back(back.copy_set_param("state", state))

    assert answer.headers["location"] == f"{ADDRESS}/sign-in?failed=sign-in-not-proven"
    assert await way.who() is None


async def test_where_the_provider_has_no_such_place_it_is_said(way: Way, real: ProviderUnderTest) -> None:
    door: ProviderDoor = way.app.state.provider_door
    await way.address()
    described = door.provider._described
    assert described is not None
    door.provider._described = described.model_copy(update={"end_session_endpoint": None})

    led = await way.http.get("/session/provider/end", headers=OURS)

    assert led.headers["location"] == f"{ADDRESS}/sign-in?ended=here"


async def test_where_the_provider_is_away_it_is_said(open_service: Open) -> None:
    async with open_service("http://127.0.0.1:1") as way:
        led = await way.http.get("/session/provider/end", headers=OURS)

    assert led.headers["location"] == f"{ADDRESS}/sign-in?ended=here"


async def test_an_account_with_several_roles_is_told_whom_to_ask(way: Way, real: ProviderUnderTest) -> None:
    answer = await way.back(await real.sign_in(way.outside, await way.address(), "both"))

    assert answer.headers["location"] == f"{ADDRESS}/sign-in?failed=sign-in-with-several-roles"


async def test_a_list_with_one_role_of_ours_is_that_role(way: Way, real: ProviderUnderTest) -> None:
    await way.back(await real.sign_in(way.outside, await way.address(), "listed"))

    assert (await way.who() or {})["role"] == "reviewer"
