"""Who may sit: the route of the occupation's standard that admits a candidate, or what the nearest one lacks.

Routes are alternatives, any one is enough. Source: domain rules §3.2.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.assessment.standards.rules import Exam, Route
from shared.contracts.assessment import CertificateStatus
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict, Invalid


class EvidenceKind(StrEnum):
    """Papers that a route can ask for."""

    SECONDARY_VOCATIONAL = "diploma_secondary_vocational"
    SENIOR_WORKER_CLASS = "diploma_senior_worker_class"
    TECHNICIAN_COLLEGE = "diploma_technician_college"
    COLLEGE = "diploma_college"
    COLLEGE_REVIEWED = "diploma_college_reviewed"
    """Of a programme that an assessment has approved."""
    TITLE_JUNIOR = "title_junior"
    TITLE_INTERMEDIATE = "title_intermediate"


HIGHER: Final[Mapping[EvidenceKind, frozenset[EvidenceKind]]] = {
    EvidenceKind.SECONDARY_VOCATIONAL: frozenset(
        {
            EvidenceKind.SENIOR_WORKER_CLASS,
            EvidenceKind.TECHNICIAN_COLLEGE,
            EvidenceKind.COLLEGE,
            EvidenceKind.COLLEGE_REVIEWED,
        }
    ),
    EvidenceKind.SENIOR_WORKER_CLASS: frozenset({EvidenceKind.TECHNICIAN_COLLEGE}),
    EvidenceKind.COLLEGE: frozenset({EvidenceKind.COLLEGE_REVIEWED}),
    EvidenceKind.TITLE_JUNIOR: frozenset({EvidenceKind.TITLE_INTERMEDIATE}),
}
"""Papers that stand for a lower one as well."""


class NotEligible(Conflict):
    """Facts: `route`, the nearest one of the standard; `lacking` and `lacking_zh`, what it lacks; `standard`."""

    slug = "not-eligible"
    title_en = "No route of the occupation's standard admits the candidate."
    title_zh = "该考生不符合职业标准的任何一条申报条件。"
    cure_en = "Nearest is route {route} of {standard}. It lacks: {lacking}. Add the evidence, or leave the row out."
    cure_zh = "最接近的是 {standard} 的申报条件 {route}，尚缺：{lacking}。请补充材料，或删除该行。"
    reference = "GET /v1/standards"


class CertificateDiffers(Invalid):
    """Facts: `place`, that of the certificate in the row."""

    slug = "presented-certificate-differs"
    title_en = "The presented certificate does not fit its number, its holder or its state."
    title_zh = "所提交证书的等级、日期、持有人或状态与证书编号不一致。"
    cure_en = "Compare level, day and number with the certificate. A revoked one, or another person's, does not count."
    cure_zh = "请对照证书核对等级、日期和编号；已撤销的或他人的证书无效。"
    check = "C12"


class OccupationUnrelated(Invalid):
    """Facts: `place`, that of the certificate in the row; `occupation`; `related`, those that count beside its own."""

    slug = "occupation-unrelated"
    title_en = "The presented certificate is of an occupation that does not count here."
    title_zh = "所提交证书的职业不属于本职业或相关职业。"
    cure_en = "The occupation's standard lists related ones: {related}. Leave this certificate ({occupation}) out."
    cure_zh = "职业标准所列相关职业：{related}。请删除该证书（{occupation}）。"
    reference = "GET /v1/standards"


class HeldCertificate(NamedTuple):
    """A certificate of the occupation or a related one: on record here, or presented with its number."""

    award: Award
    issued_on: date
    number: str
    is_recorded: bool
    occupation: str | None = None
    """None for one that was presented as of the session's own occupation."""


class RecordedCertificate(NamedTuple):
    """A certificate on record here, as far as the door needs it."""

    person: UUID
    number: str
    award: Award
    issued_on: date
    status: CertificateStatus
    occupation: str


class HeldPaper(NamedTuple):
    """A diploma or title with its day; None for students in their final year, who will hold it."""

    kind: EvidenceKind
    issued_on: date | None


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """What is known of a candidate on the day of the exam. `age` is None where the document shows no birth date."""

    age: int | None = None
    years_of_work: int | None = None
    certificates: tuple[HeldCertificate, ...] = ()
    papers: tuple[HeldPaper, ...] = ()


class Lack(NamedTuple):
    """What a route lacks, in both languages, and by how many years if that can be said."""

    words_en: str
    words_zh: str
    years: int = 0


class Admission(NamedTuple):
    """The route that admits, of which standard, and what was used of the evidence, as JSON values."""

    route: str
    standard: str
    facts: Mapping[str, object]


def admit(exam: Exam, evidence: Evidence, *, day: date) -> Admission:
    """The first route that admits a candidate for an exam on `day`. Raises NotEligible if the standard has none."""
    lacks: list[tuple[Route, list[Lack]]] = []
    for route in exam.level.routes:
        lacking, facts = judge(route, evidence, day=day)
        if not lacking:
            return Admission(route.code, exam.standard.ground, facts)
        lacks.append((route, lacking))
    route, lacking = min(lacks, key=lambda each: (len(each[1]), sum(lack.years for lack in each[1])))
    raise NotEligible(
        route=route.code,
        standard=f"{exam.standard.occupation}/{exam.standard.edition}",
        lacking=[each.words_en for each in lacking],
        lacking_zh=[each.words_zh for each in lacking],
    )


