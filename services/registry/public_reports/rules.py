"""Reports of the public: what may be reported, what of it is kept, and what the reporter is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.registry.flags.rules.flags import Flag, Observation, see
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.registry.flags import FlagStatus
from shared.kernel.refusals import Invalid


class PublicReportUnplaced(Invalid):
    slug = "public-report-unplaced"
    title_en = "It is not clear where this happened."
    title_zh = "无法确定所反映事项的发生地。"
    cure_en = "Enter the county or city where it happened, so that its officers receive the report."
    cure_zh = "请填写事项发生的县区或市，以便当地工作人员受理。"


class PublicReportUnnamed(Invalid):
    slug = "public-report-unnamed"
    title_en = "It is not clear what the report is about."
    title_zh = "未说明反映的对象。"
    cure_en = "Name the institution, class, exam or claim by its id, or describe it in the field reference."
    cure_zh = "请填写机构、班级、考试或申领的编号，或在 reference 中说明。"


class ReportedKind(StrEnum):
    INSTITUTION = "institution"
    CLASS = "class"
    EXAM = "exam"
    CLAIM = "claim"


class Misconduct(StrEnum):
    FAKE_TRAINING = "fake_training"
    ATTENDANCE = "attendance"
    CHARGES = "charges"
    EXAM_FRAUD = "exam_fraud"
    SUBSIDY_FRAUD = "subsidy_fraud"
    SAFETY = "safety"
    OTHER = "other"


class PublicReportState(StrEnum):
    """What the reporter is told."""

    RECEIVED = "received"
    IN_HAND = "in_hand"
    """An officer examines it."""
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"


@dataclass(frozen=True)
class PublicReport:
    """A report; its words and the reporter's contact are stored apart, encrypted.

    `receipt_mark` is the keyed hash of the receipt; the contact is erased on `erase_contact_on`.
    """

    id: UUID
    receipt_mark: UUID
    about: ReportedKind
    target_id: UUID | None
    reference: str | None
    misconduct: Misconduct
    institution_id: UUID | None
    class_id: UUID | None
    region: str
    reporting_region: str
    flag_id: UUID
    received_at: datetime
    erase_contact_on: date | None
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    version: int = 1


def state_of(flag: Flag) -> PublicReportState:
    """What the reporter is told of a report that is handled as `flag`."""
    if flag.status is FlagStatus.OPEN:
        return PublicReportState.IN_HAND if flag.assigned_to else PublicReportState.RECEIVED
    return PublicReportState.CONFIRMED if flag.status is FlagStatus.UPHELD else PublicReportState.NOT_CONFIRMED


def observation(report_id: UUID, about: ReportedKind, misconduct: Misconduct, **place: Any) -> Observation:
    """The flag by which a report is handled; it holds nothing, and the institution does not see it."""
    facts = {"report": str(report_id), "about": about.value, "misconduct": misconduct.value}
    return see(FlagKind.PUBLIC_REPORT, str(report_id), facts=facts, **place)
