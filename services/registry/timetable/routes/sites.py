"""Sites and their rooms over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field, StringConstraints

from services.registry.directory.rules.blacklist import MarkKind, address_text
from services.registry.directory.rules.sites import PlaceHalfGiven, Room, RoomKind, Site, rooms_by_name
from services.registry.directory.store import sites as store
from services.registry.timetable.usecases import sites as usecases
from services.registry.timetable.usecases.sites import SiteParticulars
from shared.auth import CurrentCaller
from shared.forms import INTEGER_MAX, PLAIN, LocalId, Name, Strict
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.web import Connection, Now, router

routes = router("institutions")

RoomName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), PLAIN]


class RoomRequest(Strict):
    name: RoomName
    kind: RoomKind
    seats: Annotated[int, Field(ge=1, le=2000, strict=True)]


class PlaceRequest(Strict):
    address: Name
    region: Annotated[str, Field(max_length=16, examples=["410102"]), PLAIN]
    longitude: Annotated[float, Field(ge=73, le=136, description="Degrees east")] | None = None
    latitude: Annotated[float, Field(ge=3, le=54, description="Degrees north")] | None = None
    rooms: Annotated[list[RoomRequest], Field(max_length=200)] = Field(default_factory=list)

    def place(self, persons: Persons) -> SiteParticulars:
        """Raises WrongAddress, RoomNamedTwice, PlaceHalfGiven."""
        if (self.longitude is None) is not (self.latitude is None):
            raise PlaceHalfGiven(pointer="/longitude")
        return SiteParticulars(
            address=self.address,
            address_mark=persons.mark(MarkKind.SITE, address_text(self.address)),
            region=self.region,
            longitude=self.longitude,
            latitude=self.latitude,
            rooms=rooms_by_name((room.name, Room(room.kind, room.seats)) for room in self.rooms),
        )


class SiteRequest(PlaceRequest):
    local_id: LocalId


class SiteChangeRequest(PlaceRequest):
    """The site as it is to be; rooms that are left out are not listed any more."""

    version: Annotated[int, Field(ge=1, le=INTEGER_MAX, strict=True, description="The version that you saw")]


class RoomAnswer(BaseModel):
    name: str
    kind: RoomKind
    seats: int


class SiteAnswer(BaseModel):
    id: UUID
    institution_id: UUID
    local_id: str
    address: str
    region: str
    reporting_region: str
    longitude: float | None
    latitude: float | None
    rooms: list[RoomAnswer]
    version: int

    @classmethod
    def of(cls, site: Site) -> SiteAnswer:
        rooms = [RoomAnswer(name=name, **room._asdict()) for name, room in sorted(site.rooms.items())]
        values = {name: getattr(site, name) for name in cls.model_fields}
        return cls(**values | {"rooms": rooms})


@routes.post("/institutions/{institution_id}/sites", status_code=201)
async def add_site(
    institution_id: UUID,
    site: SiteRequest,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> SiteAnswer:
    """List a place where the institution trains. The same again answers the one that exists."""
    place = site.place(request.app.state.persons)
    return SiteAnswer.of(await usecases.add(connection, institution_id, site.local_id, place, caller=caller, at=at))


@routes.get("/institutions/{institution_id}/sites")
async def list_sites(
    institution_id: UUID, connection: Connection, _: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[SiteAnswer]:
    rows = await store.page(connection, institution_id, after=after(cursor), limit=size)
    return Page(rows=[SiteAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/sites/{site_id}")
async def get_site(site_id: UUID, connection: Connection, _: CurrentCaller) -> SiteAnswer:
    return SiteAnswer.of(await store.load(connection, site_id))


@routes.post("/sites/{site_id}/changes")
async def change_site(
    site_id: UUID,
    asked: SiteChangeRequest,
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> SiteAnswer:
    """Change the address, the place or the rooms of a site."""
    place = asked.place(request.app.state.persons)
    return SiteAnswer.of(
        await usecases.change(connection, site_id, place, expected=asked.version, caller=caller, at=at)
    )
