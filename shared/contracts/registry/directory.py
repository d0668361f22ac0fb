"""Facts on institutions, their sites, listings and sanctions."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Final
from uuid import UUID

from msgspec import Meta

from shared.contracts.dimensions import RegionCode, SanctionStep
from shared.contracts.registry.base import RegistryFact


class InstitutionState(RegistryFact):
    institution_id: UUID
    credit_code: str
    name: str
    kind: str
    region: RegionCode
    reporting_region: RegionCode
    department: str = ""
    """The department that supervises it; empty if unknown."""
    closed_from: date | None = None
    """The first day on which it is closed; None while it is open."""
    succeeded_by: UUID | None = None
    """The institution that has taken it over, and acts for what it held."""


class InstitutionRegistered(InstitutionState):
    """An institution entered the registry. Subject: institutions/{institution_id}."""

    type: ClassVar[str] = "registry.institution-registered.v1"


class InstitutionChanged(InstitutionState):
    """Its name, kind, place or supervising department changed, or it was closed, taken over or opened again."""

    type: ClassVar[str] = "registry.institution-changed.v1"


INSTITUTION_FACTS: Final = (InstitutionRegistered, InstitutionChanged)
"""All facts of an institution. Versions have no gaps, so a consumer that needs one of them consumes all."""


class SiteListed(RegistryFact):
    """A place where an institution trains, or a change of it. Subject: sites/{site_id}."""

    type: ClassVar[str] = "registry.site-listed.v1"

    site_id: UUID
    institution_id: UUID
    local_id: str
    region: RegionCode
    reporting_region: RegionCode
    rooms: int
    seats: int
    """Seats in all its rooms together."""


class ListingState(RegistryFact):
    """An institution is on the second catalogue for a project, from `first_on` to `last_on`, both inclusive."""

    listing_id: UUID
    institution_id: UUID
    project: Annotated[str, Meta(pattern=r"^[A-Z0-9-]{2,32}\Z")]
    region: RegionCode
    reporting_region: RegionCode
    first_on: date
    last_on: date | None


class ListingOpened(ListingState):
    """Subject of both: listings/{listing_id}."""

    type: ClassVar[str] = "registry.listing-opened.v1"


class ListingClosed(ListingState):
    """The last day was set or moved forward."""

    type: ClassVar[str] = "registry.listing-closed.v1"


class SanctionState(RegistryFact):
    sanction_id: UUID
    institution_id: UUID
    region: RegionCode
    reporting_region: RegionCode
    step: SanctionStep
    first_on: date
    last_on: date | None
    """The last day on which it holds; None: until it is lifted."""
    stops: bool = False
    """Whether no class may begin while it holds."""
    imposed_on: date | None = None


class SanctionImposed(SanctionState):
    """Subject of both: sanctions/{sanction_id}."""

    type: ClassVar[str] = "registry.sanction-imposed.v1"


class SanctionLifted(SanctionState):
    type: ClassVar[str] = "registry.sanction-lifted.v1"


SANCTION_FACTS: Final = (SanctionImposed, SanctionLifted)
"""All facts about sanctions, for services that consume them."""
