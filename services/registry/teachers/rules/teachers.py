"""The teacher pool (师资库): teachers, and the projects and qualifications that each institution states for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from shared.contracts.registry.teachers import TeacherListed
from shared.kernel.identity import IdentityDocument
from shared.kernel.periods import Period
from shared.kernel.refusals import Invalid, NotFound


class TeacherTooOld(Invalid):
    """Facts: `age_max`, on the day `on`. The age itself is not given."""

    slug = "teacher-too-old"
    title_en = "The teacher is over the age limit on that day."
    title_zh = "该教师在所涉日期已超过规定的任教年龄上限。"
    cure_en = "Choose another teacher: a teacher may be at most {age_max} years old on {on}."
    cure_zh = "教师在 {on} 当日的年龄不得超过 {age_max} 周岁，请另行安排教师。"


class TeacherNameDiffers(Invalid):
    slug = "teacher-name-differs"
    title_en = "The teacher with this document is in the pool under a different name."
    title_zh = "该证件号码在师资库中登记的姓名与所填姓名不一致。"
    cure_en = (
        "Compare number and name with the document. If both are right, ask an officer, or the institution that "
        "first added the teacher, to correct the name; then send the request again."
    )
    cure_zh = "请对照证件核对号码和姓名。均无误的，请县区工作人员或最先登记该教师的机构更正姓名后重新提交。"
    reference = "POST /v1/teachers/…/correction"
    check = "C01"


@dataclass(frozen=True)
class Qualification:
    """A qualification certificate of a teacher, as `institution_id` entered it.

    Its number is encrypted for `id` and recognised by `mark`. `verified_by`: the officer who saw the original.
    """

    id: UUID
    institution_id: UUID
    name: str
    mark: UUID
    sealed: bytes
    held: Period
    verified_by: str | None = None

    @property
    def said(self) -> tuple[UUID, str, UUID, Period]:
        """What its institution states about it."""
        return self.institution_id, self.name, self.mark, self.held

    def counts_at(self, institution_id: UUID) -> bool:
        """Whether it counts at that institution: where it was entered, and everywhere once it is verified."""
        return self.institution_id == institution_id or self.verified_by is not None


class Assignment(NamedTuple):
    """An institution's statement that a teacher may teach a project."""

    institution_id: UUID
    project: str


@dataclass(frozen=True)
class Teacher:
    """`named_by` is the institution that gave the name; None once an officer has corrected it."""

    id: UUID
    person: UUID
    document_kind: str
    sealed: bytes
    named_by: UUID | None
    assignments: frozenset[Assignment]
    qualifications: tuple[Qualification, ...]
    version: int
    merged_into: UUID | None = None
    """The entry of the same person that this one went into."""

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects that they may teach at any institution, sorted."""
        return tuple(sorted({each.project for each in self.assignments}))

    def projects_at(self, institution_id: UUID) -> tuple[str, ...]:
        return tuple(sorted(each.project for each in self.assignments if each.institution_id == institution_id))

    def papers_at(self, institution_id: UUID) -> tuple[Qualification, ...]:
        return tuple(each for each in self.qualifications if each.counts_at(institution_id))

    def paper(self, qualification_id: UUID) -> Qualification:
        """Raises NotFound."""
        for each in self.qualifications:
            if each.id == qualification_id:
                return each
        raise NotFound(what="qualification", id=qualification_id)

    def is_qualified_on(self, day: date, institution_id: UUID) -> bool:
        return any(each.held.contains(day) for each in self.papers_at(institution_id))


@dataclass(frozen=True)
class Correction:
    """A correction of an institution's statements in an engagement; without an engagement, of the teacher's name.

    `sealed_before`: the encrypted particulars with the old name.
    """

    id: UUID
    teacher_id: UUID
    engagement_id: UUID | None
    change: Mapping[str, object]
    sealed_before: bytes | None
    reason: str
    corrected_by: str
    corrected_at: datetime


def list_(teacher: Teacher, *, at: datetime) -> TeacherListed:
    """The fact with the current state of `teacher`."""
    return TeacherListed(
        subject=f"teachers/{teacher.id}",
        version=teacher.version,
        at=at,
        teacher_id=teacher.id,
        person=teacher.person,
        projects=teacher.projects,
        qualifications=len(teacher.qualifications),
        merged_into=teacher.merged_into,
    )


def learn(
    teacher: Teacher, institution_id: UUID, projects: Iterable[str], qualifications: Iterable[Qualification]
) -> Teacher:
    """`teacher` with more statements of the institution; a qualification with a later end replaces its own entry.

    The same object if nothing changes.
    """
    own = {(each.name, each.mark): each for each in teacher.qualifications if each.institution_id == institution_id}
    own |= {(each.name, each.mark): each for each in qualifications}
    return correct(teacher, institution_id, {*teacher.projects_at(institution_id), *projects}, own.values())


def correct(
    teacher: Teacher, institution_id: UUID, projects: Iterable[str], qualifications: Iterable[Qualification]
) -> Teacher:
    """`teacher` with these statements as the only ones of the institution; those of others stay.

    An unchanged qualification keeps its id. The same object if nothing changes.
    """
    said = {each.said: each for each in qualifications}
    others = {each for each in teacher.assignments if each.institution_id != institution_id}
    papers = [each for each in teacher.qualifications if each.institution_id != institution_id or each.said in said]
    known = {each.said for each in papers}
    after = replace(
        teacher,
        assignments=frozenset(others | {Assignment(institution_id, project) for project in projects}),
        qualifications=(*papers, *(each for each in said.values() if each.said not in known)),
    )
    return teacher if after == teacher else replace(after, version=teacher.version + 1)


def rename(teacher: Teacher, sealed: bytes, *, named_by: UUID | None) -> Teacher:
    """`teacher` with the encrypted particulars `sealed`, given by that institution or, with None, by an officer."""
    return replace(teacher, sealed=sealed, named_by=named_by, version=teacher.version + 1)


def changed(before: Teacher, after: Teacher) -> dict[str, object]:
    """The old values that a correction stores: projects, and ids of qualifications, whose rows stay."""
    pairs = {
        "projects": [{each.project for each in one.assignments - other.assignments}
                     for one, other in ((before, after), (after, before))],
        "qualifications": [{str(each.id) for each in {*one.qualifications} - {*other.qualifications}}
                           for one, other in ((before, after), (after, before))],
    }  # fmt: skip
    return {name: {"gone": sorted(gone), "new": sorted(new)} for name, (gone, new) in pairs.items() if gone or new}


def verify(teacher: Teacher, qualification_id: UUID, *, by: str) -> Teacher:
    """`teacher` with that qualification verified by an officer; the same object if it already is."""
    papers = tuple(
        replace(each, verified_by=each.verified_by or by) if each.id == qualification_id else each
        for each in teacher.qualifications
    )
    after = replace(teacher, qualifications=papers)
    return teacher if after == teacher else replace(after, version=teacher.version + 1)


def require_age(document: IdentityDocument, *, on: date, age_max: int, pointer: str = "/document_number") -> None:
    """Check the age limit; an unknown birth date passes. Raises TeacherTooOld. Source: domain rules §5.2 [28]."""
    age = document.age_on(on)
    if age is not None and age > age_max:
        raise TeacherTooOld(pointer=pointer, age_max=age_max, on=on.isoformat())
