"""A dry run of a roster that comes in chunks: what earlier chunks would have stored, remembered in memory alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from services.registry.enrolments.rules.overlaps import Taken
from services.registry.rosters.rules.decisions import Entry, Known, Seated, seated_by, taken_by


class DryRun:
    """What the chunks of one roster would have stored so far.

    A chunk is noted when it is decided and kept when it counts, so that a chunk can be decided again in between.
    """

    def __init__(self) -> None:
        self._by_local_id: dict[str, Seated] = {}
        self._taken: defaultdict[UUID, list[Taken]] = defaultdict(list)
        self._seats: Counter[UUID] = Counter()
        self._names: dict[UUID, str] = {}
        self._noted: tuple[list[Entry], Mapping[UUID, date], Mapping[UUID, str]] = ([], {}, {})

    def note(self, admitted: Iterable[Entry], first_days: Mapping[UUID, date], names: Mapping[UUID, str]) -> None:
        """The last chunk would store `admitted`, with the first days of their ids, and new people under `names`."""
        self._noted = (list(admitted), first_days, names)

    def keep(self) -> None:
        """What was noted last counts for the chunks to come."""
        admitted, first_days, names = self._noted
        self._noted = ([], {}, {})
        for entry in admitted:
            self._by_local_id[entry.local_id] = seated_by(entry)
            self._taken[entry.person].append(taken_by(entry, first_days[entry.id]))
            self._seats[entry.class_.id] += 1
        for person, name in names.items():
            self._names.setdefault(person, name)

    def names(self, persons: Collection[UUID]) -> dict[UUID, str]:
        """Under which name those of `persons` would be known who are not stored."""
        return {person: self._names[person] for person in persons if person in self._names}

    def over(self, known: Known, entries: Collection[Entry]) -> Known:
        """What is `known` of what `entries` could run into, with what would have been stored before them."""
        ids = {each.local_id for each in entries} & self._by_local_id.keys()
        persons = {each.person for each in entries} & self._taken.keys()
        return Known(
            {**known.by_local_id, **{local_id: self._by_local_id[local_id] for local_id in ids}},
            [*known.taken, *(each for person in persons for each in self._taken[person])],
            {class_id: left - self._seats[class_id] for class_id, left in known.seats_left.items()},
            known.closed,
            known.late_days,
        )
