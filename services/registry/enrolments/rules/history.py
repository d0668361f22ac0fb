"""The history of an enrolment: its entry and each later step, with author, time, reason and changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.registry.enrolments.rules.enrolments import Enrolment, EnrolmentVerb
from shared.contracts.registry.enrolments import (
    EnrolmentCompleted,
    EnrolmentCorrected,
    EnrolmentDeferred,
    EnrolmentFailed,
    EnrolmentReassigned,
    EnrolmentReinstated,
    EnrolmentRekeyed,
    EnrolmentResumed,
    EnrolmentState,
    EnrolmentStatus,
    EnrolmentTransferred,
    EnrolmentWithdrawn,
)
from shared.dated_rules.rules import Grounds
from shared.kernel.moves import REINSTATE

ENROL: Final = "enrol"
"""The entry. It is not a verb of the state machine, which begins with it."""
REASSIGN: Final = "reassign"
"""Persons were merged or separated. Not a verb of the state machine, because it can happen in any state."""

REKEY: Final = "rekey"
"""The training was another human's. Not a verb of the state machine either."""

_VERBS: Final[Mapping[type[EnrolmentState], str]] = {
    EnrolmentCompleted: EnrolmentVerb.COMPLETE,
    EnrolmentFailed: EnrolmentVerb.FAIL,
    EnrolmentDeferred: EnrolmentVerb.DEFER,
    EnrolmentResumed: EnrolmentVerb.RESUME,
    EnrolmentTransferred: EnrolmentVerb.TRANSFER,
    EnrolmentWithdrawn: EnrolmentVerb.WITHDRAW,
    EnrolmentCorrected: EnrolmentVerb.CORRECT,
    EnrolmentReassigned: REASSIGN,
    EnrolmentReinstated: REINSTATE,
    EnrolmentRekeyed: REKEY,
}
_SHOWN: Final = (
    "programme", "tags", "status", "hours", "effective_on", "from_on", "until_on", "employment", "priority",
    "evidence_on", "consented_on",
)  # fmt: skip

Value = str | int | bool | list[str] | None
Changes = Mapping[str, Mapping[str, Value] | None]
"""Old (`from`) and new (`to`) value by field name; None if the history does not show the values."""


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
    grounds: Mapping[str, Any] | None = None
    """The rows of rules that an outcome was decided by, as JSON."""


class EntryRecord(NamedTuple):
    """Who made an enrolment, and when."""

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
    grounds: Grounds | None = None,
) -> EnrolmentEvent:
    """The step from `before` to `enrolment`, published as `fact`; `sealed` names changed fields that are encrypted."""
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
        grounds=None if grounds is None else grounds.as_json(),
    )


def changes(before: Enrolment, after: Enrolment) -> dict[str, Mapping[str, Value] | None]:
    """The fields that differ after a step. A changed person has no values, because person keys are not shown."""
    found: dict[str, Mapping[str, Value] | None] = {}
    for name in _SHOWN:
        was, is_ = getattr(before, name), getattr(after, name)
        if was != is_:
            found[name] = {"from": _plain(was), "to": _plain(is_)}
    if before.person != after.person:
        found["person"] = None
    return found


def entry_of(enrolment: Enrolment, events: Sequence[EnrolmentEvent], entered: EntryRecord) -> EnrolmentEvent:
    """The first event of `enrolment`, which precedes `events` (oldest first)."""
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


def hours_at(version: int, enrolment: Enrolment, events: Iterable[EnrolmentEvent]) -> int:
    """The hours that `enrolment` had at `version`; `events` are its steps since, oldest first."""
    for event in events:
        if event.version > version and (change := event.changed.get("hours")):
            return int(str(change["from"]))
    return enrolment.hours


def _at_first(name: str, day: date, events: Sequence[EnrolmentEvent]) -> date:
    """The value of `name` before the first of `events` that changed it; `day` if none did."""
    for event in events:
        if change := event.changed.get(name):
            return date.fromisoformat(str(change["from"]))
    return day


def _plain(value: object) -> Value:
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
