"""What waits in the browser while a person is at the provider: a signed cookie that lasts minutes and is used once."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from typing import Final

import jwt
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.openid.refusals import SignInNotBegun

COOKIE: Final = "skills_sign_in"
LIFETIME_SECONDS: Final = 600
ALGORITHM: Final = "HS256"
_ENTROPY_BYTES: Final = 32
_PATH: Final = re.compile(r"/[!-\[\]-~]{0,500}")
"""A path of a service with its query: visible ASCII without a backslash, which browsers read as a slash."""


class Visit(BaseModel):
    """A sign-in that was begun and has not come back. `to` is the path to go on to."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    state: str
    nonce: str
    verifier: str
    to: str
    exp: float

    @property
    def challenge(self) -> str:
        """What the provider is told of `verifier` (RFC 7636, S256)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def path_within(to: str | None, otherwise: str) -> str:
    """`to`, if it is a path of the service itself."""
    return to if to is not None and _PATH.fullmatch(to) else otherwise


class Visits:
    """Writes and reads the cookie of a visit. A later visit takes the place of an earlier one."""

    def __init__(self, key: bytes, *, is_secure: bool, now: Callable[[], float] = time.time) -> None:
        self._key = key
        self._is_secure = is_secure
        self._now = now

    def new(self, to: str) -> Visit:
        state, nonce, verifier = (secrets.token_urlsafe(_ENTROPY_BYTES) for _ in range(3))
        return Visit(state=state, nonce=nonce, verifier=verifier, to=to, exp=self._now() + LIFETIME_SECONDS)

    def begin(self, response: Response, visit: Visit) -> None:
        response.set_cookie(
            COOKIE,
            jwt.encode(visit.model_dump(), self._key, algorithm=ALGORITHM),
            max_age=LIFETIME_SECONDS,
            path="/",
            secure=self._is_secure,
            httponly=True,
            # The provider leads back from another site, by a link: the cookie has to come along.
            samesite="lax",
        )

    def of(self, request: Request, *, state: str | None) -> Visit:
        """The visit that comes back with `state`. Raises SignInNotBegun."""
        written = request.cookies.get(COOKIE)
        if written is None or state is None:
            raise SignInNotBegun
        try:
            visit = Visit.model_validate_json(jwt.PyJWS().decode(written, self._key, algorithms=[ALGORITHM]))
        except (jwt.InvalidTokenError, ValidationError, ValueError) as error:
            raise SignInNotBegun from error
        if visit.exp <= self._now() or not secrets.compare_digest(visit.state.encode(), state.encode()):
            raise SignInNotBegun
        return visit

    def end(self, response: Response) -> None:
        response.delete_cookie(COOKIE, path="/", secure=self._is_secure, httponly=True, samesite="lax")
