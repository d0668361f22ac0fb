"""The second catalogue over HTTP: listings of institutions for projects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.registry.directory.rules.institutions import Institution
from services.registry.directory.rules.listings import Listing
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import listings as store
from services.registry.directory.usecases import listings as usecases
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.forms import PLAIN, Day, Reason, Strict
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("institutions")

PROJECT = r"^[A-Z0-9-]{2,32}$"


class ListingRequest(Strict):
    """Both days are inclusive; a listing without `last_on` is open-ended."""

    project: Annotated[str, Field(pattern=PROJECT, examples=["4-10-01-05-L4"]), PLAIN]
    first_on: Day
    last_on: Day | None = None


class ListingClosingRequest(Strict):
    from_on: Annotated[Day, Field(description="The first day on which the listing no longer holds")]
    reason: Reason


class ListingReinstatementRequest(Strict):
    reason: Reason


class ListingAnswer(BaseModel):
    """A listing whose last day is before its first never held. `closed_by` set its end or moved it forward."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True, validate_by_alias=True)

    id: UUID
    institution_id: UUID
    project: str
    first_on: date
    last_on: date | None
    opened_by: str
    opened_at: datetime
    closed_by: Annotated[str | None, Field(validation_alias="ended_by")]
    closed_at: Annotated[datetime | None, Field(validation_alias="ended_at")]
    version: int


class InstitutionListingAnswer(ListingAnswer):
    """An entry with the current name and regions of its institution."""

    institution_name: str
    region: str
    reporting_region: str

    @classmethod
    def of(cls, listing: Listing, who: Institution) -> InstitutionListingAnswer:
        said = ListingAnswer.model_validate(listing).model_dump()
        return cls(**said, institution_name=who.name, region=who.region, reporting_region=who.reporting_region)


@routes.post("/institutions/{institution_id}/listings", status_code=201, response_model=ListingAnswer)
async def open_listing(
    institution_id: UUID, listing: ListingRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> Listing:
    """List the institution for a project, as an officer of its region or above. A repeat returns the existing one."""
    return await usecases.open_(connection, institution_id, **listing.model_dump(), caller=caller, at=at)


@routes.get("/institutions/{institution_id}/listings")
async def list_institution_listings(
    institution_id: UUID, connection: Connection, _: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[ListingAnswer]:
    """Past, current and future listings of the institution."""
    rows = await store.page(connection, institution_id, after=after(cursor), limit=size)
    return Page(rows=[ListingAnswer.model_validate(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/listings")
async def list_listings(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    project: Annotated[str, Query(pattern=PROJECT)],
    day: Annotated[Day | None, Query(description="Default: today")] = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and the regions below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[InstitutionListingAnswer]:
    """Institutions listed for a project on a day, each with its listing. Every role may read the catalogue."""
    far, _ = await visibility.scope(connection, caller, region=region, institution_id=None)
    on = day or business_day(at)
    rows = await store.listed(connection, project, far, day=on, after=after(cursor), limit=size)
    known = await institution_store.by_ids(connection, [row.institution_id for row in rows])
    found = [known[row.institution_id] for row in rows]
    answers = [InstitutionListingAnswer.of(row, who) for row, who in zip(rows, found, strict=True)]
    return Page(rows=answers, next=next_cursor(found, size))


@routes.post("/institutions/{institution_id}/listings/{listing_id}/closing", response_model=ListingAnswer)
async def close_listing(
    institution_id: UUID,
    listing_id: UUID,
    closing: ListingClosingRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Listing:
    """End a listing, or move its end forward."""
    return await usecases.close(connection, institution_id, listing_id, **closing.model_dump(), caller=caller, at=at)


@routes.post("/institutions/{institution_id}/listings/{listing_id}/reinstatement", response_model=ListingAnswer)
async def reinstate_listing(
    institution_id: UUID,
    listing_id: UUID,
    request: ListingReinstatementRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Listing:
    """Take back the latest closing of a listing that was a mistake: it holds to its former last day."""
    return await usecases.reinstate(connection, institution_id, listing_id, reason=request.reason, caller=caller, at=at)
