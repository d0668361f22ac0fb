"""What an institution states about a trainee at entry: impossible values are refused, missing ones are listed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from services.registry.classes.rules.classes import TrainingClass
from services.registry.particulars.rules import NO_WORDS
from services.registry.plan.rules.policy import Policy
from shared.contracts.registry.enrolments import EmploymentState
from shared.kernel.identity import DocumentKind
from shared.kernel.refusals import Invalid, Refusal
from shared.kernel.spelling import canonical


class PriorityGroup(StrEnum):
    """Groups that the plan trains first. Source: domain rules §4.1."""

    GRADUATE = "graduate"
    """Of a college or school, in the year of graduation."""
    POVERTY_MONITORED = "poverty_monitored"
    """Monitored against a return to poverty."""
    UNEMPLOYED = "unemployed"
    EMPLOYMENT_DIFFICULTY = "employment_difficulty"
    VETERAN = "veteran"
    DISABLED = "disabled"
    FLOODPLAIN_RESETTLER = "floodplain_resettler"
    RESERVOIR_MIGRANT = "reservoir_migrant"
    SEAFARER = "seafarer"
    COMMUNITY_CORRECTIONS = "community_corrections"
    COMPULSORY_DETOX = "compulsory_detox"
    OTHER = "other"


class NameDiffers(Invalid):
    """Facts: `region` that holds the record (None: the other name is in this very batch)."""

    slug = "name-differs"
    title_en = "This document is registered under another name."
    title_zh = "该证件号码已登记的姓名与所填姓名不一致。"
    cure_en = (
        "Compare the number and the name with the document. If both are right, ask your county officer, who sees the "
        "document, to have the registered name corrected; then send the row again. Region of the record: {region}."
    )
    cure_zh = (
        "请对照证件核对号码和姓名。均无误的，请所在县区工作人员查验证件并更正已登记的姓名，"
        "再重新提交。登记地区：{region}。"
    )
    reference = "POST /v1/persons/particulars"
    check = "C01"


class DatedAhead(Invalid):
    """Facts: `today`."""

    slug = "paper-dated-ahead"
    title_en = "A paper or a consent cannot be dated after today."
    title_zh = "证明材料或同意书的日期不能晚于今天。"
    cure_en = "Give the date shown on the paper or consent."
    cure_zh = "请按材料上的实际日期填写。"


class DatedTooEarly(Invalid):
    """Facts: `first_on`. The birth date is not shown."""

    slug = "paper-dated-too-early"
    title_en = "A paper or a consent cannot be dated before the person's birth or before {first_on}."
    title_zh = "证明材料或同意书的日期不能早于本人出生日期，也不能早于 {first_on}。"
    cure_en = "Give the date shown on the paper or consent. For a priority group, name a paper that is valid now."
    cure_zh = "请按材料上的实际日期填写；重点群体请提供现行有效的证明材料。"


class PlaceholderEvidence(Invalid):
    slug = "placeholder-evidence"
    title_en = "This is placeholder text; it does not name a paper."
    title_zh = "该证明是占位内容，没有写明任何材料。"
    cure_en = "Name the paper that proves the priority group, and its number."
    cure_zh = "请填写证明材料的名称和编号。"


class TraineeIncomplete(Invalid):
    """Facts: `missing`, the required fields that are empty; `birth_date` is one if the document does not show it."""

    slug = "trainee-incomplete"
    title_en = (
        "A trainee of a subsidised class needs a phone, an employment state and a consent date, and a birth date if "
        "the document number does not contain one."
    )
    title_zh = (
        "补贴性培训班的学员须填报手机号、就业状态和个人信息处理同意日期；证件号码不含出生日期的，还须填报出生日期。"
    )
    cure_en = "Missing: {missing}. Add the missing fields and send the row again."
    cure_zh = "缺少：{missing}。请补充后重新提交该行。"


class GroupEvidence(NamedTuple):
    """A priority group of a person, with the paper that proves it and the date of that paper.

    None is what could not be read in a row; such a row is refused for its form.
    """

    group: PriorityGroup | None
    evidence: str | None
    dated_on: date | None


@dataclass(frozen=True, slots=True, repr=False)
class EntryParticulars:
    """What is stated about a trainee at entry. Never printed: the priority groups of a person are sensitive.

    `draws_pension` None: not stated.
    """

    employment: EmploymentState | None = None
    groups: tuple[GroupEvidence, ...] = ()
    draws_pension: bool | None = None
    consented_on: date | None = None
    consent_version: str | None = None
    phone: str | None = None
    """Set if it differs from the phone stored with the person."""
    birth_date: date | None = None

    @property
    def evidence_on(self) -> date | None:
        """The latest date on the papers of the priority groups."""
        return max((each.dated_on for each in self.groups if each.dated_on is not None), default=None)


NO_PARTICULARS: Final = EntryParticulars()


def paper_faults(entry: EntryParticulars, born: date | None, *, first_on: date, today: date) -> list[Refusal]:
    """Faults of the papers and the consent: placeholder text, or an impossible date.

    A date is impossible if it is after `today`, before `first_on`, or before the person was `born`.
    """
    found: list[Refusal] = []
    for place, each in enumerate(entry.groups):
        if each.evidence is not None and _says_nothing(each.evidence):
            found.append(PlaceholderEvidence(pointer=f"/groups/{place}/evidence"))
        if fault := _day_fault(each.dated_on, born, first_on=first_on, today=today):
            fault.pointer = f"/groups/{place}/dated_on"
            found.append(fault)
    if fault := _day_fault(entry.consented_on, born, first_on=first_on, today=today):
        fault.pointer = "/consent/on"
        found.append(fault)
    return found


def _says_nothing(evidence: str) -> bool:
    letters = "".join(char for char in canonical(evidence) if char.isalnum())
    return letters in NO_WORDS or len(set(letters)) < 2


def _day_fault(day: date | None, born: date | None, *, first_on: date, today: date) -> Refusal | None:
    if day is None or (first_on <= day <= today and (born is None or born <= day)):
        return None
    return DatedAhead(today=today.isoformat()) if day > today else DatedTooEarly(first_on=first_on.isoformat())


def missing_fault(
    phone: str | None,
    entry: EntryParticulars,
    *,
    kind: DocumentKind | None,
    class_: TrainingClass,
    policy: Policy,
    unread: Collection[str] = (),
) -> TraineeIncomplete | None:
    """The fault if required particulars are missing; None if the class is not subsidised or policy does not ask.

    The `unread` fields are filled in with what could not be read, so they are not missing.
    """
    if class_.fund_source is None or not policy.trainee_particulars_required:
        return None
    said: Sequence[tuple[str, object]] = (
        ("phone", phone), ("employment", entry.employment), ("consent", entry.consented_on),
    )  # fmt: skip
    missing = [name for name, value in said if value is None and name not in unread]
    is_shown = kind is None or kind.shows_birth_date
    if entry.birth_date is None and not is_shown and "birth_date" not in unread:
        missing.append("birth_date")
    return TraineeIncomplete(pointer=f"/{missing[0]}", missing=missing) if missing else None
