"""What a flag of attendance is about: a trainee, the class of one, or something at their institution."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.registry.enrolments.rules.attendee import Attendee
from services.registry.flags.rules.flags import Seen, see
from services.registry.flags.rules.kinds import FlagKind


def see_trainee(kind: FlagKind, attendee: Attendee, seen: str, **facts: object) -> Seen:
    """What a rule saw of the trainee."""
    return see_attendance(
        kind,
        attendee,
        seen,
        class_id=attendee.class_id,
        enrolment_id=attendee.enrolment_id,
        person=attendee.person,
        facts=facts,
    )


def see_class_of(kind: FlagKind, attendee: Attendee, seen: str, **facts: object) -> Seen:
    """What a rule saw of the trainee's class; `seen` says what of it."""
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
) -> Seen:
    """What a rule saw where `attendee` is trained, of what is named."""
    return see(
        kind,
        seen,
        institution_id=attendee.institution_id,
        class_id=class_id,
        enrolment_id=enrolment_id,
        person=person,
        **attendee.dimensions.told(project=False),
        facts=facts,
    )
