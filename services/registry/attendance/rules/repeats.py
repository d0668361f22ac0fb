"""Days of a class on which trainees came and went at the very minutes of an earlier day: copied attendance (C20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy

DAYS_SHOWN_MAX: Final = 10
"""The days that a flag names; it counts all of them."""


class Rhythm(NamedTuple):
    """The minutes of a day, counted from midnight and in order, at which a trainee came and went."""

    came: tuple[int, ...]
    went: tuple[int, ...]


class TraineeDay(NamedTuple):
    """A day of a trainee with marks that count."""

    enrolment_id: UUID
    day: date
    rhythm: Rhythm


class Repeat(NamedTuple):
    """How many of the trainees present on both days came and went at the same minutes on `day` as on the earlier
    `first`."""

    first: date
    day: date
    trainees: int
    present: int

    @property
    def share(self) -> float:
        return round(self.trainees / self.present, 4)


def repeated_days(days: Iterable[TraineeDay], class_: TrainingClass, *, policy: Policy) -> Iterator[Observation]:
    """What repeats a day of `class_`, as one flag for that day, whatever the number of its repeats."""
    repeats: defaultdict[date, list[Repeat]] = defaultdict(list)
    for repeat in _repeats(days, policy):
        repeats[repeat.first].append(repeat)
    for first, found in repeats.items():
        closest = max(found, key=lambda each: each.share)
        facts = {
            "day": first.isoformat(),
            "repeated_on": [each.day.isoformat() for each in found[:DAYS_SHOWN_MAX]],
            "days": len(found),
            "trainees": closest.trainees,
            "share": closest.share,
        }
        yield see_class(FlagKind.DAY_REPEATED, class_, f"{first}", facts=facts)


def _repeats(days: Iterable[TraineeDay], policy: Policy) -> Iterator[Repeat]:
    """Each day that repeats others, with the first of them, in order."""
    present: defaultdict[date, dict[UUID, Rhythm]] = defaultdict(dict)
    for each in days:
        present[each.day][each.enrolment_id] = each.rhythm
    found: dict[date, Repeat] = {}
    for (first, day), rhythms in sorted(_shared(present).items(), key=lambda each: each[0]):
        repeat = Repeat(first, day, len(rhythms), len(present[first].keys() & present[day].keys()))
        if day not in found and _is_copied(repeat, rhythms, policy):
            found[day] = repeat
    yield from (found[day] for day in sorted(found))


def _shared(present: Mapping[date, Mapping[UUID, Rhythm]]) -> Mapping[tuple[date, date], list[Rhythm]]:
    """For two days in order, the rhythms that trainees had on both, one for each of these trainees."""
    had: defaultdict[tuple[UUID, Rhythm], list[date]] = defaultdict(list)
    for day in sorted(present):
        for enrolment_id, rhythm in present[day].items():
            if rhythm.came and rhythm.went:
                had[enrolment_id, rhythm].append(day)
    shared: defaultdict[tuple[date, date], list[Rhythm]] = defaultdict(list)
    for (_, rhythm), on in had.items():
        for pair in combinations(on, 2):
            shared[pair].append(rhythm)
    return shared


def _is_copied(repeat: Repeat, rhythms: Collection[Rhythm], policy: Policy) -> bool:
    """Whether so many trainees repeat their minutes that it was not chance, nor a class marked by its lessons.

    Who marks a whole class by hand at the times of its lessons gives many trainees the same minutes, every day. So at
    least half as many different rhythms as trainees are asked for. Source: an assumption; domain rules §4.6 C20 name
    no figure.
    """
    enough = repeat.trainees >= policy.attendance_repeated_trainees_min
    nearly_all = repeat.trainees >= policy.attendance_repeated_share_min * repeat.present
    return enough and nearly_all and 2 * len(set(rhythms)) >= repeat.trainees
