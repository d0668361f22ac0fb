"""A person's record: what an officer is told of it, and what is kept of each look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid


class NoRecordHere(Invalid):
    slug = "no-record-here"
    title_en = "Nobody with this document was trained in your region."
    title_zh = "本地区没有该证件的培训记录。"
    cure_en = "Check the document type and number. Officers of other regions see what was trained there."
    cure_zh = "请核对证件类型和号码；其他地区的培训由当地工作人员查看。"


@dataclass(frozen=True)
class RecordLook:
    """That an officer looked at a person's record, and why."""

    id: UUID
    person: UUID
    region: str
    reason: str
    looked_by: str
    looked_at: datetime


class Training(NamedTuple):
    """A training of the person, with its class."""

    enrolment_id: UUID
    class_id: UUID
    class_local_id: str
    institution: str
    programme: str
    occupation: str
    award: Award
    status: EnrolmentStatus
    from_on: date
    until_on: date
    hours: int
    class_hours: int
    region: str


class HeldCertificate(NamedTuple):
    """A certificate as assessment told of it."""

    certificate_id: UUID
    occupation: str
    award: Award
    issued_on: date
    valid: bool


class PersonRecord(NamedTuple):
    person: UUID
    trainings: list[Training]
    certificates: list[HeldCertificate]
    looks: list[RecordLook]
