"""What every row of a roster is checked against: plan, policy and directory, looked up once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import trainees
from services.registry.domain.classes import RosterClosed, TrainingClass
from services.registry.domain.interruptions import ClassOver
from services.registry.domain.late_entries import late_day
from services.registry.domain.listings import require_listed
from services.registry.domain.policy import Policy, policy_on
from services.registry.domain.sanctions import require_not_stopped
from services.registry.domain.trainees import AtEntry
from services.registry.store import listings as listing_store
from services.registry.store import plan as plan_store
from services.registry.store import policy as policy_store
from services.registry.store import projects as project_store
from services.registry.store import sanctions as sanction_store
from shared.kernel.refusals import Refusal
from shared.persons import Particulars
from shared.plan import Plan


@dataclass(frozen=True)
class Checks:
    """`policies`, `closed` (why a class takes nobody) and `late_days` (see there) are by class."""

    today: date
    plan: Plan
    policies: Mapping[UUID, Policy]
    closed: Mapping[UUID, Refusal]
    late_days: Mapping[UUID, date]

    def fault(
        self, particulars: Particulars, number: str, programme: str | None, said: AtEntry, class_: TrainingClass
    ) -> Refusal | None:
        """The first thing that speaks against a row by itself; `number` is that of its document, found right."""
        policy = self.policies[class_.id]
        try:
            if programme is not None:
                self.plan.primary_programme(programme)
            trainees.require_name(particulars.name)
            trainees.require_phone(particulars.phone)
            trainees.require_age(particulars.document_kind, number, said, class_=class_, policy=policy)
            trainees.require_dated(said, today=self.today)
            trainees.require_complete(particulars.phone, said, class_=class_, policy=policy)
        except Refusal as refusal:
            return refusal
        return None


async def checks_for(
    connection: AsyncConnection, institution_id: UUID, classes: Sequence[TrainingClass], *, today: date
) -> Checks:
    """What rows for these `classes` of the institution are checked against. Raises PolicyUnset."""
    plan = await plan_store.load(connection)
    rows = await policy_store.rows(connection) if classes else []
    policies: dict[tuple[date, str], Policy] = {}
    for class_ in classes:
        place = (class_.starts_on, class_.region)
        if place not in policies:
            policies[place] = policy_on(rows, day=place[0], region_and_above=plan.region_and_above(place[1]))
    of_class = {each.id: policies[each.starts_on, each.region] for each in classes}
    closed = await _closed(connection, institution_id, classes)
    return Checks(today, plan, of_class, closed, _late_days(classes, of_class, closed, today=today))


def _late_days(
    classes: Sequence[TrainingClass],
    policies: Mapping[UUID, Policy],
    closed: dict[UUID, Refusal],
    *,
    today: date,
) -> dict[UUID, date]:
    """The first day of who enters each of the `classes` that began without them; those that are over are `closed`."""
    late_days = {}
    for class_ in classes:
        try:
            day = late_day(class_, policies[class_.id], today=today)
        except ClassOver as refusal:
            closed.setdefault(class_.id, refusal)
        else:
            if day is not None:
                late_days[class_.id] = day
    return late_days


async def _closed(
    connection: AsyncConnection, institution_id: UUID, classes: Sequence[TrainingClass]
) -> dict[UUID, Refusal]:
    """Why each of the `classes` that takes nobody does not: it is over, or the directory of its first day forbids it.

    The rules are those of `directory.require_open`, for many classes at once.
    """
    if not classes:
        return {}
    earliest = min(each.starts_on for each in classes)
    sanctions = await sanction_store.since(connection, institution_id, earliest)
    subsidised = {each.project for each in classes if each.fund_source is not None and each.project is not None}
    projects = {code: await project_store.load(connection, code) for code in sorted(subsidised)}
    listings = await listing_store.since(connection, institution_id, earliest) if subsidised else []
    closed: dict[UUID, Refusal] = {}
    for class_ in classes:
        try:
            if not class_.takes_trainees:
                raise RosterClosed(state=class_.status)
            require_not_stopped(sanctions, day=class_.starts_on)
            if class_.fund_source is not None and class_.project is not None:
                require_listed(projects[class_.project], listings, day=class_.starts_on)
        except Refusal as refusal:
            closed[class_.id] = refusal
    return closed
