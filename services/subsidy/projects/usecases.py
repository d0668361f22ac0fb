"""File, approve and reject projects, enter results, judge years, cancel and reinstate: each decision by two persons.

Each instalment of a grant is a claim, approved with the project. So the whole grant is committed in the budget from
then on, and is paid, recovered and shown as every other claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as claim_rules
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.states import IN_PROGRESS, SPENT, ClaimVerb
from services.subsidy.claims.store import claims as claim_store
from services.subsidy.claims.store import holds, lines
from services.subsidy.claims.usecases import aftermath, drafts, sources, steps
from services.subsidy.grants import store as grants
from services.subsidy.grants.rules import FIGURES, Instalment, ProjectKind
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.payees import store as payees
from services.subsidy.projects import rules, store
from services.subsidy.projects.rules import (
    Project,
    ProjectKnown,
    ProjectStatus,
    ProjectVerb,
    ProjectVerdict,
    Result,
    YearVerdict,
)
from services.subsidy.review import rules as review
from services.subsidy.trainings import usecases as sights
from services.subsidy.trainings.usecases import load_plan
from shared import reach
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.dated_rules.figures import FigureRow, nearest
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import business_day
from shared.kernel.refusals import NotYetReceived
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal

_PREPARED = frozenset({ClaimStatus.DRAFT, ClaimStatus.RETURNED})
_UNPAID = IN_PROGRESS | {ClaimStatus.PAYMENT_FAILED}


class GrantedInstalment(NamedTuple):
    """An instalment with the latest claim for it that was neither rejected nor withdrawn, if there is one."""

    instalment: Instalment
    claim_id: UUID | None
    status: ClaimStatus | None


@dataclass(frozen=True)
class ProjectReading:
    """A project with everything that was entered about it, oldest first."""

    project: Project
    instalments: Sequence[GrantedInstalment]
    results: Sequence[Result]
    verdicts: Sequence[YearVerdict]


class KindProgress(NamedTuple):
    """Projects of a kind that begin in a year, beside the plan's figure; None where there is none for the region."""

    kind: ProjectKind
    planned: int | None
    filed: int
    approved: int
    cancelled: int
    granted_fen: Fen


async def file(connection: AsyncConnection, asked: Project, *, caller: Caller) -> Project:
    """`asked` in the region of its payee, waiting for a second person; a repeat returns the one that is there.

    Raises NotYetReceived, ForeignRegion, ProjectKnown and the rule's refusals.
    """
    payee = await payees.payee(connection, asked.institution_id)
    if payee is None or payee.name is None:
        raise NotYetReceived(what="institution", id=asked.institution_id)
    plan = await load_plan(connection)
    reach.require_reached(plan, caller, region=payee.region, organisation_id=asked.institution_id)
    project = replace(asked, region=payee.region, reporting_region=payee.reporting_region)
    known = await store.named(connection, project.institution_id, project.kind, project.name)
    if known is not None:
        if project.is_same(known):
            return known
        raise ProjectKnown(pointer="/name", project_id=str(known.id))
    day = rules.first_day(project)
    rules.require_sound(project, await _figures(connection, plan.region_and_above(project.region, on=day), day=day))
    proposal = _proposal(project, rules.KIND, {}, reason=project.reason, by=project.filed_by, at=project.filed_at)
    await proposals.add(connection, replace(proposal, id=project.proposal_id))
    await store.add(connection, project)
    return project


