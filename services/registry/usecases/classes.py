"""File, approve, start, complete and cancel a class."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import classes as rules
from services.registry.domain import enrolments as enrolment_rules
from services.registry.domain.classes import TrainingClass
from services.registry.store import classes as store
from services.registry.store import enrolments as enrolment_store
from services.registry.store import institutions as institution_store
from services.registry.store import plan as plan_store
from services.registry.store.classes import Headcount
from shared.backbone import outbox
from shared.contracts.dimensions import FundSource
from shared.contracts.registry import ClassState, ClassStatus
from shared.kernel.callers import Caller, ForeignOrganisation, Role
from shared.kernel.ids import new_id
from shared.kernel.levels import Level
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken


@dataclass(frozen=True)
class Filing:
    """What an institution says of a class it files."""

    local_id: str
    programme: str
    region: str
    occupation: str
    level: str
    fund_source: FundSource | None
    starts_on: date
    ends_on: date
    hours: int
    seats: int


async def file(connection: AsyncConnection, filing: Filing, *, caller: Caller, at: datetime) -> TrainingClass:
    """A new class of the caller's institution; the same filing under the same local_id answers the one that exists.

    Raises WrongRole, NotFound, LocalIdTaken, EndsBeforeStart, and what programme, region, occupation or level may be
    refused for.
    """
    caller.require(Role.INSTITUTION)
    if caller.organisation is None:
        raise ForeignOrganisation
    await institution_store.load(connection, caller.organisation)
    plan = await plan_store.load(connection)
    class_ = TrainingClass(
        id=new_id(),
        institution_id=caller.organisation,
        local_id=filing.local_id,
        programme=plan.primary_programme(filing.programme),
        region=filing.region,
        reporting_region=plan.reporting_region(filing.region, on=filing.starts_on),
        occupation=parse_occupation(filing.occupation),
        level=Level.from_code(filing.level),
        fund_source=filing.fund_source,
        starts_on=filing.starts_on,
        ends_on=filing.ends_on,
        hours=filing.hours,
        seats=filing.seats,
        status=ClassStatus.FILED,
        filed_by=caller.person,
        version=1,
    )
    fact = rules.file(class_, at=at)
    known = await store.find_by_local_id(connection, caller.organisation, filing.local_id)
    if known is not None:
        if not known.same_filing(class_):
            raise LocalIdTaken(pointer="/local_id")
        return known
    await store.add(connection, class_)
    await outbox.record(connection, fact)
    return class_


async def approve(connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime) -> TrainingClass:
    """Accept a filed class, as an officer of its county or above. Raises WrongRole, ForeignRegion and the rule's."""
    caller.require(Role.COUNTY_OFFICER)

    async def decide(class_: TrainingClass, count: Headcount) -> tuple[TrainingClass, ClassState]:
        caller.require_region((await plan_store.load(connection)).region_and_above(class_.region))
        return rules.approve(class_, by=caller.person, at=at, enrolled=count.enrolled)

    return await _move(connection, class_id, decide)


async def start(connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime) -> TrainingClass:
    """Open an approved class. Raises WrongRole, ForeignOrganisation and the rule's."""

    async def decide(class_: TrainingClass, count: Headcount) -> tuple[TrainingClass, ClassState]:
        _require_own(class_, caller)
        return rules.start(class_, today=business_day(at), at=at, enrolled=count.enrolled)

    return await _move(connection, class_id, decide)


async def complete(connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime) -> TrainingClass:
    """End a class whose trainees all have an outcome. Raises WrongRole, ForeignOrganisation and the rule's."""

    async def decide(class_: TrainingClass, count: Headcount) -> tuple[TrainingClass, ClassState]:
        _require_own(class_, caller)
        return rules.complete(
            class_, in_training=count.in_training, today=business_day(at), at=at, enrolled=count.enrolled
        )

    return await _move(connection, class_id, decide)


async def cancel(connection: AsyncConnection, class_id: UUID, *, caller: Caller, at: datetime) -> TrainingClass:
    """Give a class up and withdraw who has no outcome. Raises WrongRole, ForeignOrganisation, IllegalMove."""

    async def decide(class_: TrainingClass, count: Headcount) -> tuple[TrainingClass, ClassState]:
        _require_own(class_, caller)
        after, fact = rules.cancel(class_, at=at, enrolled=count.enrolled)
        withdrawn = [
            enrolment_rules.withdraw(each, class_, on=business_day(at), at=at)
            for each in await enrolment_store.in_training(connection, class_id)
        ]
        await enrolment_store.save_all(connection, [enrolment for enrolment, _ in withdrawn])
        await outbox.record_all(connection, [each for _, each in withdrawn])
        return after, fact

    return await _move(connection, class_id, decide)


Decide = Callable[[TrainingClass, Headcount], Awaitable[tuple[TrainingClass, ClassState]]]


async def _move(connection: AsyncConnection, class_id: UUID, decide: Decide) -> TrainingClass:
    # The class is locked, so that no roster and no outcome comes in between the headcount and the move.
    before = await store.load(connection, class_id, lock=True)
    after, fact = await decide(before, await store.headcount(connection, class_id))
    await store.save(connection, after, expected=before.version)
    await outbox.record(connection, fact)
    return after


def _require_own(class_: TrainingClass, caller: Caller) -> None:
    caller.require(Role.INSTITUTION)
    caller.require_organisation(class_.institution_id)
