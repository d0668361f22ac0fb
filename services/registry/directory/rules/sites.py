"""Sites: where an institution trains, with their rooms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.contracts.registry.directory import SiteListed
from shared.kernel.refusals import Conflict, Invalid
from shared.plan import Located


class RoomNamedTwice(Invalid):
    """Facts: `room`."""

    slug = "room-named-twice"
    title_en = "Two rooms of the site have the same name."
    title_zh = "同一培训点有重名的教室。"
    cure_en = "Give each room a different name; timetables refer to rooms by name."
    cure_zh = "请为每间教室设置不同的名称，课程表按名称引用。"


class PlaceHalfGiven(Invalid):
    slug = "place-half-given"
    title_en = "Only one of longitude and latitude was sent."
    title_zh = "经度和纬度须同时填写。"
    cure_en = "Send both, or leave both out."
    cure_zh = "请同时填写经度和纬度，或都不填。"


class RoomsInUse(Conflict):
    """Facts: `rooms`."""

    slug = "rooms-in-use"
    title_en = "Lessons are planned in rooms that this change would remove or make too small for the class."
    title_zh = "拟取消或缩减座位的教室仍有已排定的课程，变更后将无法容纳有关班级。"
    cure_en = "Move the lessons to other rooms first, or keep these rooms and their seats: {rooms}."
    cure_zh = "请先调整以下教室的课程，或保留这些教室及其座位数：{rooms}。"
    check = "C18"


class RoomKind(StrEnum):
    THEORY = "theory"
    PRACTICE = "practice"
    ANY = "any"
    """Equipped for both."""


class Room(NamedTuple):
    kind: RoomKind
    seats: int


@dataclass(frozen=True)
class Site:
    """`address_mark` is the keyed hash of the normalised address; `rooms` are keyed by name.

    Longitude and latitude are degrees as the institution sent them: both, or neither.
    """

    id: UUID
    institution_id: UUID
    local_id: str
    address: str
    address_mark: UUID
    region: str
    reporting_region: str
    longitude: float | None
    latitude: float | None
    rooms: Mapping[str, Room]
    version: int
    moves: int = 0
    """How many of its versions came with a move of its region: nobody altered the place then."""

    @property
    def seats(self) -> int:
        """Seats in all rooms together."""
        return sum(room.seats for room in self.rooms.values())

    def smaller_in(self, after: Site) -> set[str]:
        """Names of the rooms that have fewer seats in `after`; removed rooms are not included."""
        both = self.rooms.keys() & after.rooms.keys()
        return {name for name in both if after.rooms[name].seats < self.rooms[name].seats}

    def same_as(self, other: Site) -> bool:
        """Whether `other` describes the site in the same way, also if its county has moved since."""
        ours = {"id": self.id, "version": self.version, "moves": self.moves, "reporting_region": self.reporting_region}
        return replace(other, **ours) == self  # type: ignore[arg-type]

    def moved_to(self, place: Located) -> Site:
        """The next version, unaltered, where its region lies now."""
        return replace(self, **place._asdict(), version=self.version + 1, moves=self.moves + 1)


def rooms_by_name(rooms: Iterable[tuple[str, Room]]) -> dict[str, Room]:
    """`rooms` by name. Raises RoomNamedTwice."""
    found: dict[str, Room] = {}
    for name, room in rooms:
        if name in found:
            raise RoomNamedTwice(pointer="/rooms", room=name)
        found[name] = room
    return found


def list_(site: Site, *, at: datetime) -> SiteListed:
    """The fact with the current state of `site`."""
    return SiteListed(
        subject=f"sites/{site.id}",
        version=site.version,
        at=at,
        site_id=site.id,
        institution_id=site.institution_id,
        local_id=site.local_id,
        region=site.region,
        reporting_region=site.reporting_region,
        rooms=len(site.rooms),
        seats=site.seats,
    )