def judge(route: Route, evidence: Evidence, *, day: date) -> tuple[list[Lack], dict[str, object]]:
    """What the route lacks on `day`, and the facts that it uses.

    Years are counted since the paper, if the route asks for one; or else both as work in all and since the certificate.
    """
    lacking: list[Lack] = []
    facts: dict[str, object] = {}
    if route.min_age is not None:
        facts["age"] = evidence.age
        if evidence.age is None or evidence.age < route.min_age:
            lacking.append(Lack(f"age {route.min_age}", f"年满 {route.min_age} 周岁"))
    if route.required_level is not None:
        lacking += _level(route, evidence, facts, day=day)
    if route.required_document is not None:
        lacking += _paper(route, evidence, facts, day=day)
    elif route.min_years is not None:
        facts["years_of_work"] = evidence.years_of_work
        short = route.min_years - (evidence.years_of_work or 0)
        if short > 0:
            lacking.append(_years(route.min_years, short, "of work", "的工作"))
    return lacking, facts


def _level(route: Route, evidence: Evidence, facts: dict[str, object], *, day: date) -> list[Lack]:
    needed = Award.from_code(route.required_level or "").level
    fit = [
        each
        for each in evidence.certificates
        if needed is not None and each.award.level is not None and each.award.level >= needed and each.issued_on <= day
    ]
    if not fit:
        return [Lack(f"a certificate of {route.required_level}", f"{route.required_level} 证书", 99)]
    oldest = min(fit, key=lambda each: each.issued_on)
    facts["certificate"] = {
        "award": oldest.award.code,
        "number": oldest.number,
        "issued_on": oldest.issued_on.isoformat(),
        "recorded": oldest.is_recorded,
        **({} if oldest.occupation is None else {"occupation": oldest.occupation}),
    }
    years = route.level_years if route.required_document is not None else route.min_years
    short = (years or 0) - years_between(oldest.issued_on, day)
    return (
        []
        if short <= 0
        else [_years(years or 0, short, f"since {oldest.award.code}", f"（自取得 {oldest.award.code} 起）")]
    )


def _paper(route: Route, evidence: Evidence, facts: dict[str, object], *, day: date) -> list[Lack]:
    wanted = route.required_document or ""
    kinds = {wanted, *HIGHER.get(EvidenceKind(wanted), ())} if wanted in set(EvidenceKind) else {wanted}
    fit = [each for each in evidence.papers if each.kind in kinds and (each.issued_on is None or each.issued_on <= day)]
    if not fit:
        return [Lack(wanted, wanted, 99)]
    oldest = min(fit, key=lambda each: each.issued_on or day)
    facts["paper"] = {"kind": oldest.kind.value, "issued_on": oldest.issued_on and oldest.issued_on.isoformat()}
    short = (route.min_years or 0) - years_between(oldest.issued_on or day, day)
    return [] if short <= 0 else [_years(route.min_years or 0, short, f"since {wanted}", f"（自取得 {wanted} 起）")]


def _years(needed: int, short: int, en: str, zh: str) -> Lack:
    return Lack(f"{needed} years {en} ({short} missing)", f"{needed} 年{zh}（还差 {short} 年）", short)


def years_between(first: date, last: date) -> int:
    """Whole years from `first` to `last`, 0 or more."""
    return max(0, last.year - first.year - ((last.month, last.day) < (first.month, first.day)))


def require_consistent(certificate: HeldCertificate, *, place: int) -> None:
    """Check year and level in the number of 22 characters; other kinds of numbers say neither.

    Raises CertificateDiffers. Source: domain rules §3.5, §4.6 C12.
    """
    number = certificate.number
    told = (f"{certificate.issued_on.year % 100:02}", certificate.award.certificate_mark)
    if len(number) == 22 and (number[13:15], number[15]) != told:
        raise CertificateDiffers(pointer=f"/certificates/{place}/number", place=place)


def require_genuine(
    certificate: HeldCertificate, record: RecordedCertificate | None, *, is_theirs: bool, place: int
) -> None:
    """Check a presented certificate against its number and, if it is on record here, against the record and its holder.

    Raises CertificateDiffers. Source: domain rules §4.6 C12.
    """
    require_consistent(certificate, place=place)
    if record is None:
        return
    same = (record.award, record.issued_on) == (certificate.award, certificate.issued_on)
    same = same and certificate.occupation in (None, record.occupation)
    if not (same and is_theirs and record.status is CertificateStatus.VALID):
        raise CertificateDiffers(pointer=f"/certificates/{place}/number", place=place)


def require_related(certificate: HeldCertificate, *, place: int, occupation: str, related: Collection[str]) -> None:
    """Check that a presented certificate is of `occupation` or a `related` one. Raises OccupationUnrelated."""
    if certificate.occupation not in (None, occupation, *related):
        pointer = f"/certificates/{place}/occupation"
        raise OccupationUnrelated(
            pointer=pointer, place=place, occupation=certificate.occupation, related=sorted(related)
        )
