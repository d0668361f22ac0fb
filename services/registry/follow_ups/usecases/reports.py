"""Report employment and pay of trainees after their training, complete the report later, and correct it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.classes.usecases import policies_of
from services.registry.enrolments.rules.enrolments import Enrolment, NotInClass
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.follow_ups import rules, store
from services.registry.follow_ups.rules import FollowUp, Outcome
from services.registry.follow_ups.store import FormerFollowUp
from services.registry.plan.rules.policy import Policy, PolicyUnset
from services.registry.plan.store import rulebook as rulebook_store
from shared.backbone import outbox
from shared.contracts.registry.follow_ups import FollowUpCorrected, FollowUpReported, FollowUpState
from shared.kernel.callers import Caller, ForeignOrganisation, Whose
from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each
from shared.kernel.refusals import NotFound
from shared.plan import Plan
from shared.reach import require_reached


class TrainingNumbers(NamedTuple):
    """A training named by the institution's own numbers of class and trainee."""

    class_local_id: str
    trainee_local_id: str


class FollowUpRow(NamedTuple):
    """The outcome reported for a training; `reason` is set if it replaces an earlier report."""

    row: int
    whose: UUID | TrainingNumbers
    outcome: Outcome
    reason: str = ""

    @property
    def local_id(self) -> str:
        """The caller's own name for the row: that of the training."""
        return str(self.whose) if isinstance(self.whose, UUID) else self.whose.trainee_local_id


@dataclass
class _TrainingContext:
    """The trainings that the rows name, locked, and what is stored about each."""

    enrolments: Mapping[UUID, Enrolment]
    by_local_id: Mapping[str, Enrolment]
    classes: Mapping[UUID, TrainingClass]
    policies: Mapping[UUID, Policy | PolicyUnset]
    plan: Plan
    follow_ups: dict[UUID, FollowUp]

    def enrolment(self, whose: UUID | TrainingNumbers) -> Enrolment:
        """Raises NotFound, NotInClass."""
        if isinstance(whose, UUID):
            if (found := self.enrolments.get(whose)) is None:
                raise NotFound(what="enrolment", id=whose)
            return found
        found = self.by_local_id.get(whose.trainee_local_id)
        if found is None or self.classes[found.class_id].local_id != whose.class_local_id:
            raise NotInClass(pointer="/trainee_local_id")
        return found

    def pay_months(self, enrolment: Enrolment) -> int:
        """Raises PolicyUnset."""
        policy = self.policies[enrolment.class_id]
        if isinstance(policy, PolicyUnset):
            raise policy
        return policy.followup_pay_months


class _Revision(NamedTuple):
    """The fact of a new or corrected follow-up, and the one that it replaces."""

    fact: FollowUpState
    former: FormerFollowUp | None


Decide = Callable[[FollowUpRow, Enrolment, _TrainingContext], FollowUp]
"""The follow-up after a row; the existing one if the row says nothing new."""


async def report(
    connection: AsyncConnection, rows: Sequence[FollowUpRow], *, caller: Caller, at: datetime, dry_run: bool = False
) -> list[RowOutcome]:
    """An outcome for each of `rows`: reported or filled in, a repeat, or refused. A dry run stores and locks nothing.

    Raises ForeignOrganisation: then nothing was stored.
    """

    def decide(row: FollowUpRow, enrolment: Enrolment, known: _TrainingContext) -> FollowUp:
        before, months = known.follow_ups.get(enrolment.id), known.pay_months(enrolment)
        return rules.report(before, enrolment, row.outcome, by=caller.person, at=at, pay_months=months)

    return await _decide_all(connection, rows, decide, FollowUpReported, caller=caller, dry_run=dry_run)


