"""Signing in with a real provider: who that makes of a person, and every way in which it fails."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import suppress
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import structlog
from fastapi import Response

from deploy.local import issuer as programme
from deploy.local.processes import free_port
from shared.openid import provider as openid_provider
from shared.openid import visits
from shared.openid.door import DoorIncomplete, ProviderDoor
from shared.openid.provider import ANSWER_BYTES_MAX, UNKNOWN_KEY_PAUSE, NotConfidential, Provider
from shared.openid.visits import LIFETIME_SECONDS, Visits
from shared.sessions import COOKIE
from shared.settings import ServiceSettings
from tests.shared.openid.conftest import ADDRESS, ORGANISATION, PAGE, Open, Way, app_of, why
from tests.support.provider import CLIENT, SECRET, ProviderUnderTest

pytestmark = pytest.mark.xdist_group("provider")

DESCRIPTION: Final = b"""{
 "issuer": "http://127.0.0.1:PORT", "authorization_endpoint": "http://127.0.0.1:PORT/a",
 "token_endpoint": "http://127.0.0.1:PORT/t", "jwks_uri": "http://127.0.0.1:PORT/k"
}"""
"""What a provider says of itself; spaces behind it make it no other."""


@pytest.fixture
async def way(open_service: Open, real: ProviderUnderTest) -> AsyncGenerator[Way]:
    async with open_service(real.issuer) as way:
        yield way


def changed(address: str | httpx.URL, **parameters: str) -> httpx.URL:
    """`address` with other parameters."""
    return httpx.URL(address).copy_merge_params(parameters)


class TestWay:
    async def test_a_person_is_who_the_provider_says(self, way: Way, real: ProviderUnderTest) -> None:
        begun = await way.begin("/?view=claims")

        answer = await way.back(await real.sign_in(way.outside, begun.headers["location"], "qian"))

        assert await way.who() == {"person": "qian", "role": "reviewer", "organisation": None, "region": "410173"}
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert f'<meta http-equiv="refresh" content="0; url={ADDRESS}/?view=claims">' in answer.text
        session, visit = answer.headers.get_list("set-cookie")
        assert session.startswith(f"{COOKIE}=")
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(session.split("; "))
        assert (visit.startswith(f'{visits.COOKIE}="";'), "Max-Age=0" in visit) == (True, True)

    async def test_a_clerk_acts_for_the_organisation(self, way: Way, real: ProviderUnderTest) -> None:
        await way.back(await real.sign_in(way.outside, await way.address(), "clerk"))

        assert await way.who() == {
            "person": "clerk",
            "role": "institution",
            "organisation": str(ORGANISATION),
            "region": None,
        }

    async def test_the_operator_says_what_the_claims_are_called(
        self, open_service: Open, real: ProviderUnderTest
    ) -> None:
        async with open_service(real.issuer, SKILLS_OPENID_ROLE_CLAIM="post") as way:
            await way.back(await real.sign_in(way.outside, await way.address(), "renamed"))
            who = await way.who()

        assert who is not None
        assert who["role"] == "finance"

    async def test_what_waits_in_the_browser_is_short_lived_and_out_of_reach_of_scripts(self, way: Way) -> None:
        begun = await way.begin()

        said = {part.strip() for part in begun.headers["set-cookie"].split(";")[1:]}
        assert said == {"HttpOnly", f"Max-Age={LIFETIME_SECONDS}", "Path=/", "SameSite=lax"}
        assert LIFETIME_SECONDS == 600

    async def test_the_provider_is_asked_for_what_the_flow_needs(
        self, open_service: Open, real: ProviderUnderTest
    ) -> None:
        async with open_service(real.issuer, SKILLS_OPENID_PROMPT="login", SKILLS_OPENID_SCOPE="openid more") as way:
            begun = await way.begin(host="evil.example", **{"x-forwarded-host": "evil.example"})

        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
        assert {name: asked.pop(name) for name in ("redirect_uri", "client_id", "response_type")} == {
            "redirect_uri": f"{ADDRESS}/session/provider/return",
            "client_id": CLIENT,
            "response_type": "code",
        }
        assert (asked["code_challenge_method"], asked["prompt"], asked["scope"]) == ("S256", "login", "openid more")
        assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))

    @pytest.mark.parametrize(
        "to",
        ["https://evil.example/", "evil.example", "\\\\evil.example", "/\\evil.example", "/a b", "/\n", "", "/" * 600],
    )
    async def test_leads_to_no_other_place(self, way: Way, real: ProviderUnderTest, to: str) -> None:
        begun = await way.begin(to)

        answer = await way.back(await real.sign_in(way.outside, begun.headers["location"], "qian"))

        assert f'url={ADDRESS}/sign-in"' in answer.text

    async def test_what_looks_like_markup_or_a_host_stays_a_path(self, way: Way, real: ProviderUnderTest) -> None:
        begun = await way.begin('//evil.example/"><script>')

        answer = await way.back(await real.sign_in(way.outside, begun.headers["location"], "qian"))

        assert f'url={ADDRESS}//evil.example/&quot;&gt;&lt;script&gt;"' in answer.text

    async def test_another_page_does_not_begin_it(self, way: Way) -> None:
        answer = await way.http.get("/session/provider", headers={"Sec-Fetch-Site": "cross-site"})

        assert (answer.status_code, answer.json()["code"]) == (403, "request-of-another-page")

    async def test_the_door_is_told_with_its_name(self, open_service: Open, real: ProviderUnderTest) -> None:
        async with open_service(
            real.issuer, SKILLS_OPENID_NAME_ZH="省厅账号", SKILLS_OPENID_NAME_EN="the office"
        ) as way:
            told = (await way.http.get("/session")).json()

        assert told["provider"] == {"name_zh": "省厅账号", "name_en": "the office"}

    async def test_nothing_that_proves_who_somebody_is_gets_into_the_log(
        self, way: Way, real: ProviderUnderTest
    ) -> None:
        address = await way.address()
        back = await real.sign_in(way.outside, address, "qian")

        with structlog.testing.capture_logs() as lines:
            await way.back(changed(back, code="wrong"))
            await way.http.get("/session")
            await way.back(back)

        secrets = [*parse_qs(urlsplit(address).query)["state"], back.params["code"], SECRET, "qian"]
        assert len(lines) > 2
        assert [each for each in secrets if each in json.dumps(lines, default=str)] == []


class TestRefusals:
    async def test_a_state_of_elsewhere(self, way: Way, real: ProviderUnderTest) -> None:
        back = await real.sign_in(way.outside, await way.address(), "qian")

        assert why(await way.back(changed(back, state="forged"))) == "not-begun"
        assert await way.who() is None

    async def test_another_browser(self, open_service: Open, way: Way, real: ProviderUnderTest) -> None:
        back = await real.sign_in(way.outside, await way.address(), "qian")

        async with open_service(real.issuer) as other:
            assert why(await other.back(back)) == "not-begun"

    async def test_a_visit_that_somebody_wrote(self, way: Way, real: ProviderUnderTest) -> None:
        address = await way.address()
        state = parse_qs(urlsplit(address).query)["state"][0]
        own = Visits(b"k" * 32, is_secure=False)
        written = Response()
        own.begin(written, own.new("/").model_copy(update={"state": state}))
        way.http.cookies.clear()
        way.http.cookies.set(visits.COOKIE, SimpleCookie(written.headers["set-cookie"])[visits.COOKIE].value)
        back = await real.sign_in(way.outside, address, "qian")

        assert why(await way.back(back)) == "not-begun"

    async def test_a_visit_that_took_too_long(self, way: Way, real: ProviderUnderTest) -> None:
        back = await real.sign_in(way.outside, await way.address(), "qian")
        door: ProviderDoor = way.app.state.provider_door
        key = door.sessions.key_for("visits to a provider")
        late = Visits(key, is_secure=False, now=lambda: time.time() + LIFETIME_SECONDS)
        way.app.state.provider_door = door._replace(visits=late)

        assert why(await way.back(back)) == "not-begun"

    async def test_a_code_that_was_used(self, way: Way, real: ProviderUnderTest) -> None:
        back = await real.sign_in(way.outside, await way.address(), "qian")
        visit = way.http.cookies[visits.COOKIE]
        assert (await way.back(back)).status_code == 200

        assert why(await way.back(back)) == "not-begun"
        way.http.cookies.set(visits.COOKIE, visit)
        assert why(await way.back(back)) == "not-proven"

    @pytest.mark.parametrize("parameter", ["nonce", "code_challenge"])
    async def test_a_sign_in_that_was_begun_by_another(self, way: Way, real: ProviderUnderTest, parameter: str) -> None:
        address = changed(await way.address(), **{parameter: "x" * 43})

        assert why(await way.back(await real.sign_in(way.outside, str(address), "qian"))) == "not-proven"

    async def test_a_token_signed_with_the_secret(self, open_service: Open, real: ProviderUnderTest) -> None:
        async with open_service(real.issuer, SKILLS_OPENID_CLIENT_ID="hmac") as way:
            assert why(await way.back(await real.sign_in(way.outside, await way.address(), "qian"))) == "not-proven"

    async def test_a_person_who_cancels(self, way: Way, real: ProviderUnderTest) -> None:
        assert why(await way.back(await real.cancel(way.outside, await way.address()))) == "not-completed"

    @pytest.mark.parametrize("account", ["stranger", "king", "nowhere", "homeless", "elsewhere"])
    async def test_an_account_that_cannot_act_here(self, way: Way, real: ProviderUnderTest, account: str) -> None:
        assert why(await way.back(await real.sign_in(way.outside, await way.address(), account))) == "without-role"
        assert await way.who() is None

    async def test_a_program_gets_a_problem(self, way: Way) -> None:
        answer = await way.http.get("/session/provider/return")

        assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
        assert answer.json()["code"] == "sign-in-not-begun"

    async def test_too_many_from_one_address(self, open_service: Open, real: ProviderUnderTest) -> None:
        async with open_service(real.issuer, sign_ins_a_minute=2) as way:
            assert all([(await way.address()).startswith(real.issuer) for _ in range(2)])
            assert why(await way.begin()) == "too-often"
            refused = await way.http.get("/session/provider")

        assert (refused.status_code, refused.json()["code"]) == (429, "sign-in-too-often")
        assert refused.headers["retry-after"]
        assert refused.headers["ratelimit-policy"] == '"sign-ins";q=2;w=60'


class TestProvider:
    async def test_that_changes_its_keys_is_asked_again_but_not_all_the_time(
        self, open_service: Open, real: ProviderUnderTest
    ) -> None:
        now = 1_000.0
        async with open_service(real.issuer, SKILLS_OPENID_PROMPT="login") as way:
            door: ProviderDoor = way.app.state.provider_door
            await door.provider.close()
            patient = Provider(real.issuer, CLIENT, SECRET, more={"scope": "openid"}, now=lambda: now)
            way.app.state.provider_door = door._replace(provider=patient)

            async def signed_in() -> int:
                way.outside.cookies.clear()
                return (await way.back(await real.sign_in(way.outside, await way.address(), "qian"))).status_code

            assert await signed_in() == 200
            real.change_keys()
            assert await signed_in() == 200
            real.change_keys()
            assert await signed_in() == 303
            now += UNKNOWN_KEY_PAUSE.total_seconds()
            assert await signed_in() == 200

    async def test_that_is_away(self, open_service: Open) -> None:
        async with open_service(f"http://127.0.0.1:{free_port()}") as way:
            assert why(await way.begin()) == "provider-away"
            refused = await way.http.get("/session/provider")

        assert (refused.status_code, refused.json()["code"]) == (503, "sign-in-provider-away")
        assert refused.headers["retry-after"]

    @pytest.mark.parametrize(
        "said",
        [
            b"",
            b"HTTP/1.1 200 OK\r\n\r\n" + DESCRIPTION + b" " * ANSWER_BYTES_MAX,
            b"HTTP/1.1 200 OK\r\n\r\n<html>",
            b"HTTP/1.1 200 OK\r\n\r\n[]",
            b"HTTP/1.1 500 Oh\r\n\r\n{}",
            b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\n\r\n{}",
            b"nonsense",
        ],
        ids=["silent", "endless", "no JSON", "no object", "failing", "led on", "no HTTP"],
    )
    async def test_that_answers_otherwise_than_a_provider(
        self, open_service: Open, monkeypatch: pytest.MonkeyPatch, said: bytes
    ) -> None:
        monkeypatch.setattr(openid_provider, "SECONDS_MAX", 0.3)
        over = asyncio.Event()
        answering: list[Awaitable[None]] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            answering.append(closed := asyncio.get_running_loop().create_future())
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said.replace(b"PORT", str(port).encode()))
            if not said:
                await over.wait()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            closed.set_result(None)

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, open_service(f"http://127.0.0.1:{port}") as way:
            began = asyncio.get_running_loop().time()
            assert why(await way.begin()) == "provider-away"
            assert asyncio.get_running_loop().time() - began < 3
            over.set()
            await asyncio.gather(*answering)

    async def test_that_calls_itself_otherwise(self, open_service: Open, real: ProviderUnderTest) -> None:
        async with open_service(real.issuer.replace("127.0.0.1", "localhost")) as way:
            assert why(await way.begin()) == "provider-away"

    async def test_that_does_not_take_the_secret(self, open_service: Open, real: ProviderUnderTest) -> None:
        async with open_service(real.issuer) as way:
            door: ProviderDoor = way.app.state.provider_door
            await door.provider.close()
            stranger = Provider(real.issuer, CLIENT, "wrong", more={"scope": "openid"})
            way.app.state.provider_door = door._replace(provider=stranger)
            with structlog.testing.capture_logs() as lines:
                answer = await way.back(await real.sign_in(way.outside, await way.address(), "qian"))

        assert why(answer) == "not-proven"
        assert [each["reason"] for each in lines if each["event"] == "sign_in.unproven"] == ["client"]


class TestDoor:
    async def test_is_closed_without_a_provider(self, keys: Path) -> None:
        app = app_of(ServiceSettings(SKILLS_KEYS_DIRECTORY=keys))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service.example") as http:
            told, begun = await http.get("/session"), await http.get("/session/provider", headers=PAGE)

        assert (told.json()["provider"], begun.status_code) == (None, 404)

    @pytest.mark.parametrize(
        ("settings", "files", "missing"),
        [
            ({"SKILLS_OPENID_CLIENT_ID": ""}, "both", "SKILLS_OPENID_CLIENT_ID"),
            ({"SKILLS_PAGE_ADDRESSES": {"other": ADDRESS}}, "both", "the address of notes"),
            ({}, "keys", "openid-client.secret"),
            ({}, "secret", "session-key.secret"),
        ],
    )
    def test_does_not_open_in_part(self, tmp_path: Path, settings: dict[str, Any], files: str, missing: str) -> None:
        programme.make_keys(tmp_path)
        if files == "secret":
            (tmp_path / programme.SESSION_KEY).unlink()
        if files != "keys":
            (tmp_path / "openid-client.secret").write_text("s", encoding="utf-8")
        whole = {
            "SKILLS_KEYS_DIRECTORY": tmp_path,
            "SKILLS_OPENID_ISSUER": "https://id.example",
            "SKILLS_OPENID_CLIENT_ID": CLIENT,
            "SKILLS_PAGE_ADDRESSES": {"notes": ADDRESS},
        }

        with pytest.raises(DoorIncomplete, match=missing):
            app_of(ServiceSettings(**{**whole, **settings}))

    @pytest.mark.parametrize("issuer", ["http://id.example", "ftp://id.example", "id.example"])
    def test_does_not_lead_over_a_network_in_clear(self, issuer: str) -> None:
        with pytest.raises(NotConfidential):
            Provider(issuer, CLIENT, SECRET, more={})

    def test_keeps_what_it_knows_of_the_provider_for_minutes(self) -> None:
        assert timedelta(minutes=1) < openid_provider.KEPT <= timedelta(minutes=15)
