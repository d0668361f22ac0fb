"""Rectify, recheck, assign and reopen findings, and keep a class from completion while a critical one is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.flags import usecases as flag_usecases
from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from services.registry.supervision.rules import findings as rules
from services.registry.supervision.rules import patrols as patrol_rules
from services.registry.supervision.rules.findings import Finding, FindingAssignment, FindingEvent, FindingVerb
from services.registry.supervision.store import findings as store
from shared.backbone import outbox
from shared.contracts.registry.supervision import FindingState
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


class RecheckReport(NamedTuple):
    """The result of a recheck; if it did not pass, `due_on` is the new due day, by default the usual one."""

    passed: bool
    said: str
    due_on: date | None = None


async def rectify(
    connection: AsyncConnection, finding_id: UUID, *, said: str, evidence: str | None, caller: Caller, at: datetime
) -> Finding:
    """Report a rectification, as the institution.

    Raises NotFound, ForeignOrganisation, IllegalMove.
    """
    before = await store.load(connection, finding_id, lock=True)
    caller.require_organisation(before.institution_id)
    class_ = await _class(connection, before)
    after, fact = rules.rectify(before, class_, by=caller.person, at=at)
    event = _event(after, FindingVerb.RECTIFY, said, evidence, by=caller.person, at=at)
    return await _keep(connection, after, fact, event)


async def recheck(
    connection: AsyncConnection, finding_id: UUID, rechecked: RecheckReport, *, caller: Caller, at: datetime
) -> Finding:
    """Close or reopen a rectified finding, as an officer of its region or above and of its level or above.

    Raises NotFound, ForeignRegion, FindingOfHigherLevel, IllegalMove, SamePerson, FindingDueTooEarly.
    """
    before, rulebook = await _lock(connection, finding_id, caller)
    rules.require_level(before, patrol_rules.level_of(rulebook.plan, caller))
    class_ = await _class(connection, before)
    by = caller.person
    if rechecked.passed:
        after, closed = rules.pass_(before, class_, by=by, at=at)
        return await _keep(
            connection, after, closed, _event(after, FindingVerb.PASS, rechecked.said, None, by=by, at=at)
        )
    due_on = _due_on(rechecked.due_on, before, class_, rulebook, at=at)
    after, reopened = rules.fail(before, class_, due_on=due_on, by=by, at=at)
    return await _keep(connection, after, reopened, _event(after, FindingVerb.FAIL, rechecked.said, None, by=by, at=at))


async def reopen(
    connection: AsyncConnection, finding_id: UUID, *, said: str, due_on: date | None, caller: Caller, at: datetime
) -> Finding:
    """Open a closed finding again, as an officer of its region or above and of its level or above.

    A critical one of a completed class is flagged (C25). Raises NotFound, ForeignRegion,
    FindingOfHigherLevel, IllegalMove, FindingDueTooEarly.
    """
    before, rulebook = await _lock(connection, finding_id, caller)
    rules.require_level(before, patrol_rules.level_of(rulebook.plan, caller))
    class_ = await _class(connection, before, lock=True)
    due = _due_on(due_on, before, class_, rulebook, at=at)
    after, fact = rules.reopen(before, class_, due_on=due, at=at)
    event = _event(after, FindingVerb.REOPEN, said, None, by=caller.person, at=at)
    if class_ is not None:
        await flag_usecases.raise_all(connection, list(rules.found_late(after, class_)), at=at, rulebook=rulebook)
    return await _keep(connection, after, fact, event)


async def assign(
    connection: AsyncConnection, finding_id: UUID, person: str | None, *, said: str, caller: Caller, at: datetime
) -> Finding:
    """Give a finding to an officer, or back to its county, as an officer of its region or above.

    A repeat returns it unchanged. Raises NotFound, ForeignRegion.
    """
    before, _ = await _lock(connection, finding_id, caller)
    if before.assigned_to == person:
        return before
    after = replace(before, assigned_to=person)
    # Whose it is concerns no other service, so there is no fact, and the version stays.
    await store.save(connection, after, expected=before.version)
    assignment = FindingAssignment(new_id(), finding_id, person, caller.person, at, said)
    await store.add_assignment(connection, assignment)
    return after


async def require_no_hazards(connection: AsyncConnection, class_: TrainingClass, *, at: datetime) -> None:
    """Check that no critical hazard is open at the institution or at a site of the class. Raises HazardsOpen."""
    sites = {site.site_id for site in await class_store.sites(connection, class_, since=at)}
    rules.require_no_hazards(await store.critical_hazards_left(connection, class_.institution_id, sites))


async def visible_finding(connection: AsyncConnection, finding_id: UUID, caller: Caller) -> Finding:
    """A finding that the caller may read: institutions read their own, officers those of their region.

    Raises NotFound, ForeignOrganisation, ForeignRegion.
    """
    finding = await store.load(connection, finding_id)
    await visibility.require_readable(connection, caller, finding)
    return finding


async def require_none_critical(connection: AsyncConnection, class_id: UUID) -> None:
    """Check that every critical finding of the class is closed. Raises CriticalFindingOpen."""
    rules.require_closed(await store.critical_left(connection, class_id))


async def _lock(connection: AsyncConnection, finding_id: UUID, caller: Caller) -> tuple[Finding, Rulebook]:
    """Raises NotFound, ForeignRegion."""
    finding = await store.load(connection, finding_id, lock=True)
    rulebook = await rulebook_store.current(connection)
    caller.require_region(rulebook.plan.region_and_above(finding.region, on=caller.today))
    return finding, rulebook


async def _class(connection: AsyncConnection, finding: Finding, *, lock: bool = False) -> TrainingClass | None:
    """The class of the finding; None for a hazard, which has none."""
    return None if finding.class_id is None else await class_store.load(connection, finding.class_id, lock=lock)


def _due_on(
    asked: date | None, finding: Finding, class_: TrainingClass | None, rulebook: Rulebook, *, at: datetime
) -> date:
    """Raises FindingDueTooEarly."""
    day, region = (business_day(at), finding.region) if class_ is None else (class_.starts_on, class_.region)
    policy = rulebook.policy(day, region)
    return rules.due_day(asked, since=business_day(at), days=policy.patrol_finding_due_days)


async def _keep(connection: AsyncConnection, after: Finding, fact: FindingState | None, event: FindingEvent) -> Finding:
    await store.save(connection, after, expected=after.version - 1)
    await store.add_events(connection, [event])
    if fact is not None:
        await outbox.record(connection, fact)
    return after


def _event(
    after: Finding, verb: FindingVerb, said: str, evidence: str | None, *, by: str, at: datetime
) -> FindingEvent:
    return FindingEvent(after.id, after.version, verb, by, at, said, after.due_on, evidence)
