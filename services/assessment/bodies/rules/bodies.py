"""Assessment bodies: who they are, where they lie, and the prefix of their certificates' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.assessment.bodies.rules.number_prefixes import BodyLetter, letter_of
from services.assessment.bodies.rules.scope import ScopeEntry
from shared.contracts.assessment import BodyFiled, ScopeItem
from shared.contracts.dimensions import award_fields
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
    cure_en = "Look the body up by its credit code; each body is filed once."
    cure_zh = "请按统一社会信用代码查询该机构；同一机构只备案一次。"
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


class ScopeDiffers(Conflict):
    """Facts: `occupation`, `award`, `level` (None for an award without one) of the first that was never filed."""

    slug = "scope-differs"
    title_en = "The body is filed already, without this occupation and award."
    title_zh = "该机构已备案，其备案范围不含此职业及等级（证书种类）。"
    cure_en = "Open an entry of the body's scope for it: filing a body again changes nothing."
    cure_zh = "请为该机构新增备案范围；重复备案不会变更已有记录。"
    reference = "POST /v1/bodies/…/scope"


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
    version: int
    closed_from: date | None = None
    """The first day on which it is closed; None while it is open."""
    succeeded_by: UUID | None = None
    """The body that has taken it over, and acts for what it held."""

    def same_particulars(self, other: Body) -> bool:
        """Whether `other` is a filing of the same body, also if its county has moved since, or it was closed."""
        unlike = ("id", "version", "reporting_region", "closed_from", "succeeded_by")
        return replace(self, **{name: getattr(other, name) for name in unlike}) == other


def file(body: Body, scope: Sequence[ScopeEntry], *, at: datetime) -> BodyFiled:
    """The fact that a new `body` (version 1) was filed. Raises WrongPrefixLetter."""
    if letter_of(body.number_prefix) is not body.kind.letter:
        raise WrongPrefixLetter(pointer="/number_prefix", expected=body.kind.letter.value)
    return _fact(body, scope, at=at)


def require_repeat(known: Body, body: Body, *, filed: Sequence[ScopeEntry], asked: Sequence[ScopeEntry]) -> None:
    """Check that `body` with the scope `asked` repeats the filing of `known`, for which `filed` was ever opened.

    Raises BodyCreditCodeTaken, ScopeDiffers.
    """
    if not known.same_particulars(body):
        raise BodyCreditCodeTaken(pointer="/credit_code")
    ever = {(each.occupation, each.award) for each in filed}
    for place, each in enumerate(asked):
        if (each.occupation, each.award) not in ever:
            raise ScopeDiffers(pointer=f"/scope/{place}", occupation=each.occupation, **each.award.codes)


def change(body: Body, scope: Sequence[ScopeEntry], *, at: datetime) -> tuple[Body, BodyFiled]:
    """The next version of `body`, whose `scope` or particulars have changed, and its fact."""
    after = replace(body, version=body.version + 1)
    return after, _fact(after, scope, at=at)


def _fact(body: Body, scope: Sequence[ScopeEntry], *, at: datetime) -> BodyFiled:
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
        scope=tuple(
            ScopeItem(
                occupation=entry.occupation,
                **award_fields(entry.award),
                first_on=entry.first_on,
                last_on=entry.last_on,
            )
            for entry in scope
        ),
        closed_from=body.closed_from,
        succeeded_by=body.succeeded_by,
    )
