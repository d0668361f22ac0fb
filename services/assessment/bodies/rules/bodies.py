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
from shared.kernel.levels import Level
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
    """Check C03. Facts: `occupation`, `level`, `levels_filed` (what the body may examine in that occupation)."""

    slug = "outside-scope"
    title_en = "This occupation and level are outside the filed scope of the body."
    title_zh = "该职业及等级不在机构备案的评价范围内（C03）。"
    cure_en = "Choose an occupation and level within the scope, or ask the authority to file the body with a wider one."
    cure_zh = "请在备案范围内开展评价，或先向主管部门变更备案范围。"


class ScopeEntry(NamedTuple):
    """One occupation at one level."""

    occupation: str
    level: Level


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

    def require_scope(self, occupation: str, level: Level) -> None:
        """Raises OutsideScope unless the body may examine `occupation` at `level`. Source: domain rules §3.7, C03."""
        if ScopeEntry(occupation, level) not in self.scope:
            filed = [entry.level.code for entry in self.scope if entry.occupation == occupation]
            raise OutsideScope(pointer="/occupation", occupation=occupation, level=level.code, levels_filed=filed)

    def same_particulars(self, other: Body) -> bool:
        """Whether `other` is a filing of the same body, with any scope, also if its county has moved since."""
        unlike = {name: getattr(other, name) for name in ("id", "scope", "version", "reporting_region")}
        return replace(self, **unlike) == other


def in_order(scope: Iterable[ScopeEntry]) -> tuple[ScopeEntry, ...]:
    """`scope` without repeats, by occupation and rank, so that equal scopes compare equal."""
    return tuple(sorted(set(scope)))


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
        scope=tuple(ScopeItem(occupation=entry.occupation, level=entry.level.value) for entry in body.scope),
    )
