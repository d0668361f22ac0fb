"""Observations about attendance: of a trainee, of a class, or of an institution."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.registry.enrolments.rules.attendee import Attendee
from services.registry.flags.rules.flags import Observation, see
from services.registry.flags.rules.kinds import FlagKind


def see_trainee(kind: FlagKind, attendee: Attendee, seen: str, **facts: object) -> Observation:
    """An observation about the trainee."""
    return see_attendance(
        kind,
        attendee,
        seen,
        class_id=attendee.class_id,
        enrolment_id=attendee.enrolment_id,
        person=attendee.person,
        facts=facts,
    )


def see_class_of(kind: FlagKind, attendee: Attendee, seen: str, **facts: object) -> Observation:
    """An observation about the trainee's class; `seen` identifies it within the class."""
    return see_attendance(kind, attendee, f"{attendee.class_id}/{seen}", class_id=attendee.class_id, facts=facts)


def see_attendance(
    kind: FlagKind,
    attendee: Attendee,
    seen: str,
    *,
    facts: Mapping[str, object],
    class_id: UUID | None = None,
    enrolment_id: UUID | None = None,
    person: UUID | None = None,
) -> Observation:
    """An observation at the institution of `attendee`, about the class, enrolment or person given."""
    return see(
        kind,
        seen,
        institution_id=attendee.institution_id,
        class_id=class_id,
        enrolment_id=enrolment_id,
        person=person,
        **attendee.dimensions.as_observed(),
        facts=facts,
    )
