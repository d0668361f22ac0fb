"""What metrics hears, on one screen: every fact listed here goes to the one fold."""

from __future__ import annotations

from typing import Final

from services.metrics.measures.usecases import CONSUMER, ContributionInbox, prepare
from services.metrics.settings import MetricsSettings
from shared.backbone.consumer import Consumer
from shared.contracts.assessment import CERTIFICATE_FACTS, BodyFiled, CertificateBookTold
from shared.contracts.fact import Fact
from shared.contracts.registry.books import TrainingBookTold
from shared.contracts.registry.classes import CLASS_FACTS
from shared.contracts.registry.directory import INSTITUTION_FACTS
from shared.contracts.registry.enrolments import ENROLMENT_FACTS, MERGE_FACTS
from shared.contracts.registry.flags import FLAG_FACTS
from shared.contracts.registry.plan import IndicatorListed, LevelListed, ProgrammeListed, RegionListed
from shared.contracts.registry.quality import QualityCounted
from shared.contracts.registry.supervision import FINDING_FACTS, PatrolRecorded
from shared.contracts.subsidy.books import ClaimBookTold
from shared.contracts.subsidy.budgets import BUDGET_FACTS
from shared.contracts.subsidy.claims import CLAIM_FACTS

HEARS: Final[frozenset[type[Fact]]] = frozenset(
    {
        # The plan: what totals are held against, and how regions roll up.
        ProgrammeListed, RegionListed, LevelListed, IndicatorListed,
        # Classes: who is enrolled in one that has not started is not in training yet.
        *CLASS_FACTS,
        # Of what kind who trains and who assesses is.
        *INSTITUTION_FACTS, BodyFiled,
        # Trainings, certificates (and through them persons), keys that turn out to be one person's, and money.
        *ENROLMENT_FACTS, *CERTIFICATE_FACTS, *MERGE_FACTS, *CLAIM_FACTS,
        # What was allocated.
        *BUDGET_FACTS,
        # What the owners have in their own tables, to compare.
        TrainingBookTold, CertificateBookTold, ClaimBookTold,
        # What supervision has found, and what it did.
        *FLAG_FACTS, *FINDING_FACTS, PatrolRecorded,
        # The sums behind the quality rates, as the registry counts them.
        QualityCounted,
    }
)  # fmt: skip


def consumers(settings: MetricsSettings) -> list[Consumer]:  # noqa: ARG001  (every service has this signature)
    """Metrics' one consumer."""
    return [Consumer(CONSUMER, HEARS, prepare, ContributionInbox())]
