"""The history of an enrolment: its entry and every step after it, with who took it, when, why, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.enrolments.rules.enrolments import Enrolment, EnrolmentVerb
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

ENROL: Final = "enrol"
"""The entry. No verb of the state machine, which begins with it."""
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
_SHOWN: Final = (
    "programme", "tags", "status", "hours", "effective_on", "from_on", "until_on", "employment", "priority",
    "evidence_on", "consented_on",
)  # fmt: skip

Value = str | int | bool | list[str] | None
Changes = Mapping[str, Mapping[str, Value] | None]
"""By the name of what changed, what it was (`from`) and became (`to`); None where that is not for a history."""


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
    changed: Changes


class EnteredBy(NamedTuple):
    """Who enrolled somebody, and when."""

    person: str
    at: datetime


def event_of(
    before: Enrolment,
    enrolment: Enrolment,
    fact: EnrolmentState,
    *,
    by: str,
    reason: str | None,
    sealed: Iterable[str] = (),
) -> EnrolmentEvent:
    """The step from `before` to `enrolment` that is told as `fact`; `sealed` names what else changed, but is sealed."""
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
        changed=changes(before, enrolment) | dict.fromkeys(sealed),
    )


def changes(before: Enrolment, after: Enrolment) -> dict[str, Mapping[str, Value] | None]:
    """What of an enrolment is another `after` a step. Whose it is has no value here: keys of persons stay inside."""
    found: dict[str, Mapping[str, Value] | None] = {}
    for name in _SHOWN:
        was, is_ = getattr(before, name), getattr(after, name)
        if was != is_:
            found[name] = {"from": _plain(was), "to": _plain(is_)}
    if before.person != after.person:
        found["person"] = None
    return found


def entry_of(enrolment: Enrolment, events: Sequence[EnrolmentEvent], entered: EnteredBy) -> EnrolmentEvent:
    """The entry that the history `events` of `enrolment`, oldest first, begins with."""
    return EnrolmentEvent(
        enrolment_id=enrolment.id,
        version=1,
        verb=ENROL,
        done_by=entered.person,
        done_at=entered.at,
        reason=None,
        status=EnrolmentStatus.IN_TRAINING,
        from_on=_at_first("from_on", enrolment.from_on, events),
        until_on=_at_first("until_on", enrolment.until_on, events),
        changed={},
    )


def _at_first(name: str, day: date, events: Sequence[EnrolmentEvent]) -> date:
    """The day `name` before the first of `events` that changed it; `day` if none did."""
    for event in events:
        if change := event.changed.get(name):
            return date.fromisoformat(str(change["from"]))
    return day


def _plain(value: object) -> Value:
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
