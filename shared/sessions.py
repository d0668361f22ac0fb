"""Sessions of people who use pages: a cookie that no script can read becomes a `Caller`, as a token does.

The cookie is signed with a key that the services of an installation share, holds no more than a token does, and counts
only for requests that a page of the service itself has made. It lasts minutes, and is renewed while it is used.
"""

from __future__ import annotations

import hmac
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import jwt
from fastapi import Request, Response
from pydantic import Field, ValidationError

from shared.auth import AUDIENCE, ISSUER, Claims, Unauthenticated
from shared.kernel.callers import Caller
from shared.kernel.refusals import Forbidden
from shared.rights import READING

COOKIE: Final = "skills_session"
KEY_FILE: Final = "session-key.secret"
ALGORITHM: Final = "HS256"
KEY_BYTES_MIN: Final = 32
RENEWED_AFTER: Final = 1 / 3
"""The part of its life after which a session that is used gets a new one."""

_FROM_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})
"""`Sec-Fetch-Site` of a request that another page makes. Another port of the same host is the same site."""


class SessionExpired(Unauthenticated):
    slug = "session-expired"
    title_en = "You were signed in, and that has ended because nothing was done for a while."
    title_zh = "登录已过期。"
    cure_en = "Sign in again; what you have filled in stays on the page."
    cure_zh = "请重新登录；本页已填写的内容不会丢失。"


class RequestOfAnotherPage(Forbidden):
    slug = "request-of-another-page"
    title_en = "This request was not made by a page of this service, so who is signed in does not count for it."
    title_zh = "该请求不是由本系统页面发出的，登录状态对其无效。"
    cure_en = "Open the page of this service and do it there. Programs send a bearer token."
    cure_zh = "请在本系统页面中操作；外部系统请携带访问令牌。"


class SessionClaims(Claims):
    """What a session says: what a token says, and since when the person has been signed in."""

    since: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
    by_provider: bool = False
    """Whether the person signed in with the operator's provider, where a session of theirs may go on."""


class KeyTooShort(Exception):
    """Sessions would be signed with a key that can be guessed."""


class Sessions:
    """Begins, reads, renews and ends sessions. Without a key there are none."""

    def __init__(self, keys: Path, *, lifetime: timedelta, longest: timedelta, is_secure: bool) -> None:
        """A session ends `lifetime` after it was used last, and `longest` after it began.

        Raises KeyTooShort.
        """
        file = keys / KEY_FILE
        self._key = bytes.fromhex(file.read_text(encoding="ascii").strip()) if file.exists() else None
        if self._key is not None and len(self._key) < KEY_BYTES_MIN:
            raise KeyTooShort(f"{KEY_FILE} needs at least {KEY_BYTES_MIN} bytes in hex")
        self._lifetime = lifetime.total_seconds()
        self._longest = longest.total_seconds()
        self._is_secure = is_secure

    @property
    def are_possible(self) -> bool:
        return self._key is not None

    def key_for(self, purpose: str) -> bytes:
        """A key for something else that is signed, from which the key of sessions cannot be told."""
        assert self._key is not None, "sessions are possible where anything is signed for them"
        return hmac.digest(self._key, purpose.encode("ascii"), "sha256")

    def caller_of(self, request: Request) -> Caller | None:
        """The person who is signed in; None if the request has no session.

        Raises SessionExpired, and RequestOfAnotherPage for a request that no page of this service made.
        """
        written = request.cookies.get(COOKIE)
        if written is None or self._key is None:
            return None
        require_own_page(request)
        claims = self._read(written)
        request.state.session = claims
        return claims.caller

    def begin(self, response: Response, caller: Caller, *, by_provider: bool = False) -> None:
        """Sign `caller` in."""
        self._write(response, caller, since=time.time(), by_provider=by_provider)

    def renew(self, request: Request, response: Response) -> None:
        """Let the session of the request last longer, if it has been used up in part."""
        claims: SessionClaims | None = getattr(request.state, "session", None)
        if claims is not None and time.time() - claims.iat > self._lifetime * RENEWED_AFTER:
            self._write(response, claims.caller, since=claims.since, by_provider=claims.by_provider)

    def is_by_provider(self, request: Request) -> bool:
        """Whether the person of the request's session signed in with the operator's provider."""
        claims: SessionClaims | None = getattr(request.state, "session", None)
        return claims is not None and claims.by_provider

    def end(self, response: Response) -> None:
        response.delete_cookie(COOKIE, path="/", secure=self._is_secure, httponly=True, samesite="strict")

    def _read(self, written: str) -> SessionClaims:
        assert self._key is not None
        try:
            claims = SessionClaims.model_validate_json(jwt.PyJWS().decode(written, self._key, algorithms=[ALGORITHM]))
        except (jwt.InvalidTokenError, ValidationError, ValueError) as error:
            raise SessionExpired from error
        if claims.exp <= time.time():
            raise SessionExpired
        return claims

    def _write(self, response: Response, caller: Caller, *, since: float, by_provider: bool) -> None:
        assert self._key is not None, "sessions are possible where one begins"
        now = time.time()
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": caller.person,
            "role": caller.role,
            "org": None if caller.organisation is None else str(caller.organisation),
            "region": caller.region,
            "iat": now,
            "exp": min(now + self._lifetime, since + self._longest),
            "since": since,
            "by_provider": by_provider,
        }
        response.set_cookie(
            COOKIE,
            jwt.encode(claims, self._key, algorithm=ALGORITHM),
            # It outlives the session, so that whoever comes back is told that it has ended.
            max_age=int(self._longest),
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )


def require_own_page(request: Request) -> None:
    """Raises RequestOfAnotherPage unless a page of this service made the request.

    Browsers say where a request comes from in a header that no page can set. Those that do not say it send the origin
    with every write.
    """
    site = request.headers.get("sec-fetch-site")
    if site in _FROM_ELSEWHERE:
        raise RequestOfAnotherPage
    if site is not None or request.method in READING:
        return
    if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
        raise RequestOfAnotherPage
