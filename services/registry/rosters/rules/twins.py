"""One human under two kinds of document: the same name, birth date and phone (C01)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.flags.rules.flags import Observation, see
from services.registry.flags.rules.kinds import FlagKind
from shared.kernel.identity import DocumentKind
from shared.kernel.names import same_name


class Likeness(NamedTuple):
    """What makes two people alike who have one phone. Never printed."""

    kind: DocumentKind
    name: str
    born_on: date | None

    def __repr__(self) -> str:
        return f"Likeness({self.kind})"


def are_one(one: Likeness, other: Likeness) -> bool:
    """Whether two people with one phone are probably one human: of one kind, a document has one number for each."""
    is_born_alike = one.born_on is not None and one.born_on == other.born_on
    return one.kind is not other.kind and is_born_alike and same_name(one.name, other.name)


def pair_of(one: UUID, other: UUID) -> str:
    """The two people, in whichever order, as the flags about them begin."""
    return "/".join(f"{each}" for each in sorted((one, other)))


def see_twin(enrolment: Enrolment, class_: TrainingClass, other: UUID) -> Observation:
    """The flag of a training of one of two people who are probably one; `other` is the other one."""
    return see(
        FlagKind.ONE_PERSON_TWO_DOCUMENTS,
        f"{pair_of(enrolment.person, other)}/{enrolment.id}",
        institution_id=enrolment.institution_id,
        class_id=class_.id,
        enrolment_id=enrolment.id,
        person=enrolment.person,
        **class_.dimensions.as_observed(),
    )
