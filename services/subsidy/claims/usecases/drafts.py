"""Build a claim from what was heard: draft it, rebuild it, and see what its lines would be now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.rules.lines import Line, Standing, lines_of
from services.subsidy.claims.rules.refusals import ClassAlreadyClaimed
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines as line_store
from services.subsidy.policy import rules as policy_rules
from services.subsidy.policy import store as policy_store
from services.subsidy.policy.rules import PolicyKind, PolicyRow
from services.subsidy.trainings.rules import Outcome, Trainee, TrainingClass
from services.subsidy.trainings.store import trainings as heard
from services.subsidy.trainings.usecases import region_and_above
from shared.backbone import outbox
from shared.contracts.subsidy import ClaimStatus
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken, NotYetHeard


class Built(NamedTuple):
    """Lines, and the policy row that gave their amounts."""

    lines: tuple[Line, ...]
    policy_row: str | None


async def draft(connection: AsyncConnection, *, class_id: UUID, local_id: str, caller: Caller, at: datetime) -> Claim:
    """A new claim for a completed class of the caller's institution; the same again answers the one that exists.

    Raises WrongRole, NotYetHeard, ForeignOrganisation, LocalIdTaken, ClassAlreadyClaimed, ClaimBeforeCompletion,
    NotSubsidised.
    """
    caller.require(Role.INSTITUTION)
    class_ = await _class(connection, class_id)
    caller.require_organisation(class_.institution_id)
    known = await store.find_by_local_id(connection, class_.institution_id, local_id)
    if known is not None:
        if known[1] != class_id:
            raise LocalIdTaken(pointer="/local_id")
        return await store.load(connection, known[0])
    if standing := await store.standing(connection, class_id):
        raise ClassAlreadyClaimed(claim_id=standing)
    claim = _new(class_, local_id)
    built = await _build(connection, class_, claim=claim, today=business_day(at))
    claim = replace(claim, lines=built.lines, policy_row=built.policy_row)
    await store.add(connection, claim)
    await store.note(connection, claim, ClaimVerb.DRAFT, by=caller.person, at=at)
    await outbox.record(connection, rules.draft(claim, at=at))
    return claim


async def rebuild(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """The claim with its lines built anew. Raises WrongRole, NotFound, ForeignOrganisation, NotYetHeard, IllegalMove.

    It is like a new claim: what others were promised in the meantime counts.
    """
    caller.require(Role.INSTITUTION)
    before = await store.load(connection, claim_id, lock=True)
    caller.require_organisation(before.institution_id)
    class_ = await _class(connection, before.class_id)
    built = await _build(connection, class_, claim=before, today=business_day(at))
    after, fact = rules.rebuild(before, built.lines, policy_row=built.policy_row, at=at)
    await store.save(connection, after)
    await line_store.replace_all(connection, after)
    await store.note(connection, after, ClaimVerb.REBUILD, by=caller.person, at=at)
    await outbox.record(connection, fact)
    return after


async def lines_as_of_now(connection: AsyncConnection, claim: Claim, *, today: date) -> tuple[Line, ...]:
    """The lines of a submitted claim by what is heard now of trainings and certificates.

    What other claims hold is left out: a line has held its own place since it was built, and no later claim takes it.
    Only another key of the same human may hold it as well, if they were merged since.
    """
    class_ = await _class(connection, claim.class_id)
    trainees = await heard.trainees(connection, class_.id)
    persons = _persons(trainees)
    row = await _policy_row(connection, class_)
    standing = Standing(
        certified_on=await heard.certified_on(connection, persons, class_),
        held=await line_store.held_by_other_keys(connection, persons, outside=claim.id),
        rate=None if row is None else row.amount_fen,
    )
    return lines_of(class_, trainees, standing, claimed_on=claim.claimed_on(today))


async def _build(connection: AsyncConnection, class_: TrainingClass, *, claim: Claim, today: date) -> Built:
    trainees = await _all_trainees(connection, class_)
    persons = _persons(trainees)
    await line_store.queue(connection, persons)
    row = await _policy_row(connection, class_)
    standing = Standing(
        certified_on=await heard.certified_on(connection, persons, class_),
        held=await line_store.held(connection, persons, outside=claim.id),
        rate=None if row is None else row.amount_fen,
    )
    lines = lines_of(class_, trainees, standing, claimed_on=claim.claimed_on(today))
    return Built(lines, None if row is None else row.id)


async def _class(connection: AsyncConnection, class_id: UUID) -> TrainingClass:
    class_ = await heard.find_class(connection, class_id)
    if class_ is None:
        raise NotYetHeard(what="class", id=class_id)
    return class_


async def _all_trainees(connection: AsyncConnection, class_: TrainingClass) -> list[Trainee]:
    """All enrolments of a completed class with their outcomes; facts of different subjects come in any order."""
    trainees = await heard.trainees(connection, class_.id)
    unknown = max(0, class_.enrolled - len(trainees)) + sum(each.outcome is Outcome.IN_TRAINING for each in trainees)
    if unknown:
        raise NotYetHeard(what="outcomes of enrolments", missing=unknown)
    return trainees


def _persons(trainees: Sequence[Trainee]) -> list[UUID]:
    return [each.person for each in trainees if each.outcome is Outcome.COMPLETED]


async def _policy_row(connection: AsyncConnection, class_: TrainingClass) -> PolicyRow | None:
    """The row that gives the amount: for training at the class's level, on the day it began, of the nearest
    jurisdiction. Source: domain rules §4.2 (that the first day decides is an assumption)."""
    rows = await policy_store.of_item(connection, PolicyKind.TRAINING, class_.level.code, on=class_.starts_on)
    return policy_rules.applicable(
        rows,
        kind=PolicyKind.TRAINING,
        item=class_.level.code,
        on=class_.starts_on,
        region_and_above=await region_and_above(connection, class_.region),
    )


def _new(class_: TrainingClass, local_id: str) -> Claim:
    """A draft without lines. Raises ClaimBeforeCompletion, NotSubsidised."""
    return Claim(
        id=new_id(),
        institution_id=class_.institution_id,
        local_id=local_id,
        class_id=class_.id,
        region=class_.region,
        reporting_region=class_.reporting_region,
        fund_source=class_.claimable_from(),
        occupation=class_.occupation,
        level=class_.level,
        starts_on=class_.starts_on,
        policy_row=None,
        status=ClaimStatus.DRAFT,
        submitted_by=None,
        submitted_on=None,
        approved_by=None,
        approved_on=None,
        paid_on=None,
        payment_reference=None,
        lines=(),
        version=1,
    )
