"""Proposals about persons: what one officer proposes takes effect when another one confirms it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.registry.plan.rules.jurisdiction import covers, require_concerned
from shared.kernel.callers import Caller, ForeignRegion
from shared.kernel.refusals import Conflict, Invalid
from shared.plan import Plan
from shared.proposals.rules import ProposedStep


class ProposalKind(StrEnum):
    MERGE = "merge"
    """Two documents are one human's."""
    PARTICULARS = "particulars"
    """The name or the phone stored for a document is wrong."""
    REKEY = "rekey"
    """A training stands under the document of another human."""


class ProposalOpen(Conflict):
    """Facts: `proposal`, the id of the one that is open."""

    slug = "proposal-open"
    title_en = "Another proposal about this person or training is still open."
    title_zh = "该人员或培训已有待确认的申请。"
    cure_en = "Have proposal {proposal} confirmed or rejected first."
    cure_zh = "请先确认或退回申请 {proposal}。"


class SeenAhead(Invalid):
    """Facts: `today`."""

    slug = "document-seen-ahead"
    title_en = "The day on which the document was seen has not come yet."
    title_zh = "查验证件的日期尚未到来。"
    cure_en = "Give today ({today}) or an earlier day."
    cure_zh = "请填写当日（{today}）或以前的日期。"


@dataclass(frozen=True, kw_only=True)
class Proposal(ProposedStep):
    """`person` is the one who goes on as `into_person` (a merge), whose particulars are wrong, or under whom a training
    stands that is `into_person`'s (`enrolment_id`). `region` is that of the officer who proposes it.
    """

    CONTENT = ("person", "into_person", "enrolment_id", "seen_on")

    kind: ProposalKind
    person: UUID
    into_person: UUID | None
    enrolment_id: UUID | None
    sealed: bytes | None
    """The particulars as on the document, encrypted for the proposal."""
    seen_on: date | None
    """The day on which the officer saw the document."""
    regions: tuple[str, ...]
    """Those concerned and those above them, the province apart: their officers have it in their lists."""


def require_together(plan: Plan, proposal: Proposal, caller: Caller, regions: Collection[str]) -> None:
    """Check that who confirms is concerned, and that the two officers together are of, or above, all `regions`.

    Raises ForeignRegion.
    """
    require_concerned(plan, caller, regions)
    if not covers(plan, [proposal.region, caller.region or ""], regions, on=caller.today):
        raise ForeignRegion


def require_seen(plan: Plan, caller: Caller, regions: Collection[str], *, seen_on: date | None, today: date) -> None:
    """Check that the officer may say what a document shows whose holder was trained in `regions`: an officer of one of
    these or above, any other one on sight of the document.

    Raises ForeignRegion (facts: `regions`), SeenAhead.
    """
    if seen_on is not None and seen_on > today:
        raise SeenAhead(pointer="/seen_on", today=today.isoformat())
    if seen_on is None and not is_concerned(plan, caller, regions):
        raise ForeignRegion(pointer="/seen_on", regions=sorted(regions))


def is_concerned(plan: Plan, caller: Caller, regions: Collection[str]) -> bool:
    """Whether the caller is an officer of one of `regions`, or above one."""
    return any(caller.acts_in(plan.region_and_above(each, on=caller.today)) for each in regions or plan.provinces)


def shown_in(plan: Plan, regions: Collection[str], region: str, *, on: date) -> tuple[str, ...]:
    """The regions in whose lists a proposal of `on` stands: `regions`, that of the proposer, and those above them."""
    concerned = {above for each in (*regions, region) for above in plan.region_and_above(each, on=on)}
    return tuple(sorted(concerned - set(plan.provinces)))
