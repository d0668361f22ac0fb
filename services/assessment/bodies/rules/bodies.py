"""Assessment bodies: what they are filed to examine, and the number block their certificates come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.assessment.bodies.rules.number_prefixes import BodyLetter, letter_of
from shared.contracts.assessment import BodyFiled, ScopeItem
from shared.contracts.dimensions import award_fields
from shared.kernel.awards import Award, AwardEvidence
from shared.kernel.refusals import Conflict, Invalid


class BodyKind(StrEnum):
    """Source: domain rules §3.7."""

    EMPLOYER = "employer"
    COLLEGE = "college"
    SOCIAL = "social"

    @property
    def letter(self) -> BodyLetter:
        """First character of its numbers. That colleges share S is an assumption. Source: domain rules §3.5."""
        return BodyLetter.EMPLOYER if self is BodyKind.EMPLOYER else BodyLetter.SOCIAL


class BodyCreditCodeTaken(Conflict):
    slug = "body-credit-code-taken"
    title_en = "A body with this credit code is already filed with different details."
    title_zh = "该统一社会信用代码的评价机构已备案，且备案信息不同。"
    cure_en = "Look the body up by its credit code; filing it again can change its scope only."
    cure_zh = "请按统一社会信用代码查询该机构；再次备案只能变更评价范围。"
    reference = "GET /v1/bodies"


class NumberPrefixTaken(Conflict):
    slug = "number-prefix-taken"
    title_en = "This number prefix belongs to another body."
    title_zh = "该证书编号前缀已分配给其他机构。"
    cure_en = "Assign a prefix with a different site serial (its last six digits)."
    cure_zh = "请分配站点序号（后六位）不同的前缀。"


class WrongPrefixLetter(Invalid):
    """The prefix's first letter is not that of the body's kind. Facts: `expected`."""

    slug = "wrong-prefix-letter"
    title_en = "The first letter of the number prefix belongs to another kind of body."
    title_zh = "证书编号前缀首字母与机构类别不符。"
    cure_en = "Prefixes of this kind of body start with {expected}."
    cure_zh = "该类机构的前缀应以 {expected} 开头。"


class OutsideScope(Invalid):
    """Check C03. Facts: `occupation`, `award`, `level` (None for an award without one).

    Also `awards_filed`, what the body may examine in that occupation, and `levels_filed`, the levels of these.
    """

    slug = "outside-scope"
    title_en = "This occupation and award are outside the filed scope of the body."
    title_zh = "该职业及等级（证书种类）不在机构备案的评价范围内（C03）。"
    cure_en = (
        "Choose an occupation and an award within the scope, or ask the authority to file the body with a wider one."
    )
    cure_zh = "请在备案范围内开展评价，或先向主管部门变更备案范围。"


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


class ScopeEntry(NamedTuple):
    """One occupation with one award."""

    occupation: str
    award: Award


@dataclass(frozen=True)
class Body:
    id: UUID
    credit_code: str
    name: str
    kind: BodyKind
    region: str
    reporting_region: str
    number_prefix: str
    """The 13 characters that the authority assigns: the start of every certificate number of the body."""
    scope: tuple[ScopeEntry, ...]
    version: int

    def require_scope(self, occupation: str, award: Award) -> None:
        """Raises OutsideScope unless the body may examine `occupation` for `award`. Source: domain rules §3.7, C03."""
        if ScopeEntry(occupation, award) not in self.scope:
            filed = [entry.award for entry in self.scope if entry.occupation == occupation]
            raise OutsideScope(
                pointer="/occupation",
                occupation=occupation,
                **award.codes,
                awards_filed=[each.code for each in filed],
                levels_filed=[each.code for each in filed if each.level is not None],
            )

    def same_particulars(self, other: Body) -> bool:
        """Whether `other` is a filing of the same body, with any scope, also if its county has moved since."""
        unlike = {name: getattr(other, name) for name in ("id", "scope", "version", "reporting_region")}
        return replace(self, **unlike) == other


def require_certificate(award: Award, *, pointer: str) -> None:
    """Raises ShownOtherwise unless an assessment body issues certificates for `award`. Source: domain rules §4.2."""
    if award.evidence is not AwardEvidence.CERTIFICATE:
        raise ShownOtherwise(pointer=pointer, evidence=award.evidence.value)


def in_order(scope: Iterable[ScopeEntry]) -> tuple[ScopeEntry, ...]:
    """`scope` without repeats, by occupation and award, so that equal scopes compare equal."""
    return tuple(sorted(set(scope), key=lambda entry: (entry.occupation, entry.award.value)))


def file(body: Body, *, at: datetime) -> BodyFiled:
    """The fact that a new `body` (version 1) was filed. Raises WrongPrefixLetter."""
    if letter_of(body.number_prefix) is not body.kind.letter:
        raise WrongPrefixLetter(pointer="/number_prefix", expected=body.kind.letter.value)
    return _fact(body, at=at)


def change_scope(body: Body, scope: tuple[ScopeEntry, ...], *, at: datetime) -> tuple[Body, BodyFiled]:
    """File `body` again with another scope. Sessions filed within the old scope are unchanged."""
    after = replace(body, scope=scope, version=body.version + 1)
    return after, _fact(after, at=at)


def _fact(body: Body, *, at: datetime) -> BodyFiled:
    return BodyFiled(
        subject=f"bodies/{body.id}",
        version=body.version,
        at=at,
        body_id=body.id,
        name=body.name,
        kind=body.kind,
        credit_code=body.credit_code,
        region=body.region,
        reporting_region=body.reporting_region,
        scope=tuple(ScopeItem(occupation=entry.occupation, **award_fields(entry.award)) for entry in body.scope),
    )
