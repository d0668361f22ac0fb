"""Links of the chain: made, written as lines, and checked without the service.

A session has a chain of its own: filed, sealed, posted, concluded, numbered, changed, signed. So has a conferral, from
the list that was submitted on. The chain of the body holds the heads, so that no session, and nothing of a concluded
one, can vanish with its whole chain. Each link's hash covers everything in it and the hash before it; `digest` is that
of the record as it then was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

BEGINNING: Final = bytes(32)
"""What the first link of a chain follows."""


class LinkKind(StrEnum):
    """What happened to the record of a link."""

    SESSION_FILED = "session-filed"
    ROSTER_SEALED = "roster-sealed"
    RESULTS_POSTED = "results-posted"
    SESSION_CONCLUDED = "session-concluded"
    RESULT_CORRECTED = "result-corrected"
    CONFERRAL_SUBMITTED = "conferral-submitted"
    CONFERRAL_CONCLUDED = "conferral-concluded"
    CERTIFICATE_NUMBERED = "certificate-numbered"
    CERTIFICATE_CHANGED = "certificate-changed"
    CERTIFICATE_ADOPTED = "certificate-adopted"
    """It is from before there were chains, and was linked later as it was then."""
    CREDENTIAL_SIGNED = "credential-signed"
    ANCHORED = "anchored"


CURRENT: Final = {
    LinkKind.SESSION_FILED: "session",
    LinkKind.SESSION_CONCLUDED: "results",
    LinkKind.RESULT_CORRECTED: "results",
    LinkKind.CONFERRAL_CONCLUDED: "conferral",
    LinkKind.CERTIFICATE_NUMBERED: "certificate",
    LinkKind.CERTIFICATE_CHANGED: "certificate",
    LinkKind.CERTIFICATE_ADOPTED: "certificate",
    LinkKind.CREDENTIAL_SIGNED: "credential",
}
"""Kinds whose record is kept, and can be compared with the latest link about it. Of what was posted, of a sealed roster
and of a list as it was submitted, the digest tells only whoever has kept what was sent."""
ANCHORS: Final = frozenset(
    {
        LinkKind.SESSION_FILED,
        LinkKind.SESSION_CONCLUDED,
        LinkKind.CONFERRAL_SUBMITTED,
        LinkKind.CONFERRAL_CONCLUDED,
        LinkKind.CERTIFICATE_ADOPTED,
    }
)
"""Kinds of links that the chain of the body may hold, too."""


OF_CONFERRALS: Final = frozenset({LinkKind.CONFERRAL_SUBMITTED, LinkKind.CONFERRAL_CONCLUDED})
"""Those of the anchors that stand in the chain of a conferral; the others stand in that of a session."""


class Entry(NamedTuple):
    """What is to be linked: a record, and the digest of what it says."""

    kind: LinkKind
    subject: str
    digest: bytes


class Head(NamedTuple):
    """The last link of a chain. Place 0 is the beginning."""

    place: int
    hash: bytes


class Link(NamedTuple):
    chain: UUID
    place: int
    kind: LinkKind
    subject: str
    digest: bytes
    at: datetime
    previous: bytes
    hash: bytes

    @property
    def hash_due(self) -> bytes:
        """The hash that everything else in the link comes to."""
        entry = Entry(self.kind, self.subject, self.digest)
        return _hash(str(self.chain), self.place, entry, _moment(self.at), self.previous)


class Record(NamedTuple):
    """What a record says now. `what` tells the records of one subject apart."""

    chain: UUID
    what: str
    subject: str
    content: Sequence[Any]


Item = Link | Record


_WRITTEN_AS_IS: Final = (NoneType, int, str, UUID)


def digest(content: Sequence[Any]) -> bytes:
    """The digest of what a record says."""
    return hashlib.sha256(orjson.dumps(_plain(content), default=str)).digest()


def _plain(content: Sequence[Any]) -> list[Any]:
    """Whole numbers, truths, None and UUIDs as they are, and the text of everything else."""
    return [each if isinstance(each, _WRITTEN_AS_IS) else str(each) for each in content]


def extend(chain: UUID, head: Head, entries: Iterable[Entry], *, at: datetime) -> list[Link]:
    """The links of `entries` behind `head`."""
    links = list[Link]()
    previous, moment = head.hash, at.astimezone(UTC)
    name, written = str(chain), _moment(moment)
    for place, entry in enumerate(entries, head.place + 1):
        hash_ = _hash(name, place, entry, written, previous)
        links.append(Link(chain, place, *entry, moment, previous, hash_))
        previous = hash_
    return links


def _hash(chain: str, place: int, entry: Entry, moment: str, previous: bytes) -> bytes:
    said = [chain, place, entry.kind, entry.subject, entry.digest.hex(), moment, previous.hex()]
    return hashlib.sha256(orjson.dumps(said)).digest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def line(item: Item) -> bytes:
    """The item as a line of an export, without its end."""
    if isinstance(item, Record):
        return orjson.dumps([str(item.chain), item.what, item.subject, _plain(item.content)], default=str)
    said = (item.digest.hex(), _moment(item.at), item.previous.hex(), item.hash.hex())
    return orjson.dumps([str(item.chain), item.place, item.kind, item.subject, *said])


def parse(raw: bytes) -> Item:
    """The item of a line. Raises ValueError for anything that `line` does not write."""
    content = orjson.loads(raw)
    match content:
        case [str(chain), int(place), str(kind), str(subject), str(digest_), str(at), str(previous), str(hash_)]:
            hexes = [bytes.fromhex(each) for each in (digest_, previous, hash_)]
            item: Item = Link(
                UUID(chain), place, LinkKind(kind), subject, hexes[0], datetime.fromisoformat(at), hexes[1], hexes[2]
            )
        case [str(chain), str(what), str(subject), list(said)]:
            item = Record(UUID(chain), what, subject, said)
        case _:
            raise ValueError("neither a link nor a record")
    if line(item) != raw:
        raise ValueError("written otherwise")
    return item


class Fault(NamedTuple):
    """The first record that was touched, and what shows it."""

    record: str
    why: str


@dataclass
class Check:
    """Checks items in the order of an export: the chains of sessions, each with its records, then those of bodies."""

    links: int = 0
    records: int = 0
    adopted: int = 0
    """Certificates of which nothing is shown from before they were linked."""
    heads: dict[UUID, Head] = field(default_factory=dict)
    """The last link of each chain: whoever keeps them elsewhere notices a chain that was cut."""
    _anchors: dict[tuple[UUID, int], bytes] = field(default_factory=dict)
    _due: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _chain: UUID | None = None

    def add(self, item: Item) -> Fault | None:
        """What is wrong with the next item, or was left out before it."""
        if isinstance(item, Record):
            return self._record(item)
        if item.hash != item.hash_due:
            return Fault(_name(item), "the link does not say what was linked")
        left = self.end() if item.chain != self._chain else None
        self._chain = item.chain
        return left or self._link(item)

    def end(self) -> Fault | None:
        """A record of the chain before that is gone."""
        for what, subject in self._due:
            return Fault(f"{subject} ({what})", "the record is gone")
        return None

    def _link(self, link: Link) -> Fault | None:
        head = self.heads.get(link.chain, Head(0, BEGINNING))
        name = _name(link)
        if (link.place, link.previous) != (head.place + 1, head.hash):
            return Fault(name, f"it does not follow link {head.place}: one is missing, or stands elsewhere")
        self.links += 1
        self.adopted += link.kind is LinkKind.CERTIFICATE_ADOPTED
        self.heads[link.chain] = Head(link.place, link.hash)
        if link.kind in CURRENT:
            self._due[CURRENT[link.kind], link.subject] = link.digest
        if link.kind in ANCHORS:
            self._anchors[link.chain, link.place] = link.hash
        if link.kind is LinkKind.ANCHORED:
            return self._anchored(link, name)
        return None

    def _anchored(self, link: Link, name: str) -> Fault | None:
        kind, id_, place = link.subject.split("/")
        if self._anchors.get((UUID(id_), int(place))) != link.digest:
            return Fault(name, f"the chain of {kind.removesuffix('s')} {id_} has no such link {place}")
        return None

    def _record(self, record: Record) -> Fault | None:
        due = self._due.pop((record.what, record.subject), None)
        name = f"{record.subject} ({record.what})"
        if due is None or record.chain != self._chain:
            return Fault(name, "the record is in no chain, or twice")
        if digest(record.content) != due:
            return Fault(name, "the record does not say what its latest link says")
        self.records += 1
        return None


def _name(link: Link) -> str:
    return f"{link.subject} ({link.kind}, link {link.place} of chain {link.chain})"


def check_lines(lines: Iterable[bytes], check: Check) -> Fault | None:
    """The first fault in the lines of an export; None if there is none."""
    try:
        for item in _parsed(lines):
            if fault := check.add(item):
                return fault
        return check.end()
    except Unreadable as unreadable:
        return Fault(f"line {unreadable.number}", "it is not as it was written")


class Unreadable(Exception):
    """A line that no export has."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def _parsed(lines: Iterable[bytes]) -> Iterator[Item]:
    for number, raw in enumerate(lines, 1):
        if not raw.endswith(b"\n"):
            raise Unreadable(number)
        try:
            yield parse(raw[:-1])
        except (ValueError, TypeError):
            raise Unreadable(number) from None
