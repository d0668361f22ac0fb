"""Build claims from received facts: draft, rebuild, and compute current lines for the review."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.claims.rules.lines import Line, Standing, lines_of
from services.subsidy.claims.rules.refusals import ClassAlreadyClaimed
from services.subsidy.claims.rules.sources import Entry, Source
from services.subsidy.claims.rules.states import (
    IN_PROGRESS,
    ClaimVerb,
)
from services.subsidy.claims.store import claims as store
from services.subsidy.claims.store import lines as line_store
from services.subsidy.claims.usecases import sources, steps
from services.subsidy.claims.usecases.sources import Found
from services.subsidy.holds import store as hold_store
from services.subsidy.kinds.rules import KINDS, rates_of
from services.subsidy.limits import rules as limits
from services.subsidy.limits.rules import HeldTerms, Terms
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy import rules as policy_rules
from services.subsidy.policy import store as policy_store
from services.subsidy.policy.rules import PolicyRow
from services.subsidy.trainings.rules import region_and_above
from services.subsidy.trainings.usecases import acting, load_plan
from shared import instruments
from shared.backbone import outbox
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules import rules as dated
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import DatedRow, Grounds
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken
from shared.plan import Plan


class ClaimGround(NamedTuple):
    """The data from which lines are built, read once for all lines."""

    source: Source
    entries: Sequence[Entry]
    policy_row: PolicyRow | None
    """The policy row that sets the amount; None if there is none."""
    terms: Terms
    """The limits on the day of the claim."""
    grounds: Grounds
    """The rows that amount and limits come from."""
    limit_rows: Sequence[FigureRow]
    above: Sequence[str]
    """The region of what is claimed for and those above it."""


async def draft(
    connection: AsyncConnection, kind: SubsidyKind, source_id: UUID, *, local_id: str, caller: Caller, at: datetime
) -> Claim:
    """A new claim of the caller's organisation for a class, an exam with certificates or an instalment, or of a holder
    for their certificate; a repeat returns the existing one.

    If there are earlier ones, it takes those for whom none of them pays or paid. Raises NotYetReceived,
    ForeignOrganisation, LocalIdTaken, ClassAlreadyClaimed, ClaimBeforeCompletion, NotRunning, NotSubsidised,
    NoApprenticeship, SpendingUnstated, AdvanceInProgress.
    """
    found = await sources.find(connection, kind, source_id, on=business_day(at))
    (await acting(connection, caller)).require_organisation(found.source.institution_id)
    known = await store.find_by_local_id(connection, found.source.institution_id, local_id)
    if known is not None:
        if (known.kind, known.source_id) != (kind, source_id):
            raise LocalIdTaken(pointer="/local_id")
        return await store.load(connection, known.id)
    earlier = await store.of_source(connection, kind, source_id)
    if in_progress := [each.id for each in earlier if each.status in IN_PROGRESS]:
        raise ClassAlreadyClaimed(claim_id=str(in_progress[0]))
    supplements = earlier[0].id if earlier else None
    found.require_due()
    return await draft_for(connection, found, local_id=local_id, supplements=supplements, by=caller.person, at=at)


async def draft_for(
    connection: AsyncConnection, found: Found, *, local_id: str, supplements: UUID | None = None, by: str, at: datetime
) -> Claim:
    """A new claim for what was `found`, as prepared by the person `by`.

    Raises NotYetReceived, NotSubsidised, SpendingUnstated, AdvanceInProgress, ClassAlreadyClaimed.
    """
    new = rules.new_claim(found.source, claim_id=new_id(), local_id=local_id, supplements=supplements)
    claim = await _build(connection, new, found, at=at)
    await store.add(connection, claim)
    await store.note(connection, claim, ClaimVerb.DRAFT, by=by, at=at)
    await outbox.record(connection, rules.draft(claim, at=at))
    return claim


async def rebuild(connection: AsyncConnection, claim_id: UUID, *, caller: Caller, at: datetime) -> Claim:
    """The claim with new lines. Raises NotFound, ForeignOrganisation, NotYetReceived, IllegalMove.

    Like a new claim, it takes into account what other claims hold by now.
    """
    before = await steps.load_own(connection, claim_id, caller=caller)
    found = await sources.find_again(connection, before, on=before.claimed_on(business_day(at)))
    if not KINDS[before.kind].of_ended:
        found.require_due()
    built = await _build(connection, before, found, at=at)
    after, fact = rules.rebuild(before, built, at=at)
    await line_store.replace_all(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.REBUILD, by=caller.person)
    return after


async def lines_as_of_now(connection: AsyncConnection, claim: Claim, *, plan: Plan, at: datetime) -> tuple[Line, ...]:
    """The lines of a submitted claim, built from current trainings and certificates.

    Other claims are ignored: a line has held its subsidy since it was built, and no later claim can take it.
    Only another key of the same human can hold it as well, if the keys were merged since. Flags are ignored, too: those
    that hold the claim are looked at on their own.
    """
    claimed_on = claim.claimed_on(business_day(at))
    found = await sources.of_claim(connection, claim, on=claimed_on)
    ground = await ground_of(connection, found, plan=plan, claimed_on=claimed_on)
    others = {key: person for key, person in found.keys.items() if key != person}
    held = await line_store.held(connection, others, outside=claim.id)
    return _lines(ground, held, claimed_on=claimed_on, at=at)


async def _build(connection: AsyncConnection, claim: Claim, found: Found, *, at: datetime) -> Claim:
    """`claim` with lines built from current data. Raises ClassAlreadyClaimed if nobody is left for a supplement."""
    found.require_whole()
    await sources.require_settled_advance(connection, found.source)
    # A claim that comes back from its approval or payment may have been supplemented meanwhile.
    if claim.supplements is not None or claim.version > 1:
        taken = await line_store.taken(connection, claim)
        found = found.only({each.id for each in found.entries} - taken)
        if not found.entries:
            raise ClassAlreadyClaimed(claim_id=str(claim.supplements or claim.id))
    today = business_day(at)
    claimed_on = claim.claimed_on(today)
    ground = await ground_of(connection, found, plan=await load_plan(connection), claimed_on=claimed_on)
    await line_store.queue(connection, found.keys)
    held = await line_store.held(connection, found.keys, outside=claim.id)
    flagged = await hold_store.upheld(connection, claim.source_id)
    objected = await hold_store.objected(connection, claim.source_id)
    lines = _lines(ground, held, flagged=flagged, objected=objected, claimed_on=claimed_on, at=at)
    for line in lines:
        if line.refusal is not None:
            instruments.hit(line.refusal)
    policy_row = None if ground.policy_row is None else ground.policy_row.id
    held_until = limits.held_until(ground.limit_rows, day=today, region_and_above=ground.above)
    return replace(claim, lines=lines, policy_row=policy_row, held_until=held_until)


async def ground_of(connection: AsyncConnection, found: Found, *, plan: Plan, claimed_on: date) -> ClaimGround:
    """The data for the lines. Raises NotYetReceived if the source's region has not been received.

    The policy row is the one for the kind and the award on the day that decides, of the nearest jurisdiction, or the
    one that a quote bound; the limits are those of the day of the claim. Source: domain rules §4.2 (that the first day
    decides is an assumption). Raises PolicyUnset.
    """
    source = found.source
    kind, item, on = source.kind, policy_rules.item_of(source.award, source.kind), source.starts_on
    rates = rates_of(kind)
    rows, limit_rows = await policy_store.of_item(connection, rates, item), await LIMIT_ROW.entered_rows(connection)
    above = region_and_above(plan, source.region, on=on)
    bound = await policy_store.bound(connection, source.id, kind, day=claimed_on)
    row = next((each for each in rows if each.id == bound), None) or policy_rules.applicable(
        rows, kind=rates, item=item, on=on, region_and_above=above
    )
    terms = limits.terms_on(limit_rows, day=claimed_on, region_and_above=above)
    grounds = _grounds(row, terms, [*rows, *limit_rows], on=on, at=claimed_on)
    return ClaimGround(source, found.entries, row, terms.terms, grounds, limit_rows, above)


def _lines(
    ground: ClaimGround,
    held: Mapping[UUID, Sequence[HeldSubsidy]],
    *,
    claimed_on: date,
    at: datetime,
    flagged: Collection[UUID] = (),
    objected: Collection[UUID] = (),
) -> tuple[Line, ...]:
    standing = Standing(
        held=held,
        rate=None if ground.policy_row is None else ground.policy_row.amount_fen,
        terms=ground.terms,
        grounds=ground.grounds,
        decided_at=at,
        flagged=flagged,
        objected=objected,
    )
    return lines_of(ground.source, ground.entries, standing, claimed_on=claimed_on)


def _grounds(row: PolicyRow | None, terms: HeldTerms, known: Sequence[DatedRow], *, on: date, at: date) -> Grounds:
    """What a claim made `at` a day for a class that began `on` one goes by, with the `known` rows."""
    rows = [dated.ground(terms.rows[key], on=at) for key in sorted(terms.rows)]
    if row is not None:
        rows.append(dated.ground(row, on=on))
    return Grounds(max((each.provenance.sequence or 0 for each in known), default=0), tuple(rows))
