"""Callers: persons in a role. The edge authenticates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.kernel.refusals import Forbidden


class Role(StrEnum):
    INSTITUTION = "institution"
    ASSESSMENT_BODY = "assessment_body"
    COUNTY_OFFICER = "county_officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    PROVINCE = "province"


class Whose(StrEnum):
    """Whose things a role reaches with an operation."""

    PUBLIC = "public"
    """What everybody may see or do, without a token."""
    OWN = "own organisation"
    REGION = "own region and below"
    ALL = "all"


class WrongRole(Forbidden):
    """Facts: `roles`, those that permit it."""

    slug = "wrong-role"
    title_en = "Your role does not permit this."
    title_zh = "您的角色无权执行此操作。"
    cure_en = "Roles that permit it: {roles}."
    cure_zh = "可执行此操作的角色：{roles}。"


class ForeignOrganisation(Forbidden):
    slug = "foreign-organisation"
    title_en = "This record belongs to another organisation."
    title_zh = "该记录属于其他机构。"
    cure_en = "Use a token of the organisation that owns the record."
    cure_zh = "请使用所属机构的令牌。"


class ForeignRegion(Forbidden):
    slug = "foreign-region"
    title_en = "This record is outside your region."
    title_zh = "该事项不在您的辖区内。"
    cure_en = "Ask an officer of that region, or of a region above it, to do this."
    cure_zh = "请由该地区或其上级地区的工作人员办理。"


@dataclass(frozen=True)
class Caller:
    """A person in a role; four-eyes rules compare `person`. Institutions and bodies also have an `organisation`.

    `whose` things they reach depends on what they call: the edge sets it from the service's table of rights.
    """

    person: str
    role: Role
    organisation: UUID | None
    region: str | None
    whose: Whose = Whose.OWN
    today: date = field(default=date.max, compare=False)
    """The business day of the request: an officer acts on what lies in their region on that day. By default the latest
    map that is known."""

    def require(self, *roles: Role) -> None:
        """Raises WrongRole unless the caller has one of `roles`."""
        if self.role not in roles:
            raise WrongRole(roles=sorted(roles))

    def require_organisation(self, organisation: UUID) -> None:
        """Raises ForeignOrganisation unless the caller acts for `organisation`."""
        if self.organisation != organisation:
            raise ForeignOrganisation

    def require_some_organisation(self) -> UUID:
        """The organisation that the caller acts for. Raises ForeignOrganisation if there is none."""
        if self.organisation is None:
            raise ForeignOrganisation
        return self.organisation

    def acts_in(self, region_and_above: Sequence[str]) -> bool:
        """Whether the caller's region is among the region concerned and those above it.

        The province is the last of them: a caller in its role whose region is another one acts nowhere.
        """
        return self.region in (region_and_above[-1:] if self.role is Role.PROVINCE else region_and_above)

    def require_region(self, region_and_above: Sequence[str]) -> None:
        """Raises ForeignRegion unless the caller acts in the region concerned."""
        if not self.acts_in(region_and_above):
            raise ForeignRegion
