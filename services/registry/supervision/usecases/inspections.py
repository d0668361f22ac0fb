"""Record inspections of an institution or one of its sites, with the hazards found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import sites as site_store
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from services.registry.supervision.rules import findings as finding_rules
from services.registry.supervision.rules import inspections as rules
from services.registry.supervision.rules.findings import OPEN, Finding, FindingEvent
from services.registry.supervision.rules.inspections import Inspection
from services.registry.supervision.rules.patrols import level_of
from services.registry.supervision.store import findings as finding_store
from services.registry.supervision.store import inspections as store
from services.registry.supervision.usecases.patrols import FindingReport
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.kernel.refusals import LocalIdTaken, NotFound


class InspectionReport(NamedTuple):
    """An inspection as the officer reports it. `local_id` is the officer's own id of it."""

    local_id: str
    inspected_at: datetime
    site_id: UUID | None = None
    note: str = ""
    hazards: Sequence[FindingReport] = ()


class InspectionAndHazards(NamedTuple):
    inspection: Inspection
    hazards: list[Finding]


async def record(
    connection: AsyncConnection, institution_id: UUID, report: InspectionReport, *, caller: Caller, at: datetime
) -> InspectionAndHazards:
    """A new inspection, by an officer of the region or above: the site's if it is of one, else the institution's. A
    repeat returns the existing one.

    Raises NotFound, ForeignRegion, LocalIdTaken, InspectionAhead, FindingDueTooEarly.
    """
    # The institution is locked, so that of two concurrent repeats the second one finds the first.
    institution = await institution_store.load(connection, institution_id, lock=True)
    rulebook = await rulebook_store.current(connection)
    region, reporting_region = institution.region, institution.reporting_region
    if report.site_id is not None:
        site = await site_store.load(connection, report.site_id, pointer="/site_id")
        if site.institution_id != institution_id:
            raise NotFound(pointer="/site_id", what="site", id=report.site_id)
        region, reporting_region = site.region, site.reporting_region
    await visibility.require_region(connection, caller, region)
    inspection = Inspection(
        id=new_id(),
        institution_id=institution_id,
        site_id=report.site_id,
        region=region,
        reporting_region=reporting_region,
        level=level_of(rulebook.plan, caller),
        local_id=report.local_id,
        inspected_at=report.inspected_at,
        note=report.note,
        done_by=caller.person,
    )
    known = await store.find_by_local_id(connection, caller.person, report.local_id)
    if known is not None:
        return await _repeated(connection, known, inspection, report.hazards, rulebook)
    rules.require_past(report.inspected_at, at=at)
    hazards = _hazards(inspection, report.hazards, rulebook)
    await store.add(connection, inspection)
    await finding_store.add_all(connection, hazards)
    opened = [FindingEvent(each.id, 1, OPEN, caller.person, at, each.found, each.due_on) for each in hazards]
    await finding_store.add_events(connection, opened)
    return InspectionAndHazards(inspection, hazards)


async def visible_inspection(connection: AsyncConnection, inspection_id: UUID, caller: Caller) -> InspectionAndHazards:
    """An inspection with its hazards as they are now.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    inspection = await store.load(connection, inspection_id)
    await visibility.require_readable(connection, caller, inspection)
    return InspectionAndHazards(inspection, await finding_store.of_inspection(connection, inspection_id))


async def _repeated(
    connection: AsyncConnection,
    known: Inspection,
    inspection: Inspection,
    reported: Sequence[FindingReport],
    rulebook: Rulebook,
) -> InspectionAndHazards:
    """The `known` inspection, if this is a repeat of it. Raises LocalIdTaken."""
    before = await finding_store.of_inspection(connection, known.id)
    due = await finding_store.first_due(connection, inspection_id=known.id)
    then = [(each.severity, each.found, day) for each, day in zip(before, due, strict=True)]
    now = [(each.severity, each.found, each.due_on) for each in _hazards(known, reported, rulebook)]
    if not known.same_as(inspection) or then != now:
        raise LocalIdTaken(pointer="/local_id")
    return InspectionAndHazards(known, before)


def _hazards(inspection: Inspection, reported: Sequence[FindingReport], rulebook: Rulebook) -> list[Finding]:
    """The hazards of a new inspection. Raises FindingDueTooEarly."""
    day = business_day(inspection.inspected_at)
    days = rulebook.policy(day, inspection.region).patrol_finding_due_days
    return [
        Finding(
            id=new_id(),
            patrol_id=None,
            number=number,
            class_id=None,
            institution_id=inspection.institution_id,
            region=inspection.region,
            reporting_region=inspection.reporting_region,
            level=inspection.level,
            severity=each.severity,
            found=each.found,
            due_on=finding_rules.due_day(each.due_on, since=day, days=days, pointer=f"/hazards/{number - 1}/due_on"),
            inspection_id=inspection.id,
            site_id=inspection.site_id,
        )
        for number, each in enumerate(reported, start=1)
    ]
