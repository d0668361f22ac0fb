"""Callers: persons in a role. The edge authenticates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.kernel.refusals import Forbidden


class Role(StrEnum):
    INSTITUTION = "institution"
    ASSESSMENT_BODY = "assessment_body"
    COUNTY_OFFICER = "county_officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    PROVINCE = "province"
    AUDITOR = "auditor"
    """Whoever examines afterwards what the others did: reads, and writes nothing."""
    HOLDER = "holder"
    """A person who looks at what is recorded about themselves; the person of the token is their key."""


class Whose(StrEnum):
    """Whose things a role reaches with an operation."""

    PUBLIC = "public"
    """What everybody may see or do, without a token."""
    OWN = "own organisation"
    SELF = "own person"
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


class ForeignPerson(Forbidden):
    slug = "foreign-person"
    title_en = "This record is about another person."
    title_zh = "该记录不属于本人。"
    cure_en = "Ask for the list of your own records."
    cure_zh = "请查询本人的记录列表。"


class ForeignRegion(Forbidden):
    slug = "foreign-region"
    title_en = "This record is outside your region."
    title_zh = "该事项不在您的辖区内。"
    cure_en = "Ask an officer of that region, or of a region above it, to do this."
    cure_zh = "请由该地区或其上级地区的工作人员办理。"


class OrganisationClosed(Forbidden):
    """Facts: `closed_from`, `successor` (None if there is none)."""

    slug = "organisation-closed"
    title_en = "Your organisation is closed since {closed_from}: its token still reads, but no longer writes."
    title_zh = "所属机构自 {closed_from} 起已注销或合并，其令牌只能查询，不能办理业务。"
    cure_en = "Use a token of its successor ({successor}), or ask the county if the closing is a mistake."
    cure_zh = "请使用承接机构（{successor}）的令牌；如属误办，请联系县区主管部门恢复。"


@dataclass(frozen=True)
class Caller:
    """A person in a role; four-eyes rules compare `person`. Institutions and bodies also have an `organisation`.

    `taken_over` are the organisations whose successor it is: it acts for them as well. `whose` things they reach
    depends on what they call: the edge sets it from the service's table of rights.
    """

    person: str
    role: Role
    organisation: UUID | None
    region: str | None
    whose: Whose = Whose.OWN
    taken_over: frozenset[UUID] = frozenset()
    today: date = field(default=date.max, compare=False)
    """The business day of the request: an officer acts on what lies in their region on that day. By default the latest
    map that is known."""

    def require(self, *roles: Role) -> None:
        """Raises WrongRole unless the caller has one of `roles`."""
        if self.role not in roles:
            raise WrongRole(roles=sorted(roles))

    def require_organisation(self, organisation: UUID) -> None:
        """Raises ForeignOrganisation unless the caller acts for `organisation`."""
        if not self.acts_for(organisation):
            raise ForeignOrganisation

    def acts_for(self, organisation: UUID) -> bool:
        """Whether `organisation` is the caller's, or one that it has taken over."""
        return self.organisation == organisation or organisation in self.taken_over

    def require_some_organisation(self) -> UUID:
        """The organisation that the caller acts for. Raises ForeignOrganisation if there is none."""
        if self.organisation is None:
            raise ForeignOrganisation
        return self.organisation

    @property
    def holder(self) -> UUID:
        """The key of the person that a holder is."""
        return UUID(self.person)

    def acts_in(self, region_and_above: Sequence[str]) -> bool:
        """Whether the caller's region is among the region concerned and those above it.

        The province is the last of them: a caller in its role whose region is another one acts nowhere.
        """
        return self.region in (region_and_above[-1:] if self.role is Role.PROVINCE else region_and_above)

    def require_region(self, region_and_above: Sequence[str]) -> None:
        """Raises ForeignRegion unless the caller acts in the region concerned."""
        if not self.acts_in(region_and_above):
            raise ForeignRegion


class Standing(NamedTuple):
    """Since when an organisation is closed, who took it over, and whom it has taken over."""

    closed_from: date | None
    succeeded_by: UUID | None
    taken_over: frozenset[UUID]

    def admit(self, caller: Caller, *, writes: bool, today: date) -> Caller:
        """`caller`, whose organisation stands so, with those that it has taken over.

        Raises OrganisationClosed if a closed one's token is to write.
        """
        if writes and self.closed_from is not None and self.closed_from <= today:
            successor = None if self.succeeded_by is None else str(self.succeeded_by)
            raise OrganisationClosed(closed_from=self.closed_from.isoformat(), successor=successor)
        return replace(caller, taken_over=self.taken_over) if self.taken_over else caller
