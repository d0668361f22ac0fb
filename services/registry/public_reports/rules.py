"""Reports of the public: what may be reported, what of it is kept, and what the reporter is shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.registry.flags.rules.flags import Flag, Observation, see
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.registry.flags import FlagStatus
from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical

MASK: Final = "***"
DIGITS_MIN: Final = 7
"""As many digits in a row, whatever stands between them, may be the number of a person, a phone or an account."""

WINDOW: Final = timedelta(hours=1)
"""The time over which requests without a token are counted."""
LOOKUPS_PER_REPORT: Final = 10
"""How many times as often the state of a report may be asked for as a report may be filed."""

_WRITTEN_OUT: Final = "[〇零一二三四五六七八九幺]"
_BETWEEN: Final = r"[\s\-‐-―－.,·•_()/\\:]{0,3}"
_NUMBER: Final = re.compile(
    f"[0-9](?:{_BETWEEN}[0-9]){{{DIGITS_MIN - 1},}}[Xx]?|{_WRITTEN_OUT}(?: ?{_WRITTEN_OUT}){{{DIGITS_MIN - 1},}}"
)
_DAY: Final = re.compile(r"(?<![0-9])20[0-9]{2}[-./年](?:1[0-2]|0?[1-9])[-./月](?:3[01]|[12][0-9]|0?[1-9])(?![0-9])")


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


def masked(text: str) -> str:
    """`text` with every number that may be of a person, a phone or an account masked; days stay readable."""
    plain = "".join(_plain(char) for char in text)
    kept, start = [], 0
    for day in _DAY.finditer(plain):
        kept += [_without_numbers(text, plain, start, day.start()), text[day.start() : day.end()]]
        start = day.end()
    return "".join([*kept, _without_numbers(text, plain, start, len(text))])


def _without_numbers(text: str, plain: str, start: int, end: int) -> str:
    """The part of `text` from `start` to `end`, with its numbers masked; `plain` is `text` with plain digits."""
    kept = []
    for number in _NUMBER.finditer(plain, start, end):
        kept += [text[start : number.start()], MASK]
        start = number.end()
    return "".join([*kept, text[start:end]])


def _plain(char: str) -> str:
    """The character as it is searched: digits of any width as ASCII ones, unseen characters as spaces."""
    if char.isascii():
        return char
    compatible = unicodedata.normalize("NFKC", char)
    if len(compatible) == 1 and compatible.isascii():
        return compatible
    return " " if unicodedata.category(char) == "Cf" else char


def receipt_text(raw: str) -> str:
    """The receipt in `raw` without hyphens and spaces, however it was typed."""
    return canonical(raw).replace("-", "")


def state_of(flag: Flag) -> PublicReportState:
    """What the reporter is told of a report that is handled as `flag`."""
    if flag.status is FlagStatus.OPEN:
        return PublicReportState.IN_HAND if flag.assigned_to else PublicReportState.RECEIVED
    return PublicReportState.CONFIRMED if flag.status is FlagStatus.UPHELD else PublicReportState.NOT_CONFIRMED


def observation(report_id: UUID, about: ReportedKind, misconduct: Misconduct, **place: Any) -> Observation:
    """The flag by which a report is handled; it holds nothing, and the institution does not see it."""
    facts = {"report": str(report_id), "about": about.value, "misconduct": misconduct.value}
    return see(FlagKind.PUBLIC_REPORT, str(report_id), facts=facts, **place)
