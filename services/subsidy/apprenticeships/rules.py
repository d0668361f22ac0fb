"""What an enterprise states of the apprenticeship that a class is. Source: domain rules §4.2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.kernel.money import Fen
from shared.kernel.refusals import Conflict

YEARS_MAX: Final = 3


class NoApprenticeship(Conflict):
    slug = "no-apprenticeship"
    title_en = "Nobody has stated that this class is an apprenticeship."
    title_zh = "该班尚未申报为新型学徒制培训。"
    cure_en = "State for how many years the class is an apprenticeship, then claim."
    cure_zh = "请先申报该班的学徒培养年限，再申领。"
    reference = "POST /v1/apprenticeships"


class SpendingUnstated(Conflict):
    slug = "spending-unstated"
    title_en = "It was not stated what was spent on each apprentice, which is the most that is paid."
    title_zh = "尚未填报每名学徒的实际支出，补贴不超过实际支出。"
    cure_en = "State what was spent on each apprentice, then claim."
    cure_zh = "请先填报每名学徒的实际支出，再申领。"
    reference = "POST /v1/apprenticeships"


class AdvanceInProgress(Conflict):
    """Facts: `claim_id`, the claim for the advance."""

    slug = "advance-in-progress"
    title_en = "The advance for this class is neither paid nor given up yet, so what is left is not known."
    title_zh = "该班的预拨申领尚未付款或撤回，结算金额无法确定。"
    cure_en = "Wait until claim {claim_id} is paid, or withdraw it."
    cure_zh = "请等待申领 {claim_id} 付款，或将其撤回。"
    reference = "GET /v1/claims/{claim_id}"


@dataclass(frozen=True)
class Apprenticeship:
    """What was stated of a class. Each statement stays; the latest one counts for the next claim."""

    id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    years: int
    """1 to 3: the amount is for each year."""
    spent_fen: Fen | None
    """What was spent on one apprentice over all years; None until the end."""
    reason: str
    stated_by: str
    stated_at: datetime