async def correct_all(
    connection: AsyncConnection, rows: Sequence[FollowUpRow], *, caller: Caller, at: datetime, dry_run: bool = False
) -> list[RowOutcome]:
    """An outcome for each of `rows`, which replaces what was reported in full: corrected, a repeat, or refused.

    A dry run stores and locks nothing.

    Raises ForeignOrganisation: then nothing was stored.
    """

    def decide(row: FollowUpRow, enrolment: Enrolment, known: _TrainingContext) -> FollowUp:
        if (before := known.follow_ups.get(enrolment.id)) is None:
            raise NotFound(what="follow-up", id=enrolment.id)
        months = known.pay_months(enrolment)
        return rules.correct(before, enrolment, row.outcome, by=caller.person, at=at, pay_months=months)

    return await _decide_all(connection, rows, decide, FollowUpCorrected, caller=caller, dry_run=dry_run)


async def correct(
    connection: AsyncConnection, enrolment_id: UUID, outcome: Outcome, *, reason: str, caller: Caller, at: datetime
) -> FollowUp:
    """The follow-up as it stands after the correction.

    Raises NotFound, ForeignOrganisation, ForeignRegion, and the rule's.
    """
    row = FollowUpRow(0, enrolment_id, outcome, reason)
    (decided,) = await correct_all(connection, [row], caller=caller, at=at)
    if decided.refusal is not None:
        raise decided.refusal
    return (await store.of_enrolments(connection, [enrolment_id]))[enrolment_id]


async def _decide_all(
    connection: AsyncConnection,
    rows: Sequence[FollowUpRow],
    decide: Decide,
    fact: type[FollowUpState],
    *,
    caller: Caller,
    dry_run: bool,
) -> list[RowOutcome]:
    known = await _known(connection, rows, caller, lock=not dry_run)

    def decide_row(row: FollowUpRow) -> Change[_Revision] | Repeat:
        enrolment = known.enrolment(row.whose)
        class_ = known.classes[enrolment.class_id]
        require_reached(known.plan, caller, region=class_.region, organisation_id=class_.institution_id)
        after = decide(row, enrolment, known)
        before = known.follow_ups.get(enrolment.id)
        if after is before:
            return Repeat(enrolment.id)
        known.follow_ups[enrolment.id] = after
        former = None
        if before is not None:
            former = FormerFollowUp(before, row.reason, by=after.reported_by, at=after.reported_at)
        return Change(enrolment.id, _Revision(rules.describe(fact, after, enrolment, class_), former))

    revisions, outcomes = decide_each(rows, decide_row)
    if dry_run:
        return outcomes
    revised = {each.fact.enrolment_id for each in revisions}
    await store.save_all(connection, [known.follow_ups[each] for each in revised])
    await store.keep_replaced(connection, [each.former for each in revisions if each.former is not None])
    await outbox.record(connection, *(each.fact for each in revisions))
    return outcomes


async def _known(
    connection: AsyncConnection, rows: Sequence[FollowUpRow], caller: Caller, *, lock: bool
) -> _TrainingContext:
    """Raises ForeignOrganisation if a caller other than an institution uses an institution's own numbers."""
    named = {row.whose.trainee_local_id for row in rows if isinstance(row.whose, TrainingNumbers)}
    if named and (caller.whose is not Whose.OWN or caller.organisation is None):
        raise ForeignOrganisation
    by_local_id: Mapping[str, Enrolment] = {}
    if named and caller.organisation is not None:
        by_local_id = await enrolment_store.by_local_ids(connection, caller.organisation, named, lock=lock)
    ids = {row.whose for row in rows if isinstance(row.whose, UUID)}
    enrolments = await enrolment_store.by_ids(connection, ids, lock=lock) if ids else {}
    found = {each.id: each for each in (*enrolments.values(), *by_local_id.values())}
    classes = await class_store.by_ids(connection, {each.class_id for each in found.values()})
    rulebook = await rulebook_store.current(connection)
    return _TrainingContext(
        enrolments=enrolments,
        by_local_id=by_local_id,
        classes=classes,
        policies=policies_of(classes.values(), rulebook),
        plan=rulebook.plan,
        follow_ups=await store.of_enrolments(connection, found),
    )
