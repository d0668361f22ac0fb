"""What metrics hears, on one screen: every fact listed here goes to the one fold."""

from __future__ import annotations

from services.metrics.measures.usecases import CONSUMER, ContributionInbox, apply
from services.metrics.settings import MetricsSettings
from shared.backbone.consumer import Consumer
from shared.contracts.assessment import CertificateCorrected, CertificateIssued, CertificateRevoked
from shared.contracts.fact import Fact
from shared.contracts.registry import (
    EnrolmentCompleted,
    EnrolmentCorrected,
    EnrolmentDeferred,
    EnrolmentFailed,
    EnrolmentReassigned,
    EnrolmentResumed,
    EnrolmentTransferred,
    EnrolmentWithdrawn,
    IndicatorListed,
    LevelListed,
    PersonsMerged,
    PersonsSeparated,
    ProgrammeListed,
    RegionListed,
    TraineeEnrolled,
)
from shared.contracts.subsidy import (
    ClaimApproved,
    ClaimCorrected,
    ClaimDrafted,
    ClaimPaid,
    ClaimRecovered,
    ClaimRejected,
    ClaimReturned,
    ClaimSubmitted,
)

HEARS: frozenset[type[Fact]] = frozenset(
    {
        # The plan: what totals are held against, and how regions roll up.
        ProgrammeListed, RegionListed, LevelListed, IndicatorListed,
        # Trainings.
        TraineeEnrolled, EnrolmentCompleted, EnrolmentFailed, EnrolmentWithdrawn, EnrolmentCorrected,
        EnrolmentDeferred, EnrolmentResumed, EnrolmentTransferred, EnrolmentReassigned,
        # Certificates, and through them persons; keys that turn out to be one person's.
        CertificateIssued, CertificateRevoked, CertificateCorrected, PersonsMerged, PersonsSeparated,
        # Money. Also the steps at which nothing counts yet: versions have no gaps.
        ClaimDrafted, ClaimSubmitted, ClaimReturned, ClaimRejected, ClaimApproved, ClaimPaid, ClaimRecovered,
        ClaimCorrected,
    }
)  # fmt: skip


def consumers(settings: MetricsSettings) -> list[Consumer]:  # noqa: ARG001  (every service has this signature)
    """Metrics' one consumer."""
    return [Consumer(CONSUMER, HEARS, apply, ContributionInbox())]
