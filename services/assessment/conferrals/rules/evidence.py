"""What each way rests on: a record of the process, a place in a contest, a post with a term, a finished apprenticeship.

Evidence is named by its reference; who files it keeps the papers. Source: domain rules §3.1, §3.4, trap 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from shared.contracts.assessment import CertificateWay
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict, Invalid


class EvidenceOfAnotherWay(Invalid):
    """Facts: `way`, `expected`, the field that holds its evidence."""

    slug = "evidence-of-another-way"
    title_en = "The evidence is not what this way rests on."
    title_zh = "所填依据与取得方式不符。"
    cure_en = "For the way {way}, fill in {expected} and nothing else."
    cure_zh = "{way} 方式只填写 {expected}。"


class EvidenceNotYet(Conflict):
    """Facts: `day`, that of the evidence; `today`."""

    slug = "evidence-not-yet"
    title_en = "What the award rests on has not happened yet."
    title_zh = "所填依据的日期尚未到来。"
    cure_en = "The evidence is of {day}, and today is {today}: post the person when it is there."
    cure_zh = "依据日期为 {day}，今日为 {today}；请在依据形成后再登记。"


class ProcessNotPassed(Conflict):
    """Facts: `points`, `needed`."""

    slug = "process-not-passed"
    title_en = "The process assessment was not passed."
    title_zh = "过程化考核成绩未达到合格标准。"
    cure_en = "It came to {points} points and needs {needed}: leave the row out."
    cure_zh = "成绩为 {points} 分，合格标准为 {needed} 分；请删除该行。"


@dataclass(frozen=True, slots=True, repr=False)
class Process:
    """An assessment over a course of study or work. `tenths` is its result in tenths of a point, of 1,000.

    `classes` are the training classes of the registry that it covers, `credit_use` a conversion of courses on record.
    """

    reference: str
    first_on: date
    last_on: date
    tenths: int
    classes: tuple[str, ...] = ()
    credit_use: str | None = None

    @property
    def complete_on(self) -> date:
        return self.last_on


@dataclass(frozen=True, slots=True, repr=False)
class ContestPlace:
    """A place in a contest of a class; `held` is the award that the person already had by then, by a paper of another
    issuer: awards on record here count without being named."""

    reference: str
    contest: str
    place: int
    held_on: date
    held: str | None = None
    held_reference: str | None = None

    @property
    def complete_on(self) -> date:
        return self.held_on


@dataclass(frozen=True, slots=True, repr=False)
class Post:
    """A post to which the person is appointed for a term."""

    reference: str
    post: str
    first_on: date
    last_on: date

    @property
    def complete_on(self) -> date:
        return self.first_on


@dataclass(frozen=True, slots=True, repr=False)
class Apprenticeship:
    """An apprenticeship or probation that has ended."""

    reference: str
    first_on: date
    last_on: date

    @property
    def complete_on(self) -> date:
        return self.last_on


Evidence = Process | ContestPlace | Post | Apprenticeship

FIELDS: Final[Mapping[CertificateWay, tuple[str, type[Evidence]]]] = {
    CertificateWay.PROCESS: ("process", Process),
    CertificateWay.RECOGNITION: ("contest", ContestPlace),
    CertificateWay.APPOINTMENT: ("post", Post),
    CertificateWay.APPRENTICESHIP: ("apprenticeship", Apprenticeship),
}
"""The field of a row that holds the evidence of each way, and its kind."""


def require_of(evidence: Evidence, way: CertificateWay) -> None:
    """Raises EvidenceOfAnotherWay."""
    name, kind = FIELDS[way]
    if not isinstance(evidence, kind):
        raise EvidenceOfAnotherWay(pointer=f"/{name}", way=way.value, expected=name)


def require_complete(evidence: Evidence, *, today: date) -> None:
    """Check that what the evidence is about has happened; a term may begin later.

    Raises EvidenceNotYet, PeriodEndsBeforeStart.
    """
    if not isinstance(evidence, ContestPlace):
        Period(evidence.first_on, evidence.last_on)
    if not isinstance(evidence, Post) and evidence.complete_on > today:
        raise EvidenceNotYet(day=evidence.complete_on.isoformat(), today=today.isoformat())


def require_passed(evidence: Evidence, *, tenths_min: int) -> None:
    """Check that a process assessment reaches the mark that a part of an exam needs. Raises ProcessNotPassed."""
    if isinstance(evidence, Process) and evidence.tenths < tenths_min:
        raise ProcessNotPassed(pointer="/process/points", points=evidence.tenths / 10, needed=tenths_min / 10)


def basis(evidence: Evidence) -> str | None:
    """What counts once for a person: a place in one contest. None where nothing prevents a second award from it."""
    return f"{evidence.contest}/{evidence.held_on.isoformat()}" if isinstance(evidence, ContestPlace) else None


def as_json(evidence: Evidence) -> dict[str, Any]:
    """The evidence as JSON values."""
    return {name: each.isoformat() if isinstance(each, date) else each for name, each in asdict(evidence).items()}


def of_json(way: CertificateWay, said: Mapping[str, Any]) -> Evidence:
    """What `as_json` was given."""
    days = {name: date.fromisoformat(said[name]) for name in ("first_on", "last_on", "held_on") if name in said}
    classes = {name: tuple(said[name]) for name in ("classes",) if name in said}
    return FIELDS[way][1](**{**said, **days, **classes})
