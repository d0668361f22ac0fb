"""Late entrants: trainees who enter a class that has begun count from that day, and the class is flagged (C15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.enrolments.rules.interruptions import first_day_in
from services.registry.enrolments.rules.overlaps import OccupiedDays
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry import ClassStatus

_ONE_DAY: Final = timedelta(days=1)


def late_day(class_: TrainingClass, policy: Policy, *, today: date) -> date | None:
    """First training day of late entrants of a running class; None if they count from the first day of the class.

    If policy lets classes be filed afterwards, their rosters come afterwards as well. Raises ClassOver.
    """
    is_late = class_.status is ClassStatus.RUNNING and today > class_.starts_on
    if not is_late or policy.filing_lead_working_days is None:
        return None
    return first_day_in(class_, today=today)


def first_day(class_: TrainingClass, theirs: Sequence[OccupiedDays], late_days: Mapping[UUID, date]) -> date:
    """The first training day in `class_` of the person with the enrolments `theirs`.

    `late_days` are the first days of late entrants, by class. A person who gave up a seat in the class returns on the
    next day at the earliest; if the class is over by then, their days overlap.
    """
    first = late_days.get(class_.id, class_.starts_on)
    for each in theirs:
        if each.class_id == class_.id and not each.is_seated and each.until_on < class_.ends_on:
            first = max(first, each.until_on + _ONE_DAY)
    return first


def see_grown(entered: Collection[TrainingClass], late_days: Mapping[UUID, date]) -> list[Observation]:
    """One observation for each class and day with late entrants (C15). `entered` has one class for each entrant."""
    if not late_days:
        return []
    classes = {each.id: each for each in entered if each.id in late_days}
    counts = Counter(each.id for each in entered if each.id in late_days)
    return [
        see_class(
            FlagKind.ROSTER_GREW_LATE,
            classes[class_id],
            late_days[class_id].isoformat(),
            facts={"trainees": trainees, "from_on": late_days[class_id].isoformat()},
        )
        for class_id, trainees in counts.items()
    ]
