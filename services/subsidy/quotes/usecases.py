"""Quote for what can be claimed for, or for one person; a quote binds the row of the claim for the same."""

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
from services.subsidy.kinds.rules import KINDS, Basis
from services.subsidy.limits import rules as limits
from services.subsidy.policy import store as policy_store
from services.subsidy.policy.rules import Binding
from services.subsidy.quotes import rules
from services.subsidy.quotes.rules import QuotedLine, QuoteUnspecific
from services.subsidy.trainings import store as trainings
from services.subsidy.trainings.rules import Outcome, Trainee, TrainingClass
from services.subsidy.trainings.usecases import acting, load_plan
from shared import heard, reach
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignPerson, Role, Whose
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.plan import Plan, UnknownRegion

_NOBODYS: Final = UUID(int=0)


@dataclass(frozen=True)
class AskedTraining:
    """A training that no class was filed for yet."""

    occupation: str
    award: Award
    region: str
    starts_on: date


class Subject(NamedTuple):
    """What is asked about: a class, an exam or a certificate, as a claim of a kind would be for it."""

    kind: SubsidyKind
    source_id: UUID


class Quote(NamedTuple):
    """What would be paid, by which rows; `valid_until` if it binds the row for the subject's claim."""

    id: UUID
    subject: Subject | None
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
    subject: Subject | None,
    person: UUID | None,
    training: AskedTraining | None,
    caller: Caller,
    at: datetime,
) -> Quote:
    """What a claim would pay if everybody completes the class who still may, and shows the award.

    Raises QuoteUnspecific, NotYetReceived, NotSubsidised, ForeignOrganisation, ForeignRegion, PolicyUnset,
    ForeignPerson, NoApprenticeship.
    """
    if (subject is None) is (training is None):
        raise QuoteUnspecific
    plan, today = await load_plan(connection), business_day(at)
    if caller.role is Role.HOLDER:
        person = await _own(connection, person, caller)
    if training is not None:
        if person is None:
            raise QuoteUnspecific
        class_ = _imagined(training, plan)
        found = await _of_class(connection, class_, [], SubsidyKind.TRAINING, person=person, today=today)
    else:
        assert subject is not None, "checked before"
        found = await _of_subject(connection, subject, person=person, today=today)
        source = found.source
        if caller.whose is Whose.REGION:
            caller.require_region(plan.region_and_above(source.region, on=today))
        else:
            (await acting(connection, caller)).require_organisation(source.institution_id)
        if source.fund_source is None:
            raise NotSubsidised
    claimed_on = max(today, found.source.starts_on)
    ground = await drafts.ground_of(connection, found, plan=plan, claimed_on=claimed_on)
    standing = await _standing(connection, found, ground, at=at)
    lines = rules.quoted(found.source, found.entries, standing, claimed_on=claimed_on)
    id_ = new_id()
    valid_until = None
    if subject is not None and ground.policy_row is not None:
        ladder = limits.ladder_on(ground.limit_rows, day=today, region_and_above=ground.above)
        if ladder.quote_days is not None:
            valid_until = today + timedelta(days=ladder.quote_days)
            row, kind = ground.policy_row.id, subject.kind
            binding = Binding(id_, subject.source_id, row, today, valid_until, caller.person, at, kind)
            await policy_store.bind(connection, binding)
    return Quote(id_, subject, ground, lines, valid_until)


async def _own(connection: AsyncConnection, person: UUID | None, caller: Caller) -> UUID:
    """The holder, who asks for nobody else. Raises ForeignPerson."""
    own = await heard.current_key(connection, caller.holder)
    if person is not None and await heard.current_key(connection, person) != own:
        raise ForeignPerson
    return own


async def _of_subject(connection: AsyncConnection, subject: Subject, *, person: UUID | None, today: date) -> Found:
    """What the subject's claim would be built from; of a class as if everybody completed it."""
    if KINDS[subject.kind].built_from is Basis.CLASS:
        class_ = await sources.find_class(connection, subject.source_id)
        trainees = rules.assumed(await trainings.trainees(connection, class_.id))
        return await _of_class(connection, class_, trainees, subject.kind, person=person, today=today)
    found = await sources.find(connection, subject.kind, subject.source_id, on=today)
    if person is None:
        return found
    current = await heard.current_key(connection, person)
    return found.only({each.id for each in found.entries if each.person == current})


async def _of_class(
    connection: AsyncConnection,
    class_: TrainingClass,
    trainees: Sequence[Trainee],
    kind: SubsidyKind,
    *,
    person: UUID | None,
    today: date,
) -> Found:
    if person is not None:
        trainees = await _only(connection, person, trainees, class_, today=today)
    found = await sources.of_class(connection, class_, trainees, kind)
    soonest = max(today, class_.starts_on)
    return found._replace(entries=rules.showing_award(found.source, found.entries, today=soonest))


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


def _imagined(training: AskedTraining, plan: Plan) -> TrainingClass:
    """The class that the training would be. Raises UnknownRegion."""
    region = plan.regions.get(training.region)
    if region is None:
        raise UnknownRegion(pointer="/region")
    return TrainingClass(
        id=_NOBODYS,
        institution_id=_NOBODYS,
        region=training.region,
        reporting_region=region.on(training.starts_on).reporting_region or training.region,
        occupation=training.occupation,
        award=training.award,
        fund_source=None,
        starts_on=training.starts_on,
        state="",
        enrolled=0,
        local_id=None,
    )
