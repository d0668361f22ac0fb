"""Quote for a class that was received, or for one person; a quote for a class binds the row of its claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.lines import Standing
from services.subsidy.claims.rules.refusals import NotSubsidised
from services.subsidy.claims.rules.states import IN_PROGRESS
from services.subsidy.claims.store import claims as claim_store
from services.subsidy.claims.store import lines as line_store
from services.subsidy.claims.usecases import drafts, sources
from services.subsidy.claims.usecases.drafts import ClaimGround
from services.subsidy.claims.usecases.sources import Found
from services.subsidy.holds import store as hold_store
from services.subsidy.limits import rules as limits
from services.subsidy.policy import store as policy_store
from services.subsidy.policy.rules import Binding
from services.subsidy.quotes import rules
from services.subsidy.quotes.rules import QuotedLine, QuoteUnspecific
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings.rules import Outcome, Trainee, TrainingClass
from services.subsidy.trainings.usecases import load_plan
from shared import heard, reach
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.plan import UnknownRegion

_NOBODYS: Final = UUID(int=0)


@dataclass(frozen=True)
class AskedTraining:
    """A training that no class was filed for yet."""

    occupation: str
    award: Award
    region: str
    starts_on: date


class Quote(NamedTuple):
    """What would be paid, by which rows; `valid_until` if it binds the row for the class."""

    id: UUID
    class_: TrainingClass
    of_class: bool
    ground: ClaimGround
    lines: Sequence[QuotedLine]
    valid_until: date | None


async def own_classes(connection: AsyncConnection, *, caller: Caller, before: UUID, limit: int) -> list[TrainingClass]:
    """The classes of the caller's institution that were received, the newest first, before `before`.

    Raises ForeignOrganisation.
    """
    whose = reach.scope(await load_plan(connection), caller, region=None, organisation_id=None).organisation_id
    return await trainings.classes_of(connection, whose, before=before, limit=limit)


async def quote(
    connection: AsyncConnection,
    *,
    class_id: UUID | None,
    person: UUID | None,
    training: AskedTraining | None,
    caller: Caller,
    at: datetime,
) -> Quote:
    """What a claim would pay if everybody completes the class who still may, and shows the award.

    Raises QuoteUnspecific, NotYetReceived, NotSubsidised, ForeignOrganisation, ForeignRegion, PolicyUnset.
    """
    if (class_id is None) is (training is None) or (training is not None and person is None):
        raise QuoteUnspecific
    plan, today = await load_plan(connection), business_day(at)
    if training is not None:
        region = plan.regions.get(training.region)
        if region is None:
            raise UnknownRegion(pointer="/region")
        class_ = _imagined(training, reporting_region=region.on(training.starts_on).reporting_region or training.region)
        trainees: list[Trainee] = []
    else:
        assert class_id is not None, "checked before"
        class_ = await _class(connection, class_id)
        if caller.role is Role.INSTITUTION:
            caller.require_organisation(class_.institution_id)
        else:
            caller.require_region(plan.region_and_above(class_.region, on=today))
        trainees = rules.assumed(await trainings.trainees(connection, class_.id))
    if person is not None:
        trainees = await _only(connection, person, trainees, class_, today=today)
    claimed_on = max(today, class_.starts_on)
    found = await sources.of_class(connection, class_, trainees)
    found = found._replace(entries=rules.showing_award(found.source, found.entries, today=claimed_on))
    ground = await drafts.ground_of(connection, found, plan=plan, claimed_on=claimed_on)
    standing = await _standing(connection, found, ground, at=at)
    lines = rules.quoted(found.source, found.entries, standing, claimed_on=claimed_on)
    id_ = new_id()
    valid_until = None
    if training is None and ground.policy_row is not None:
        ladder = limits.ladder_on(ground.limit_rows, day=today, region_and_above=ground.above)
        if ladder.quote_days is not None:
            valid_until = today + timedelta(days=ladder.quote_days)
            binding = Binding(id_, class_.id, ground.policy_row.id, today, valid_until, caller.person, at)
            await policy_store.bind(connection, binding)
    return Quote(id_, class_, training is None, ground, lines, valid_until)


async def _class(connection: AsyncConnection, class_id: UUID) -> TrainingClass:
    class_ = await sources.find_class(connection, class_id)
    if class_.fund_source is None:
        raise NotSubsidised
    return class_


async def _only(
    connection: AsyncConnection, person: UUID, trainees: Sequence[Trainee], class_: TrainingClass, *, today: date
) -> list[Trainee]:
    """The person's enrolment in the class, or one as it would be."""
    current = await heard.current_key(connection, person)
    theirs = [each for each in trainees if each.person == current]
    return theirs or [Trainee(_NOBODYS, class_.id, current, "", Outcome.COMPLETED, max(today, class_.starts_on))]


async def _standing(connection: AsyncConnection, found: Found, ground: ClaimGround, *, at: datetime) -> Standing:
    source = ground.source
    earlier = await claim_store.of_source(connection, source.kind, source.id)
    own = next((each.id for each in earlier if each.status in IN_PROGRESS), _NOBODYS)
    return Standing(
        held=await line_store.held(connection, found.keys, outside=own),
        rate=None if ground.policy_row is None else ground.policy_row.amount_fen,
        terms=ground.terms,
        grounds=ground.grounds,
        decided_at=at,
        flagged=await hold_store.upheld(connection, source.id),
        objected=await hold_store.objected(connection, source.id),
    )


def _imagined(training: AskedTraining, *, reporting_region: str) -> TrainingClass:
    return TrainingClass(
        id=_NOBODYS,
        institution_id=_NOBODYS,
        region=training.region,
        reporting_region=reporting_region,
        occupation=training.occupation,
        award=training.award,
        fund_source=None,
        starts_on=training.starts_on,
        state="",
        enrolled=0,
        local_id=None,
    )
