"""Facts of what the bank paid twice for a claim."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.dimensions import AmountFen, FundSource, RegionCode
from shared.contracts.subsidy.base import SubsidyFact, SubsidyKind


class DoublePaymentStatus(StrEnum):
    OUTSTANDING = "outstanding"
    SETTLED = "settled"
    """All of it came back or was given up."""
    CANCELLED = "cancelled"
    """It was recorded by mistake."""


class DoublePaymentState(SubsidyFact):
    """What the bank paid once more for a claim that was paid. It counts as paid for nobody: the claim's facts are those
    of its one payment.
    """

    double_payment_id: UUID
    claim_id: UUID
    institution_id: UUID
    """Who was paid twice, as in the claim."""
    region: RegionCode
    reporting_region: RegionCode
    fund_source: FundSource
    kind: SubsidyKind
    status: DoublePaymentStatus
    paid_on: date
    amount_fen: AmountFen
    recovered_fen: AmountFen
    written_off_fen: AmountFen


class DoublePaymentRecorded(DoublePaymentState):
    """Two people said so. Subject of all facts about it: double-payments/{double_payment_id}."""

    type: ClassVar[str] = "subsidy.double-payment-recorded.v1"


class DoublePaymentRecovered(DoublePaymentState):
    """Some or all of it came back, or was kept from a later payment."""

    type: ClassVar[str] = "subsidy.double-payment-recovered.v1"


class DoublePaymentWrittenOff(DoublePaymentState):
    """Some or all of what had not come back was given up."""

    type: ClassVar[str] = "subsidy.double-payment-written-off.v1"


class DoublePaymentRecoveryReversed(DoublePaymentState):
    """Some of what had come back is owed again: it was a mistake, or could not be kept from a later payment."""

    type: ClassVar[str] = "subsidy.double-payment-recovery-reversed.v1"


class DoublePaymentWriteOffReversed(DoublePaymentState):
    """What had been given up is owed again."""

    type: ClassVar[str] = "subsidy.double-payment-write-off-reversed.v1"


class DoublePaymentCancelled(DoublePaymentState):
    """It was recorded by mistake: the bank had paid once."""

    type: ClassVar[str] = "subsidy.double-payment-cancelled.v1"
