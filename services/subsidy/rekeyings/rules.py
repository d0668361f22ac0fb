"""A line that was approved or paid for one human, while the training was re-keyed to another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.money import Fen
from shared.kernel.refusals import Conflict


class LinesRekeyed(Conflict):
    """Facts: `lines`, the numbers of those whose training is another person's by now."""

    slug = "lines-rekeyed"
    title_en = "Since the approval, all trainings of this claim turned out to be other people's."
    title_zh = "批准之后，本申领全部培训经更正属于其他人员。"
    cure_en = "Return the claim to be rebuilt; these lines are concerned: {lines}."
    cure_zh = "请退回该申领重新生成；涉及明细：{lines}。"


@dataclass(frozen=True)
class RekeyedLine:
    """A payable line, not recovered, of an approved or paid claim. Its person is not the one who was trained."""

    id: UUID
    """Of the enrolment."""
    claim_id: UUID
    line: int
    status: ClaimStatus
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    amount_fen: Fen
    rekeyed_at: datetime
