"""A proposal: a step that one person asks for with a reason, and that takes effect when another confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, Self, TypeVar
from uuid import UUID

from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict


class ProposalStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class ProposalVerb(StrEnum):
    CONFIRM = "confirm"
    REJECT = "reject"


MOVES: Final[Mapping[ProposalStatus, Mapping[ProposalVerb, ProposalStatus]]] = {
    ProposalStatus.PROPOSED: {
        ProposalVerb.CONFIRM: ProposalStatus.CONFIRMED,
        ProposalVerb.REJECT: ProposalStatus.REJECTED,
    },
    ProposalStatus.CONFIRMED: {},
    ProposalStatus.REJECTED: {},
}

WHY_FINAL: Final = {
    ProposalStatus.CONFIRMED: "Two people did it: what was confirmed by mistake is corrected by a proposal of its own.",
    ProposalStatus.REJECTED: "Nothing happened, and the same can be proposed again.",
}


class AlreadyProposed(Conflict):
    """Facts: `proposal_id`, the open proposal."""

    slug = "already-proposed"
    title_en = "Another proposal for this record is still open."
    title_zh = "该记录已有待确认的申请。"
    cure_en = "Confirm or reject proposal {proposal_id} first."
    cure_zh = "请先确认或退回申请 {proposal_id}。"
    reference = "GET /v1/proposals/{proposal_id}"


@dataclass(frozen=True, kw_only=True)
class ProposedStep:
    """What a proposal is, whatever it is about. `region` is that of the record, or of who proposes it."""

    CONTENT: ClassVar[tuple[str, ...]] = ()
    """The fields that say what is proposed."""

    id: UUID
    kind: str
    region: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    status: ProposalStatus = ProposalStatus.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    version: int = 1

    def repeats(self, other: Self) -> bool:
        """Whether it is what `other` already is: the same step, for the same reason, by the same person."""
        names = ("kind", *self.CONTENT, "reason", "proposed_by")
        return all(getattr(self, name) == getattr(other, name) for name in names)


@dataclass(frozen=True, kw_only=True)
class Proposal(ProposedStep):
    """What is proposed for the record `subject` ("claims/0198…"). `content` are JSON values, as its kind reads them."""

    CONTENT = ("content",)

    subject: str
    organisation: UUID | None
    """The organisation whose record it is; None for records of a region."""
    reporting_region: str
    content: Mapping[str, Any]


P = TypeVar("P", bound=ProposedStep)


def confirm(proposal: P, *, by: str, at: datetime) -> P:
    """Confirm an open proposal. Raises IllegalMove, SamePerson if `by` made it."""
    status = move(MOVES, proposal.status, ProposalVerb.CONFIRM)
    require_another(by, proposal.proposed_by, rule="proposal and confirmation")
    return replace(proposal, status=status, decided_by=by, decided_at=at, version=proposal.version + 1)


def reject(proposal: P, *, reason: str, by: str, at: datetime) -> P:
    """Reject an open proposal; whoever made it may take it back in this way. Raises IllegalMove."""
    status = move(MOVES, proposal.status, ProposalVerb.REJECT)
    return replace(
        proposal, status=status, decided_by=by, decided_at=at, decision_reason=reason, version=proposal.version + 1
    )
