"""What a body may examine, from a day to a day: occupations with awards, and whose authority each filing needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.dated_entries import endings, entries
from shared.dated_entries.endings import Ending
from shared.dated_entries.entries import DatedEntry
from shared.kernel.awards import Award, AwardEvidence
from shared.kernel.refusals import Conflict, Forbidden, Invalid


class Authority(StrEnum):
    """Who files an award for a body. Source: domain rules §3.1."""

    COUNTY = "county"
    PREFECTURE = "prefecture"
    PROVINCE = "province"


AUTHORITY: Final = {
    Award.TECHNICIAN: Authority.PREFECTURE,
    Award.SENIOR_TECHNICIAN: Authority.PREFECTURE,
    Award.SPECIAL_GRADE_TECHNICIAN: Authority.PROVINCE,
    Award.CHIEF_TECHNICIAN: Authority.PROVINCE,
}
"""Awards that the county does not file alone."""
OF_EMPLOYERS: Final = frozenset({Award.APPRENTICE, Award.SPECIAL_GRADE_TECHNICIAN, Award.CHIEF_TECHNICIAN})
"""Awards that only employers give, to their own staff. Source: domain rules §3.1."""


class OutsideScope(Invalid):
    """Facts: `day`, `occupation`, `award`, `level` (None for an award without one).

    Also `awards_filed`, what the body may examine in that occupation on that day, and `levels_filed`, the levels of
    these.
    """

    slug = "outside-scope"
    title_en = "This occupation and award are outside the filed scope of the body on that day."
    title_zh = "该职业及等级（证书种类）在该日不属于机构备案的评价范围。"
    cure_en = (
        "Choose an occupation and an award within the scope, or ask the authority to file the body with a wider one."
    )
    cure_zh = "请在备案范围内开展评价，或先向主管部门变更备案范围。"
    check = "C03"


class ShownOtherwise(Invalid):
    """Facts: `evidence`: "licence" of another authority, or "completion" of the training."""

    slug = "shown-otherwise"
    title_en = "This award is not given by an exam of an assessment body."
    title_zh = "该类证书不由评价机构考核核发。"
    cure_en = (
        "Choose a level from L2 to L6, or special_ability. A licence of another authority is recorded with the "
        "training in the registry; a completed training needs no exam."
    )
    cure_zh = (
        "请选择 L2 至 L6 或 special_ability。其他部门核发的操作证在登记服务中随培训登记；以培训合格为准的，无需考试。"
    )


class HigherAuthorityFiles(Forbidden):
    """Facts: `award`, `level`, `authority`: "prefecture" or "province"."""

    slug = "higher-authority-files"
    title_en = "A higher authority files bodies for this award."
    title_zh = "该等级的评价范围须由上级主管部门备案。"
    cure_en = "Ask the {authority} to do this for {award}: ranks 5 and 6 are the prefecture's, 7 and 8 the province's."
    cure_zh = "请由上级主管部门（{authority}）办理 {award}：技师、高级技师由市级，特级技师、首席技师由省级备案。"


class EmployersOnly(Invalid):
    """Facts: `award`, `level`."""

    slug = "employers-only"
    title_en = "Only an employer gives this award, to its own staff."
    title_zh = "该等级仅由用人单位对本单位职工评定。"
    cure_en = "File it for a body of the kind employer, or choose another level than {award}."
    cure_zh = "请为用人单位（employer）备案，或选择 {award} 以外的等级。"


class SpecialGradeFirst(Conflict):
    """Facts: `occupation`, `day`."""

    slug = "special-grade-first"
    title_en = "Only an enterprise that appoints special-grade technicians can appoint chief technicians."
    title_zh = "已开展特级技师评聘的企业方可评聘首席技师。"
    cure_en = "File L7 of {occupation} from {day} or earlier first."
    cure_zh = "请先为 {occupation} 备案特级技师（L7），起始日不晚于 {day}。"


class ScopeOverlaps(Conflict):
    """Facts: `entry`, `first_on`, `last_on` of the existing one."""

    slug = "scope-overlaps"
    title_en = "The body is already filed for this occupation and award on some of these days."
    title_zh = "该机构在所选时间内已备案此职业及等级（证书种类），期间重叠。"
    cure_en = "Choose days outside the existing entry ({first_on} to {last_on}), or end that entry first."
    cure_zh = "请避开已有记录的期间（{first_on} 至 {last_on}），或先终止该记录。"
    reference = "POST /v1/bodies/…/scope/{entry}/ending"


class ScopeEnded(Conflict):
    """Facts: `last_on`."""

    slug = "scope-ended"
    title_en = "The entry already ends before that day."
    title_zh = "该备案范围在所选日期之前已经终止。"
    cure_en = "You need not end it: an entry can only be given an earlier end."
    cure_zh = "无需再次终止；备案范围只能提前终止。"


@dataclass(frozen=True, kw_only=True)
class ScopeEntry(DatedEntry):
    """One occupation with one award, for which a body is filed."""

    body_id: UUID
    occupation: str
    award: Award


def require_scope(scope: Iterable[ScopeEntry], occupation: str, award: Award, *, day: date) -> None:
    """Check that a body with `scope` may examine `occupation` for `award` on `day`.

    Raises OutsideScope. Source: domain rules §3.7, §4.6 C03.
    """
    filed = [each.award for each in scope if each.occupation == occupation and each.stands_on(day)]
    if award not in filed:
        raise OutsideScope(
            pointer="/occupation",
            day=day.isoformat(),
            occupation=occupation,
            **award.codes,
            awards_filed=[each.code for each in sorted(filed, key=int)],
            levels_filed=[each.code for each in sorted(filed, key=int) if each.level is not None],
        )


def require_certificate(award: Award, *, pointer: str) -> None:
    """Raises ShownOtherwise unless an assessment body issues certificates for `award`. Source: domain rules §4.2."""
    if award.evidence is not AwardEvidence.CERTIFICATE:
        raise ShownOtherwise(pointer=pointer, evidence=award.evidence.value)


def authority_for(award: Award) -> Authority:
    """The lowest authority that files `award` for a body."""
    return AUTHORITY.get(award, Authority.COUNTY)


def open_(entry: ScopeEntry, *, is_employer: bool, others: Iterable[ScopeEntry], pointer: str = "") -> ScopeEntry:
    """The new `entry` (version 1), checked against the body's `others`.

    Raises ShownOtherwise, EmployersOnly, SpecialGradeFirst, ScopeOverlaps, PeriodEndsBeforeStart.
    """
    require_certificate(entry.award, pointer=f"{pointer}/award")
    if entry.award in OF_EMPLOYERS and not is_employer:
        raise EmployersOnly(pointer=f"{pointer}/award", **entry.award.codes)
    others = list(others)
    _require_alone(entry, others, pointer=pointer)
    if entry.award is Award.CHIEF_TECHNICIAN and not _appoints_special_grade(entry, others):
        raise SpecialGradeFirst(pointer=f"{pointer}/award", occupation=entry.occupation, day=entry.first_on.isoformat())
    return entry


def end(entry: ScopeEntry, *, from_on: date, by: str, reason: str, at: datetime) -> ScopeEntry:
    """End `entry` on the day before `from_on`. Raises ScopeEnded."""
    return entries.end(entry, from_on=from_on, by=by, reason=reason, at=at, ended=ScopeEnded)


def reopen(entry: ScopeEntry, ending: Ending | None, *, others: Iterable[ScopeEntry]) -> ScopeEntry:
    """Take back the `ending` of `entry`: it holds to its former last day. Raises NotEnded, ScopeOverlaps."""
    after = endings.reopen(entry, ending)
    _require_alone(after, others, pointer="")
    return after


def _require_alone(entry: ScopeEntry, others: Iterable[ScopeEntry], *, pointer: str) -> None:
    same = [
        each
        for each in others
        if (each.occupation, each.award) == (entry.occupation, entry.award) and each.id != entry.id
    ]
    standing = entries.overlapped(entry, same)
    if standing is not None:
        raise ScopeOverlaps(pointer=f"{pointer}/first_on", entry=str(standing.id), **standing.days())


def _appoints_special_grade(entry: ScopeEntry, others: Iterable[ScopeEntry]) -> bool:
    return any(
        each.award is Award.SPECIAL_GRADE_TECHNICIAN
        and each.occupation == entry.occupation
        and each.stands_on(entry.first_on)
        for each in others
    )
