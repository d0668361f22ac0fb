"""Authentication: a bearer token signed by the issuer becomes a `Caller`; rules see the caller, never the token."""

from __future__ import annotations

import time
import unicodedata
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from uuid import UUID

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.kernel.callers import Caller, Role
from shared.kernel.refusals import Refusal
from shared.kernel.spelling import has_unseen

ISSUER = "skills-programme"
AUDIENCE = "skills-programme"
TOKENS_MAX: Final = 1_000
"""The number of latest tokens whose signature is remembered as valid."""
TOKEN_CHARACTERS_MAX: Final = 4_096
PERSON_CHARACTERS_MAX: Final = 128
CLOCK_DIFFERENCE: Final = timedelta(minutes=1)
"""How far the issuer's clock may be ahead of ours."""


class Unauthenticated(Refusal):
    slug = "unauthenticated"
    title_en = "The request has no valid bearer token."
    title_zh = "需要有效的访问令牌。"
    cure_en = "Send the header Authorization: Bearer <token> with an unexpired token of the programme's issuer."
    cure_zh = "请在请求头 Authorization 中携带本系统签发且未过期的 Bearer 令牌。"


class WrongClaim(ValueError):
    """A claim is not as it has to be. The caller is told no more than that the token is not valid."""


def _one_form(person: str) -> str:
    """`person` in the one form in which persons are compared: four-eyes rules must not take "S" and "S " for two.

    Raises WrongClaim for an empty or too long one, and for characters that cannot be seen or mean nothing.
    """
    form = unicodedata.normalize("NFKC", person).strip()
    if not 1 <= len(form) <= PERSON_CHARACTERS_MAX:
        raise WrongClaim("length")
    if has_unseen(form):
        raise WrongClaim("characters")
    return form


_ORGANISED: Final = frozenset({Role.INSTITUTION, Role.ASSESSMENT_BODY})
"""Roles that act for an organisation; the others act in a region."""

_Moment = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]


class Claims(BaseModel):
    """The claims of a token, well-formed and of the kinds that the role needs. Other claims are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", ignored_types=(cached_property,))

    iss: Literal["skills-programme"]
    aud: Literal["skills-programme"] | list[str]
    sub: Annotated[str, AfterValidator(_one_form)]
    role: Role
    org: UUID | None = None
    region: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,16}$")] | None = None
    iat: _Moment
    exp: _Moment
    nbf: _Moment = 0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if AUDIENCE not in ([self.aud] if isinstance(self.aud, str) else self.aud):
            raise WrongClaim("audience")
        if self.role is Role.HOLDER:
            UUID(self.sub)  # a ValueError as well
        elif (self.org if self.role in _ORGANISED else self.region) is None:
            raise WrongClaim("organisation or region")
        return self

    @cached_property
    def caller(self) -> Caller:
        return Caller(person=self.sub, role=self.role, organisation=self.org, region=self.region)


class Verifier:
    """Checks tokens against the issuer's public key (Ed25519, PEM); none may be valid for longer than `lifetime_max`.

    A device that sends a mark every second uses one token all day. Its signature is checked once: that takes as long as
    the rest of a small request; its expiry is checked every time. What is remembered is what the token says, so another
    token of the same person has rights of its own at once.
    """

    def __init__(self, public_key: Path, *, lifetime_max: timedelta) -> None:
        self._key = public_key.read_bytes()
        self._lifetime_max = lifetime_max.total_seconds()
        self._claims = lru_cache(TOKENS_MAX)(self._verify)

    def caller_of(self, request: Request) -> Caller:
        """The caller of `request`. Raises Unauthenticated."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or len(token) > TOKEN_CHARACTERS_MAX:
            raise Unauthenticated
        try:
            claims = self._claims(token)
        except (jwt.InvalidTokenError, ValidationError, ValueError) as error:
            raise Unauthenticated from error
        if claims.exp <= time.time():
            raise Unauthenticated
        return claims.caller

    def _verify(self, token: str) -> Claims:
        """The claims of `token`. Raises InvalidTokenError or WrongClaim; neither is remembered."""
        # Only the signature is checked by the library; the model reads the payload, so that nothing odd gets further.
        claims = Claims.model_validate_json(jwt.PyJWS().decode(token, self._key, algorithms=["EdDSA"]))
        now = time.time()
        if max(claims.iat, claims.nbf) > now + CLOCK_DIFFERENCE.total_seconds():
            raise WrongClaim("not valid yet")
        if claims.exp - claims.iat > self._lifetime_max:
            raise WrongClaim("valid for too long")
        return claims


_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="Bearer",
    bearerFormat="JWT",
    description="A token of the programme's issuer (EdDSA) with person, role, organisation and region",
)


async def _current_caller(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(_current_caller)]
"""The caller as a route's parameter; TransactionalRoute has verified it before the route runs."""
