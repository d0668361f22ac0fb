"""Checks of entries against plan, policy and directory, which are read once for all rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import RosterClosed, TrainingClass
from services.registry.directory.rules.listings import require_listed
from services.registry.directory.rules.sanctions import require_not_stopped
from services.registry.directory.store import listings as listing_store
from services.registry.directory.store.sanctions import SANCTIONS
from services.registry.enrolments.rules import ages, trainees
from services.registry.enrolments.rules.interruptions import ClassOver
from services.registry.enrolments.rules.late_entries import late_day
from services.registry.enrolments.rules.trainees import EntryParticulars
from services.registry.particulars.rules import name_fault, phone_fault
from services.registry.plan.rules.policy import Policy
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from shared.kernel.identity import DocumentKind, IdentityDocument
from shared.kernel.refusals import Refusal
from shared.plan import Plan


class EntryStatement(NamedTuple):
    """What an institution states about a person at entry. `unread` are the fields that could not be read, at least in
    part: None does not mean that they were omitted.
    """

    document_kind: DocumentKind | None
    name: str | None
    phone: str | None
    programme: str | None
    at_entry: EntryParticulars
    unread: Collection[str] = ()


@dataclass(frozen=True)
class Checks:
    """By class: `policies`, `closed` (why it takes no trainees) and `late_days` (the first day of late entrants)."""

    today: date
    plan: Plan
    policies: Mapping[UUID, Policy]
    closed: Mapping[UUID, Refusal]
    late_days: Mapping[UUID, date]

    def faults(self, entry: EntryStatement, *, number: str | None, class_: TrainingClass | None) -> list[Refusal]:
        """All faults of an entry that do not depend on stored enrolments.

        `number` is the verified document number. Checks that need a `number` or `class_` that is None, or a field that
        could not be read, are skipped.
        """
        policy = None if class_ is None else self.policies[class_.id]
        said, kind = entry.at_entry, entry.document_kind
        shown = None if number is None or kind is None else IdentityDocument(kind, number).birth_date
        found = [
            None
            if entry.programme is None
            else self._programme_fault(entry.programme, on=self.today if class_ is None else class_.starts_on),
            None if entry.name is None else name_fault(entry.name),
            phone_fault(entry.phone),
            ages.birth_date_fault(shown, said),
        ]
        if class_ is not None and policy is not None:
            knows_pension = "draws_pension" not in entry.unread
            found.append(ages.age_fault(shown, said, class_=class_, policy=policy, knows_pension=knows_pension))
            found.append(
                trainees.missing_fault(entry.phone, said, kind=kind, class_=class_, policy=policy, unread=entry.unread)
            )
        faults = [fault for fault in found if fault is not None]
        return faults + trainees.paper_faults(said, ages.born_on(shown, said), today=self.today)

    def _programme_fault(self, programme: str, *, on: date) -> Refusal | None:
        try:
            self.plan.primary_programme(programme, on=on)
        except Refusal as refusal:
            return refusal
        return None


async def checks_for(
    connection: AsyncConnection, institution_id: UUID, classes: Sequence[TrainingClass], *, today: date
) -> Checks:
    """The checks for rows of these `classes` of the institution. Raises PolicyUnset."""
    rulebook = await rulebook_store.current(connection)
    policies = {each.id: rulebook.policy(each.starts_on, each.region) for each in classes}
    closed = await _closed(connection, institution_id, classes, rulebook)
    return Checks(today, rulebook.plan, policies, closed, _late_days(classes, policies, closed, today=today))


def _late_days(
    classes: Sequence[TrainingClass],
    policies: Mapping[UUID, Policy],
    closed: dict[UUID, Refusal],
    *,
    today: date,
) -> dict[UUID, date]:
    """First training day of late entrants, by class. Classes that are over are added to `closed`."""
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
    connection: AsyncConnection, institution_id: UUID, classes: Sequence[TrainingClass], rulebook: Rulebook
) -> dict[UUID, Refusal]:
    """The refusal of each class that takes no trainees: by its state, or by the directory on its first day.

    The rules are those of `directory.require_open`, for many classes at once.
    """
    if not classes:
        return {}
    earliest = min(each.starts_on for each in classes)
    sanctions = await SANCTIONS.since(connection, institution_id, earliest)
    subsidised = any(each.fund_source is not None and each.project is not None for each in classes)
    listings = await listing_store.since(connection, institution_id, earliest) if subsidised else []
    closed: dict[UUID, Refusal] = {}
    for class_ in classes:
        try:
            if not class_.takes_trainees:
                raise RosterClosed(state=class_.status)
            require_not_stopped(sanctions, day=class_.starts_on)
            if class_.fund_source is not None and class_.project is not None:
                project = rulebook.project(class_.project, day=class_.starts_on)
                require_listed(project, listings, day=class_.starts_on)
        except Refusal as refusal:
            closed[class_.id] = refusal
    return closed
