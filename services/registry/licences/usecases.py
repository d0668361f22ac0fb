"""Record licences of a class's trainees, and decide on them as an officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.usecases import visible_class
from services.registry.enrolments.rules.enrolments import Enrolment, NotInClass
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.licences import rules, store
from services.registry.licences.rules import Licence, LicenceDays, LicenceVerb
from services.registry.licences.store import LicenceStep
from shared.backbone import outbox
from shared.contracts.registry.licences import LicenceState, LicenceStatus
from shared.kernel.callers import Caller
from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each
from shared.kernel.refusals import NotFound


class Verdict(StrEnum):
    CONFIRM = "confirm"
    REJECT = "reject"


class RecordRow(NamedTuple):
    """A licence of the trainee whom the institution calls `local_id`."""

    row: int
    local_id: str
    days: LicenceDays


class DecisionRow(NamedTuple):
    """An officer's decision on the licence of that trainee; `reason` is empty for a confirmation."""

    row: int
    local_id: str
    verdict: Verdict
    reason: str


class _Revision(NamedTuple):
    step: LicenceStep
    fact: LicenceState


async def record(
    connection: AsyncConnection,
    class_id: UUID,
    rows: Sequence[RecordRow],
    *,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`: recorded, a repeat, or refused. A dry run stores and locks nothing.

    Raises NotFound, ForeignOrganisation, ForeignRegion: then nothing was stored.
    """
    class_ = await visible_class(connection, class_id, caller)
    trainees = await _trainees(connection, class_, {row.local_id for row in rows}, lock=not dry_run)
    known = await _licences(connection, trainees)

    def decide(row: RecordRow) -> Change[_Revision] | Repeat:
        enrolment = _trainee(trainees, row.local_id)
        recorded = rules.record(known.get(enrolment.id), enrolment, class_, row.days, by=caller.person, at=at)
        if recorded is None:
            return Repeat(enrolment.id)
        return _change(known, *recorded, LicenceVerb.RECORD, by=caller.person)

    return await _keep(connection, *decide_each(rows, decide), dry_run=dry_run)


async def decide_all(
    connection: AsyncConnection,
    class_id: UUID,
    rows: Sequence[DecisionRow],
    *,
    caller: Caller,
    at: datetime,
    dry_run: bool = False,
) -> list[RowOutcome]:
    """An outcome for each of `rows`: confirmed or rejected, a repeat, or refused. A dry run stores and locks nothing.

    Raises NotFound, ForeignRegion: then nothing was stored.
    """
    class_ = await visible_class(connection, class_id, caller)
    trainees = await _trainees(connection, class_, {row.local_id for row in rows}, lock=not dry_run)
    known = await _licences(connection, trainees)
    by = caller.person

    def decide(row: DecisionRow) -> Change[_Revision] | Repeat:
        enrolment = _trainee(trainees, row.local_id)
        before = known.get(enrolment.id)
        if before is None:
            raise NotFound(pointer="/local_id", what="licence", id=enrolment.id)
        if before.status is _REACHED[row.verdict]:
            return Repeat(enrolment.id)
        if row.verdict is Verdict.CONFIRM:
            confirmed = rules.confirm(before, enrolment, class_, by=by, at=at)
            return _change(known, *confirmed, LicenceVerb.CONFIRM, by=by)
        rejected = rules.reject(before, enrolment, class_, by=by, reason=row.reason, at=at)
        return _change(known, *rejected, LicenceVerb.REJECT, by=by)

    return await _keep(connection, *decide_each(rows, decide), dry_run=dry_run)


async def ask_again(
    connection: AsyncConnection,
    trainings: Mapping[UUID, tuple[Enrolment, TrainingClass]],
    *,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    """Of trainings that were re-keyed to another human, confirmed licences wait for a confirmation again: an officer
    found them by another document. The caller holds the locks of the enrolments.
    """
    known = await store.of_enrolments(connection, trainings)
    confirmed = [each for each in known.values() if each.status is LicenceStatus.CONFIRMED]
    reopened = [rules.reopen(each, *trainings[each.enrolment_id], reason=reason, at=at) for each in confirmed]
    await store.save_all(connection, [LicenceStep(after, LicenceVerb.REOPEN, by, at) for after, _ in reopened])
    await outbox.record(connection, *(fact for _, fact in reopened))


_REACHED = {Verdict.CONFIRM: LicenceStatus.CONFIRMED, Verdict.REJECT: LicenceStatus.REJECTED}


async def _trainees(
    connection: AsyncConnection, class_: TrainingClass, local_ids: set[str], *, lock: bool
) -> dict[str, Enrolment]:
    """The trainees of the class by the institution's own ids of them."""
    found = await enrolment_store.by_local_ids(connection, class_.institution_id, local_ids, lock=lock)
    return {local_id: each for local_id, each in found.items() if each.class_id == class_.id}


async def _licences(connection: AsyncConnection, trainees: Mapping[str, Enrolment]) -> dict[UUID, Licence]:
    return await store.of_enrolments(connection, {each.id for each in trainees.values()})


def _trainee(trainees: Mapping[str, Enrolment], local_id: str) -> Enrolment:
    found = trainees.get(local_id)
    if found is None:
        raise NotInClass(pointer="/local_id")
    return found


def _change(
    known: dict[UUID, Licence], after: Licence, fact: LicenceState, verb: LicenceVerb, *, by: str
) -> Change[_Revision]:
    known[after.enrolment_id] = after
    return Change(after.enrolment_id, _Revision(LicenceStep(after, verb, by, fact.at), fact))


async def _keep(
    connection: AsyncConnection, revisions: Sequence[_Revision], outcomes: list[RowOutcome], *, dry_run: bool
) -> list[RowOutcome]:
    if not dry_run:
        await store.save_all(connection, [each.step for each in revisions])
        await outbox.record(connection, *(each.fact for each in revisions))
    return outcomes
