"""The history of an enrolment: every step after the entry, with who took it, when, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.domain.enrolments import Enrolment, EnrolmentVerb
from shared.contracts.registry import (
    EnrolmentCompleted,
    EnrolmentCorrected,
    EnrolmentDeferred,
    EnrolmentFailed,
    EnrolmentReassigned,
    EnrolmentResumed,
    EnrolmentState,
    EnrolmentStatus,
    EnrolmentTransferred,
    EnrolmentWithdrawn,
)

REASSIGN: Final = "reassign"
"""Persons were merged or separated. No verb of the state machine: it happens to an enrolment in any state."""

_VERBS: Final[Mapping[type[EnrolmentState], str]] = {
    EnrolmentCompleted: EnrolmentVerb.COMPLETE,
    EnrolmentFailed: EnrolmentVerb.FAIL,
    EnrolmentDeferred: EnrolmentVerb.DEFER,
    EnrolmentResumed: EnrolmentVerb.RESUME,
    EnrolmentTransferred: EnrolmentVerb.TRANSFER,
    EnrolmentWithdrawn: EnrolmentVerb.WITHDRAW,
    EnrolmentCorrected: EnrolmentVerb.CORRECT,
    EnrolmentReassigned: REASSIGN,
}


class EnrolmentEvent(NamedTuple):
    """One step; `version`, `status` and the days are the enrolment's after it."""

    enrolment_id: UUID
    version: int
    verb: str
    done_by: str
    done_at: datetime
    reason: str | None
    status: EnrolmentStatus
    from_on: date
    until_on: date


def event_of(enrolment: Enrolment, fact: EnrolmentState, *, by: str, reason: str | None) -> EnrolmentEvent:
    """The step that led to `enrolment` and is told as `fact`."""
    return EnrolmentEvent(
        enrolment_id=enrolment.id,
        version=enrolment.version,
        verb=_VERBS[type(fact)],
        done_by=by,
        done_at=fact.at,
        reason=reason,
        status=enrolment.status,
        from_on=enrolment.from_on,
        until_on=enrolment.until_on,
    )
