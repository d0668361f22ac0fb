"""Phones given by many trainees: in one class, in concurrent classes of one institution, or in several (C16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.enrolments.rules.overlaps import overlaps
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.policy import Policy

SPREAD_DAYS: Final = 365
"""How many days before a class a training at another institution counts; no rule was found, so this is an assumption.
"""


class PhoneUse(NamedTuple):
    """A person in a class from one day to another, both included, who gave the phone with the blind index `mark`."""

    mark: UUID
    person: UUID
    class_id: UUID
    from_on: date
    until_on: date


def shared(
    given: Sequence[PhoneUse],
    before: Iterable[PhoneUse],
    classes: Mapping[UUID, TrainingClass],
    policies: Mapping[UUID, Policy],
) -> dict[tuple[UUID, UUID], Observation]:
    """Observations about the phones just `given`, by class and blind index: more trainees use one than policy allows.

    `before` are the stored uses of these phones at the institution; `classes` and `policies` cover the classes of
    `given`. Each person counts once. Source: domain rules §4.6 C16.
    """
    uses: defaultdict[UUID, list[PhoneUse]] = defaultdict(list)
    for each in (*before, *given):
        uses[each.mark].append(each)
    seen: dict[tuple[UUID, UUID], Observation] = {}
    for class_id, mark in dict.fromkeys((each.class_id, each.mark) for each in given):
        class_, trainees_max = classes[class_id], policies[class_id].attendance_trainees_per_phone_max
        here = {each.person for each in uses[mark] if each.class_id == class_id}
        meeting = here | {each.person for each in uses[mark] if _meets(each, class_)}
        kind = FlagKind.ONE_PHONE_MANY_TRAINEES
        if len(here) <= trainees_max:
            here, kind = meeting, FlagKind.ONE_PHONE_MANY_CLASSES
        if len(here) > trainees_max:
            facts = {"trainees": len(here), "trainees_max": trainees_max}
            seen[class_id, mark] = see_class(kind, class_, f"{mark}", facts=facts)
    return seen


class PhoneOwner(NamedTuple):
    """A person who trained at an institution and gave the phone with the blind index `mark`."""

    mark: UUID
    person: UUID
    institution_id: UUID


def spread(
    given: Sequence[PhoneUse],
    owners: Iterable[PhoneOwner],
    classes: Mapping[UUID, TrainingClass],
    policies: Mapping[UUID, Policy],
) -> Iterator[Observation]:
    """Observations about the phones just `given`, once for a class: with people who gave them at other institutions,
    their owners are more than policy allows in one class.

    `owners` trained not long before, here or elsewhere. Each person counts once, and as one of this institution if they
    trained here as well. Source: domain rules §4.6 C16.
    """
    known: defaultdict[UUID, set[PhoneOwner]] = defaultdict(set)
    for owner in owners:
        known[owner.mark].add(owner)
    for use in given:
        known[use.mark].add(PhoneOwner(use.mark, use.person, classes[use.class_id].institution_id))
    for class_id, mark in dict.fromkeys((each.class_id, each.mark) for each in given):
        class_, trainees_max = classes[class_id], policies[class_id].attendance_trainees_per_phone_max
        people = {each.person for each in known[mark]}
        here = {each.person for each in known[mark] if each.institution_id == class_.institution_id}
        institutions = {each.institution_id for each in known[mark]}
        if len(people) > trainees_max and people != here:
            facts = {"trainees": len(people), "trainees_max": trainees_max, "institutions": len(institutions)}
            yield see_class(FlagKind.ONE_PHONE_MANY_INSTITUTIONS, class_, f"{mark}", facts=facts)


def _meets(use: PhoneUse, class_: TrainingClass) -> bool:
    return overlaps((use.from_on, use.until_on), (class_.starts_on, class_.ends_on))