async def approve(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Approve the project of a proposal that is being confirmed, and commit its grant.

    Raises WrongRole unless the caller is of the province, IllegalMove, OverBudget, FlagsOpen, FlagsUpheld.
    """
    caller.require(Role.PROVINCE)
    after = rules.approve(await _of(connection, proposal), by=caller.person, at=at)
    await store.save(connection, after)
    await grants.add_all(connection, rules.instalments_of(after, [new_id() for _ in after.instalments]))
    await _grant(connection, after, by=caller.person, at=at)


async def reject(connection: AsyncConnection, proposal: Proposal) -> None:
    """Reject the project of a proposal that is being rejected. Raises IllegalMove."""
    await store.save(connection, rules.moved(await _of(connection, proposal), ProjectVerb.REJECT))


async def enter_result(connection: AsyncConnection, result: Result, *, caller: Caller) -> Result:
    """The figure that was reached of a target; the same again changes nothing, another one replaces it.

    Raises NotFound, ForeignOrganisation, ForeignRegion, IllegalMove, NoSuchTarget.
    """
    project = await _handled(connection, result.project_id, caller=caller)
    rules.moved(project, ProjectVerb.JUDGE)
    rules.require_target(project, result.year, result.measure)
    before = [
        each
        for each in await store.results(connection, project.id)
        if (each.year, each.measure) == (result.year, result.measure)
    ]
    if before and result.is_same(before[-1]):
        return before[-1]
    await store.add_result(connection, result)
    return result


async def propose_verdict(
    connection: AsyncConnection,
    project_id: UUID,
    year: int,
    verdict: ProjectVerdict | None,
    *,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose a verdict on a year, or with None that the one that stands is taken back.

    Raises NotFound, ForeignRegion, AlreadyProposed and the rule's refusals.
    """
    project = await _handled(connection, project_id, caller=caller)
    await _judged(connection, project, year, verdict, at=at)
    content = {"year": year, "verdict": None if verdict is None else verdict.value}
    proposal = _proposal(project, rules.VERDICT, content, reason=reason, by=caller.person, at=at)
    return await proposals.add(connection, proposal)


async def give_verdict(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Give the verdict of a proposal that is being confirmed. Raises WrongRole and the rule's refusals."""
    caller.require(Role.PROVINCE)
    year, named = proposal.content["year"], proposal.content["verdict"]
    verdict = None if named is None else ProjectVerdict(named)
    before = await _of(connection, proposal)
    await store.save(connection, await _judged(connection, before, year, verdict, at=at))
    given = YearVerdict(
        id=new_id(),
        project_id=before.id,
        year=year,
        verdict=verdict,
        reason=proposal.reason,
        proposed_by=proposal.proposed_by,
        confirmed_by=caller.person,
        confirmed_at=at,
    )
    await store.add_verdict(connection, given)


async def propose_cancellation(
    connection: AsyncConnection, project_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose that nothing more is paid, and that what was paid comes back.

    Raises NotFound, ForeignRegion, AlreadyProposed, ClaimInBatch and the rule's refusals.
    """
    project = await _handled(connection, project_id, caller=caller)
    await _cancelled(connection, project, await _claims(connection, project))
    proposal = _proposal(project, rules.CANCELLATION, {}, reason=reason, by=caller.person, at=at)
    return await proposals.add(connection, proposal)


async def cancel(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Cancel the project of a proposal that is being confirmed: what is committed and not paid is free again, and a
    case is opened for what was paid.

    Raises WrongRole, ClaimInBatch while an instalment is on its way to the bank, and the rule's refusals.
    """
    caller.require(Role.PROVINCE)
    before = await _of(connection, proposal)
    claims = await _claims(connection, before)
    await store.save(connection, await _cancelled(connection, before, claims))
    await grants.mark(connection, before.id, cancelled=True)
    for claim in claims:
        if claim.status in _UNPAID:
            await _give_up(connection, claim, reason=proposal.reason, by=caller.person, at=at)
    await aftermath.follow_claims(connection, [claim.id for claim in claims if claim.status is ClaimStatus.PAID], at=at)


async def propose_reinstatement(
    connection: AsyncConnection, project_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> Proposal:
    """Propose that a cancellation was a mistake. Raises NotFound, ForeignRegion, AlreadyProposed, IllegalMove."""
    project = await _handled(connection, project_id, caller=caller)
    rules.reinstate(project)
    proposal = _proposal(project, rules.REINSTATEMENT, {}, reason=reason, by=caller.person, at=at)
    return await proposals.add(connection, proposal)


async def reinstate(connection: AsyncConnection, proposal: Proposal, *, caller: Caller, at: datetime) -> None:
    """Take the cancellation back as a proposal says that is being confirmed: what was not paid is committed again, and
    what was paid and did not come back is owed no longer.

    Raises WrongRole, IllegalMove, OverBudget, FlagsOpen, FlagsUpheld.
    """
    caller.require(Role.PROVINCE)
    after = rules.reinstate(await _of(connection, proposal))
    await store.save(connection, after)
    await grants.mark(connection, after.id, cancelled=False)
    paid = [claim.id for claim in await _claims(connection, after) if claim.status is ClaimStatus.PAID]
    await aftermath.follow_claims(connection, paid, at=at)
    await _grant(connection, after, by=caller.person, at=at)


async def read(connection: AsyncConnection, project_id: UUID, *, caller: Caller) -> ProjectReading:
    """Raises NotFound, ForeignOrganisation, ForeignRegion."""
    sight = await sights.scope(connection, caller)
    project = await store.load(connection, project_id)
    sight.require(project, owner=project.institution_id)
    instalments = []
    for each in await grants.of_project(connection, project.id):
        found = await claim_store.of_source(connection, SubsidyKind.PROJECT_GRANT, each.id)
        instalments.append(GrantedInstalment(each, *(found[0] if found else (None, None))))
    results = await store.results(connection, project.id)
    return ProjectReading(project, instalments, results, await store.verdicts(connection, project.id))


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    kind: ProjectKind | None,
    status: ProjectStatus | None,
    year: int | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[Project]:
    """Projects that the caller sees. Raises NotYetReceived, UnknownRegion, ForeignOrganisation, ForeignRegion."""
    sight = await sights.scope(connection, caller, region=region)
    return await store.page(connection, sight, kind=kind, status=status, year=year, after=after, limit=limit)


async def progress(connection: AsyncConnection, *, region: str | None, year: int, caller: Caller) -> list[KindProgress]:
    """How many projects begin in `year`, by kind. Raises NotYetReceived, UnknownRegion, ForeignRegion."""
    sight = await sights.scope(connection, caller, region=region)
    plan = await load_plan(connection)
    of_province = sight.reach.code is None
    rows = await _figures(connection, plan.provinces, day=date(year, 1, 1)) if of_province else {}
    counted = {(each.kind, each.status): each for each in await store.counts(connection, sight.reach, year=year)}

    def of(kind: ProjectKind) -> KindProgress:
        found = {status: counted.get((kind, status)) for status in ProjectStatus}
        filed, approved, cancelled = (
            0 if (each := found[status]) is None else each.projects
            for status in (ProjectStatus.FILED, ProjectStatus.APPROVED, ProjectStatus.CANCELLED)
        )
        granted = found[ProjectStatus.APPROVED]
        planned = rules.figure_of(rows, FIGURES[kind].planned)
        return KindProgress(kind, planned, filed, approved, cancelled, Fen(0) if granted is None else granted.grant_fen)

    return [of(kind) for kind in ProjectKind]


async def _figures(connection: AsyncConnection, above: Sequence[str], *, day: date) -> Mapping[str, FigureRow]:
    return nearest(await LIMIT_ROW.entered_rows(connection), day=day, region_and_above=above)


async def _handled(connection: AsyncConnection, project_id: UUID, *, caller: Caller) -> Project:
    """The project, locked, for a caller who may change it. Raises NotFound, ForeignOrganisation, ForeignRegion."""
    sight = await sights.scope(connection, caller)
    project = await store.load(connection, project_id, lock=True)
    sight.require_handled(project, owner=project.institution_id)
    return project


async def _of(connection: AsyncConnection, proposal: Proposal) -> Project:
    """The project, locked, that a proposal is about."""
    return await store.load(connection, UUID(proposal.subject.removeprefix("projects/")), lock=True)


async def _judged(
    connection: AsyncConnection, project: Project, year: int, verdict: ProjectVerdict | None, *, at: datetime
) -> Project:
    return rules.judge(
        project,
        year,
        verdict,
        results=await store.results(connection, project.id),
        before=rules.standing(await store.verdicts(connection, project.id)).keys(),
        on=business_day(at),
    )


async def _cancelled(connection: AsyncConnection, project: Project, claims: Sequence[Claim]) -> Project:
    """Raises IllegalMove, NoGroundToCancel, ClaimInBatch."""
    has_paid = any(claim.status in SPENT for claim in claims)
    after = rules.cancel(project, await store.verdicts(connection, project.id), has_paid=has_paid)
    for claim in claims:
        await steps.require_outside_batches(connection, claim.id)
    return after


async def _claims(connection: AsyncConnection, project: Project) -> list[Claim]:
    """The claims for its instalments that were neither rejected nor withdrawn, locked."""
    found = [
        each.id
        for instalment in await grants.of_project(connection, project.id)
        for each in await claim_store.of_source(connection, SubsidyKind.PROJECT_GRANT, instalment.id)
    ]
    # In one order always, so that no two transactions wait for each other.
    return [await claim_store.load(connection, claim_id, lock=True) for claim_id in sorted(found)]


async def _grant(connection: AsyncConnection, project: Project, *, by: str, at: datetime) -> None:
    """Claim for each instalment for which there is no claim, as who filed the project, and approve it as `by`."""
    for instalment in await grants.of_project(connection, project.id):
        if await claim_store.of_source(connection, SubsidyKind.PROJECT_GRANT, instalment.id):
            continue
        found = await sources.find(connection, SubsidyKind.PROJECT_GRANT, instalment.id, on=business_day(at))
        local_id = f"{project.id}/{instalment.number}.{project.version}"
        drafted = await drafts.draft_for(connection, found, local_id=local_id, by=project.filed_by, at=at)
        submitted, fact = claim_rules.submit(drafted, by=project.filed_by, at=at)
        await steps.save(connection, submitted, fact, ClaimVerb.SUBMIT, by=project.filed_by)
        flags = await holds.of_claim(connection, submitted.id)
        approved, told = review.approve(
            submitted, as_of_now=submitted.lines, flags=flags, prepared_by=[project.filed_by], by=by, at=at
        )
        await steps.save(connection, approved, told, ClaimVerb.APPROVE, by=by)


async def _give_up(connection: AsyncConnection, claim: Claim, *, reason: str, by: str, at: datetime) -> None:
    """Return a claim that is not paid, and withdraw it: what it committed is free again."""
    if claim.status not in _PREPARED:
        claim, returned = review.return_(claim, prepared_by=(), held_until=None, by=by, at=at)
        await steps.save(connection, claim, returned, ClaimVerb.RETURN, by=by, reason=reason)
    after, fact = claim_rules.withdraw(claim, at=at)
    await lines.release(connection, after)
    await steps.save(connection, after, fact, ClaimVerb.WITHDRAW, by=by, reason=reason)


def _proposal(
    project: Project, kind: str, content: Mapping[str, Any], *, reason: str, by: str, at: datetime
) -> Proposal:
    return Proposal(
        id=new_id(),
        kind=kind,
        subject=project.subject,
        organisation=project.institution_id,
        region=project.region,
        reporting_region=project.reporting_region,
        content=content,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )
