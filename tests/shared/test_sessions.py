"""Sessions of people who use pages: who they are, how long they last, and for whose requests they count."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from fastapi import Response
from starlette.requests import Request

from deploy.local import issuer
from shared.auth import Unauthenticated, Verifier
from shared.kernel.callers import Caller, Role
from shared.sessions import COOKIE, RequestOfAnotherPage, SessionExpired, Sessions
from shared.sign_in import NotLoopback, SandboxDoor

CLERK = Caller(person="li", role=Role.INSTITUTION, organisation=uuid4(), region=None)
OWN = {"sec-fetch-site": "same-origin"}


def sessions_of(keys: Path, *, minutes: float = 20, hours: float = 10, is_secure: bool = False) -> Sessions:
    return Sessions(keys, lifetime=timedelta(minutes=minutes), longest=timedelta(hours=hours), is_secure=is_secure)


def cookie_of(response: Response) -> str:
    return SimpleCookie(response.headers["set-cookie"])[COOKIE].value


def begun(sessions: Sessions, caller: Caller = CLERK) -> str:
    response = Response()
    sessions.begin(response, caller)
    return cookie_of(response)


def request(cookie: str | None = None, *, method: str = "GET", **headers: str) -> Request:
    named = headers | ({} if cookie is None else {"cookie": f"{COOKIE}={cookie}"})
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]
    return Request({"type": "http", "method": method, "headers": raw})


class TestSession:
    def test_is_the_caller_who_signed_in(self, keys: Path) -> None:
        sessions = sessions_of(keys)

        for caller in (CLERK, Caller(person="qian", role=Role.REVIEWER, organisation=None, region="410100")):
            assert sessions.caller_of(request(begun(sessions, caller), **OWN)) == caller

    def test_of_nobody_is_none(self, keys: Path, tmp_path: Path) -> None:
        assert sessions_of(keys).caller_of(request(**OWN)) is None
        assert sessions_of(tmp_path).caller_of(request("anything", **OWN)) is None

    def test_no_script_reads_it_and_no_other_site_sends_it(self, keys: Path) -> None:
        response = Response()
        sessions_of(keys, is_secure=True).begin(response, CLERK)

        said = {part.strip().lower() for part in response.headers["set-cookie"].split(";")[1:]}

        assert {"httponly", "samesite=strict", "secure", "path=/"} <= said

    @pytest.mark.parametrize("change", [lambda cookie: cookie[:-4] + "AAAA", lambda cookie: "x", lambda cookie: ""])
    def test_that_was_touched_is_none(self, keys: Path, change: Callable[[str], str]) -> None:
        sessions = sessions_of(keys)

        with pytest.raises(SessionExpired):
            sessions.caller_of(request(change(begun(sessions)), **OWN))

    def test_is_no_token_and_a_token_is_no_session(self, keys: Path) -> None:
        sessions, verifier = sessions_of(keys), Verifier(keys / issuer.PUBLIC_KEY, lifetime_max=timedelta(hours=24))
        token = issuer.issue(
            keys, person="li", organisation=None, role="reviewer", region="410100", hours=1, now=datetime.now(UTC)
        )

        with pytest.raises(SessionExpired):
            sessions.caller_of(request(token, **OWN))
        with pytest.raises(Unauthenticated):
            verifier.caller_of(request(authorization=f"Bearer {begun(sessions)}"))

    def test_another_key_is_another_installation(self, keys: Path, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path / "other")

        with pytest.raises(SessionExpired):
            sessions_of(keys).caller_of(request(begun(sessions_of(tmp_path / "other")), **OWN))


class TestTime:
    def test_it_ends_when_it_is_not_used(self, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        sessions, now = sessions_of(keys, minutes=20), time.time()
        cookie = begun(sessions)

        monkeypatch.setattr(time, "time", lambda: now + 19 * 60)
        assert sessions.caller_of(request(cookie, **OWN)) == CLERK
        monkeypatch.setattr(time, "time", lambda: now + 21 * 60)
        with pytest.raises(SessionExpired):
            sessions.caller_of(request(cookie, **OWN))

    def test_it_is_renewed_while_it_is_used_but_not_for_ever(self, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        sessions, began = sessions_of(keys, minutes=20, hours=0.99), time.time()
        cookie, lasted = begun(sessions), 0

        for minutes in range(0, 120, 5):
            monkeypatch.setattr(time, "time", lambda: began + minutes * 60)  # noqa: B023 - called within the turn
            asked, answer = request(cookie, **OWN), Response()
            try:
                sessions.caller_of(asked)
            except SessionExpired:
                break
            sessions.renew(asked, answer)
            cookie, lasted = (cookie_of(answer) if "set-cookie" in answer.headers else cookie), minutes

        assert lasted == 55

    def test_a_fresh_one_is_left_as_it_is(self, keys: Path) -> None:
        sessions = sessions_of(keys)
        asked, answer = request(begun(sessions), **OWN), Response()

        sessions.caller_of(asked)
        sessions.renew(asked, answer)

        assert "set-cookie" not in answer.headers

    def test_what_it_says_is_what_a_token_says(self, keys: Path) -> None:
        payload = jwt.decode(begun(sessions_of(keys)), options={"verify_signature": False})

        assert json.dumps(sorted(payload)) == json.dumps(
            ["aud", "by_provider", "exp", "iat", "iss", "org", "region", "role", "since", "sub"]
        )


class TestOrigin:
    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_it_does_not_count_for_what_another_page_asks(self, keys: Path, site: str, method: str) -> None:
        sessions = sessions_of(keys)

        with pytest.raises(RequestOfAnotherPage):
            sessions.caller_of(request(begun(sessions), method=method, **{"sec-fetch-site": site}))

    @pytest.mark.parametrize(
        ("origin", "counts"),
        [("http://127.0.0.1:8001", True), ("http://127.0.0.1:8002", False), ("https://elsewhere", False), ("", False)],
    )
    def test_from_old_browsers_a_write_names_its_origin(self, keys: Path, origin: str, counts: bool) -> None:
        sessions = sessions_of(keys)
        asked = request(begun(sessions), method="POST", host="127.0.0.1:8001", origin=origin)

        if counts:
            assert sessions.caller_of(asked) == CLERK
        else:
            with pytest.raises(RequestOfAnotherPage):
                sessions.caller_of(asked)


class TestSandbox:
    def people(self, tmp_path: Path) -> Path:
        file = tmp_path / "people.json"
        person = {"id": "a", "name_zh": "甲", "name_en": "A", "person": "a", "role": "province", "region": "410000"}
        file.write_text(json.dumps([person]), encoding="utf-8")
        return file

    def at(self, host: str) -> Request:
        return Request({"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host.encode())]})

    def test_is_for_this_machine_alone(self, tmp_path: Path) -> None:
        with pytest.raises(NotLoopback):
            SandboxDoor(self.people(tmp_path), host="0.0.0.0")

    @pytest.mark.parametrize(
        ("host", "shown"), [("127.0.0.1:8001", 1), ("localhost:8001", 1), ("[::1]:8001", 1), ("evil.example:8001", 0)]
    )
    def test_shows_nobody_under_the_name_of_a_stranger(self, tmp_path: Path, host: str, shown: int) -> None:
        assert len(SandboxDoor(self.people(tmp_path), host="127.0.0.1").people(self.at(host))) == shown

    def test_is_closed_without_a_file(self, tmp_path: Path) -> None:
        assert SandboxDoor(None, host="0.0.0.0").people(self.at("127.0.0.1")) == []
        assert SandboxDoor(tmp_path / "nothing", host="127.0.0.1").people(self.at("127.0.0.1")) == []
