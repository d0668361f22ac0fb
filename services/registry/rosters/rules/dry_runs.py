"""Dry runs of rosters in chunks: what earlier chunks would have stored, kept in memory only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from services.registry.enrolments.rules.overlaps import OccupiedDays
from services.registry.rosters.rules.decisions import (
    Entry,
    PriorEnrolment,
    RosterContext,
    days_of_entry,
    enrolment_from,
)


class DryRun:
    """What the chunks of one roster would have stored so far.

    A chunk is noted when it is decided and kept when it counts, so that it can be decided again before that.
    """

    def __init__(self) -> None:
        self._by_local_id: dict[str, PriorEnrolment] = {}
        self._taken: defaultdict[UUID, list[OccupiedDays]] = defaultdict(list)
        self._seats: Counter[UUID] = Counter()
        self._names: dict[UUID, str] = {}
        self._noted: tuple[list[Entry], Mapping[UUID, date], Mapping[UUID, str]] = ([], {}, {})

    def note(self, admitted: Iterable[Entry], first_days: Mapping[UUID, date], names: Mapping[UUID, str]) -> None:
        """Note what the last chunk would store: `admitted`, with their first days by id, and new people by `names`."""
        self._noted = (list(admitted), first_days, names)

    def keep(self) -> None:
        """Keep what was noted last for the following chunks."""
        admitted, first_days, names = self._noted
        self._noted = ([], {}, {})
        for entry in admitted:
            self._by_local_id[entry.local_id] = enrolment_from(entry)
            self._taken[entry.person].append(days_of_entry(entry, first_days[entry.id]))
            self._seats[entry.class_.id] += 1
        for person, name in names.items():
            self._names.setdefault(person, name)

    def names(self, persons: Collection[UUID]) -> dict[UUID, str]:
        """The names under which new people among `persons` would be stored."""
        return {person: self._names[person] for person in persons if person in self._names}

    def over(self, known: RosterContext, entries: Collection[Entry]) -> RosterContext:
        """`known`, with what earlier chunks would have stored that concerns `entries`."""
        ids = {each.local_id for each in entries} & self._by_local_id.keys()
        persons = {each.person for each in entries} & self._taken.keys()
        return known._replace(
            by_local_id={**known.by_local_id, **{local_id: self._by_local_id[local_id] for local_id in ids}},
            taken=[*known.taken, *(each for person in persons for each in self._taken[person])],
            seats_left={class_id: left - self._seats[class_id] for class_id, left in known.seats_left.items()},
        )
