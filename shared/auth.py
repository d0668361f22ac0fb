"""Who calls: a bearer token signed by the issuer becomes a `Caller`, and rules ask the caller, never the token."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from shared.kernel.refusals import Forbidden, Refusal

ISSUER = "skills-programme"
AUDIENCE = "skills-programme"


class Role(StrEnum):
    INSTITUTION = "institution"
    ASSESSMENT_BODY = "assessment_body"
    COUNTY_OFFICER = "county_officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    PROVINCE = "province"


class Unauthenticated(Refusal):
    slug = "unauthenticated"
    title_en = "A valid bearer token is needed."
    title_zh = "需要有效的访问令牌。"
    cure_en = "Send `Authorization: Bearer <token>` with a token of the programme's issuer that has not run out."
    cure_zh = "请在请求头 Authorization 中携带本系统签发且未过期的 Bearer 令牌。"


class WrongRole(Forbidden):
    slug = "wrong-role"
    title_en = "Your role may not do this."
    title_zh = "您的角色无权执行此操作。"
    cure_en = "`roles` lists the roles that may."
    cure_zh = "`roles` 列出了可执行此操作的角色。"


class ForeignOrganisation(Forbidden):
    slug = "foreign-organisation"
    title_en = "This belongs to another organisation."
    title_zh = "该记录属于其他机构。"
    cure_en = "Use a token of the organisation that owns it."
    cure_zh = "请使用所属机构的令牌。"


class ForeignRegion(Forbidden):
    slug = "foreign-region"
    title_en = "This lies outside your region."
    title_zh = "该事项不在您的辖区内。"
    cure_en = "An officer of that region, or of one above it, can do this."
    cure_zh = "请由该地区或其上级地区的工作人员办理。"


@dataclass(frozen=True)
class Caller:
    """A person in a role; four-eyes rules compare `person`. Institutions and bodies also have an `organisation`."""

    person: str
    role: Role
    organisation: UUID | None
    region: str | None

    def require(self, *roles: Role) -> None:
        """Raises WrongRole unless the caller has one of `roles`."""
        if self.role not in roles:
            raise WrongRole(roles=sorted(roles))

    def require_organisation(self, organisation: UUID) -> None:
        """Raises ForeignOrganisation unless the caller acts for `organisation`."""
        if self.organisation != organisation:
            raise ForeignOrganisation

    def require_region(self, region_and_above: Collection[str]) -> None:
        """Raises ForeignRegion unless the caller's region is among the region concerned and those above it."""
        if self.region not in region_and_above:
            raise ForeignRegion


class Verifier:
    """Checks tokens against the issuer's public key (Ed25519, PEM)."""

    def __init__(self, public_key: Path) -> None:
        self._key = public_key.read_bytes()

    def caller_of(self, request: Request) -> Caller:
        """The caller of `request`. Raises Unauthenticated."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        try:
            claims = jwt.decode(
                token.strip(),
                self._key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "sub", "role"]},
            )
            organisation = claims.get("org")
            return Caller(
                person=claims["sub"],
                role=Role(claims["role"]),
                organisation=UUID(organisation) if organisation else None,
                region=claims.get("region"),
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated from error


_BEARER = HTTPBearer(auto_error=False)


async def _current_caller(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(_current_caller)]
"""The caller as a route's parameter; TransactionalRoute has verified it before the route runs."""
