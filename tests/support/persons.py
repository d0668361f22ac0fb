"""Facts of the registry about persons who turned out to be one, by their keys."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import asdict

from shared.contracts.registry.enrolments import (
    EnrolmentReassigned,
    EnrolmentRekeyed,
    EnrolmentState,
    PersonsMerged,
    PersonsSeparated,
)

AT = datetime(2025, 6, 1, 8, tzinfo=UTC)


def reassigned(before: EnrolmentState, person: UUID) -> EnrolmentReassigned:
    """The enrolment of `before` as that of another key of its human."""
    return EnrolmentReassigned(**asdict(before) | {"version": before.version + 1, "person": person})


def rekeyed(before: EnrolmentState, person: UUID) -> EnrolmentRekeyed:
    """The enrolment of `before` as that of another human, whose it always was."""
    return EnrolmentRekeyed(
        **asdict(before) | {"version": before.version + 1, "person": person, "former": before.person}
    )


def merged(person: UUID, into: UUID, *, version: int = 1) -> PersonsMerged:
    """`person` goes on as `into`."""
    return PersonsMerged(subject=f"persons/{person}", version=version, at=AT, person=person, into=into)


def separated(person: UUID, into: UUID, *, version: int = 2) -> PersonsSeparated:
    """`person`, who went on as `into`, stands for themselves again."""
    return PersonsSeparated(subject=f"persons/{person}", version=version, at=AT, person=person, into=into)
