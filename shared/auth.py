"""Who calls: a bearer token signed by the issuer becomes a `Caller`, and rules ask the caller, never the token."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from shared.kernel.callers import Caller, Role
from shared.kernel.refusals import Refusal

ISSUER = "skills-programme"
AUDIENCE = "skills-programme"
TOKENS_MAX: Final = 1_000
"""Tokens whose signature is remembered as good: those of the latest callers."""


class Unauthenticated(Refusal):
    slug = "unauthenticated"
    title_en = "The request has no valid bearer token."
    title_zh = "需要有效的访问令牌。"
    cure_en = "Send the header Authorization: Bearer <token> with an unexpired token of the programme's issuer."
    cure_zh = "请在请求头 Authorization 中携带本系统签发且未过期的 Bearer 令牌。"


class Verifier:
    """Checks tokens against the issuer's public key (Ed25519, PEM).

    A device that sends a mark a second shows one token all day. Its signature is checked once, which takes as long as
    the rest of a small request; when it runs out is looked at each time.
    """

    def __init__(self, public_key: Path) -> None:
        self._key = public_key.read_bytes()
        self._claims = lru_cache(TOKENS_MAX)(self._verify)

    def caller_of(self, request: Request) -> Caller:
        """The caller of `request`. Raises Unauthenticated."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        try:
            claims = self._claims(token.strip())
            if int(claims["exp"]) <= time.time():
                raise Unauthenticated
            organisation = claims.get("org")
            return Caller(
                person=claims["sub"],
                role=Role(claims["role"]),
                organisation=UUID(organisation) if organisation else None,
                region=claims.get("region"),
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated from error

    def _verify(self, token: str) -> dict[str, Any]:
        """What `token` says. Raises InvalidTokenError, which is not remembered."""
        return jwt.decode(
            token,
            self._key,
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": ["exp", "sub", "role"]},
        )


_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="Bearer",
    bearerFormat="JWT",
    description="A token of the programme's issuer (EdDSA) that says person, role, organisation and region",
)


async def _current_caller(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(_current_caller)]
"""The caller as a route's parameter; TransactionalRoute has verified it before the route runs."""
