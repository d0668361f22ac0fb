"""Training institutions, identified by their unified social credit code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from shared.contracts.registry.directory import InstitutionChanged, InstitutionRegistered, InstitutionState
from shared.kernel.refusals import Conflict, Stale

F = TypeVar("F", bound=InstitutionState)


class InstitutionKind(StrEnum):
    TRAINING_SCHOOL = "training_school"
    TECHNICAL_SCHOOL = "technical_school"
    COLLEGE = "college"
    ENTERPRISE = "enterprise"
    PUBLIC_BASE = "public_base"


class CreditCodeTaken(Conflict):
    slug = "credit-code-taken"
    title_en = "An institution with this credit code is already registered with different particulars."
    title_zh = "该统一社会信用代码已登记，且登记信息不同。"
    cure_en = "Look the institution up by its credit code; each institution is registered once."
    cure_zh = "请按统一社会信用代码查询该机构；同一机构只登记一次。"
    reference = "GET /v1/institutions"


@dataclass(frozen=True)
class Institution:
    """The legal representative and the account that subsidies are paid to are stored as marks (keyed hashes) only."""

    id: UUID
    credit_code: str
    name: str
    kind: InstitutionKind
    region: str
    reporting_region: str
    version: int
    department: str = ""
    """The department that supervises it; empty if unknown."""
    owner_mark: UUID | None = None
    account_mark: UUID | None = None
    closed_from: date | None = None
    """The first day on which it is closed; None while it is open."""
    succeeded_by: UUID | None = None
    """The institution that has taken it over."""

    @property
    def has_owner(self) -> bool:
        return self.owner_mark is not None

    @property
    def has_account(self) -> bool:
        return self.account_mark is not None

    def same_as(self, other: Institution) -> bool:
        """Whether `other` has the same particulars."""
        aside = {name: getattr(self, name) for name in ("id", "version", "closed_from", "succeeded_by")}
        return replace(other, **aside) == self

    def is_closed_on(self, day: date) -> bool:
        return self.closed_from is not None and self.closed_from <= day


def register(institution: Institution, *, at: datetime) -> InstitutionRegistered:
    """The fact that a new `institution` (version 1) entered the registry."""
    return _fact(InstitutionRegistered, institution, at=at)


def change(
    before: Institution, changed: Institution, *, expected: int, at: datetime
) -> tuple[Institution, InstitutionChanged | None]:
    """`before` with the particulars of `changed`, and the fact; None instead of a fact if nothing changed.

    Raises Stale if the version of `before` is not `expected`.
    """
    if before.version != expected:
        raise Stale
    if before.same_as(changed):
        return before, None
    after = replace(changed, id=before.id, credit_code=before.credit_code, version=before.version + 1)
    return after, _fact(InstitutionChanged, after, at=at)


def close(
    institution: Institution, *, from_on: date, successor: UUID | None, at: datetime
) -> tuple[Institution, InstitutionChanged]:
    """The institution, closed from that day on and, if there is a `successor`, taken over by it."""
    after = replace(institution, closed_from=from_on, succeeded_by=successor, version=institution.version + 1)
    return after, _fact(InstitutionChanged, after, at=at)


def reopen(institution: Institution, *, at: datetime) -> tuple[Institution, InstitutionChanged]:
    """The institution, open again and nobody's predecessor."""
    after = replace(institution, closed_from=None, succeeded_by=None, version=institution.version + 1)
    return after, _fact(InstitutionChanged, after, at=at)


def _fact(fact: type[F], institution: Institution, *, at: datetime) -> F:
    return fact(
        subject=f"institutions/{institution.id}",
        version=institution.version,
        at=at,
        institution_id=institution.id,
        credit_code=institution.credit_code,
        name=institution.name,
        kind=institution.kind,
        region=institution.region,
        reporting_region=institution.reporting_region,
        department=institution.department,
        closed_from=institution.closed_from,
        succeeded_by=institution.succeeded_by,
    )
