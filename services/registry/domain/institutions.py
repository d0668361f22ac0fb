"""Training institutions, known by their unified social credit code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.registry import InstitutionRegistered
from shared.kernel.refusals import Conflict


class InstitutionKind(StrEnum):
    TRAINING_SCHOOL = "training_school"
    TECHNICAL_SCHOOL = "technical_school"
    COLLEGE = "college"
    ENTERPRISE = "enterprise"
    PUBLIC_BASE = "public_base"


class CreditCodeTaken(Conflict):
    slug = "credit-code-taken"
    title_en = "An institution with this credit code is registered with other particulars."
    title_zh = "该统一社会信用代码已登记，且登记信息不同。"
    cure_en = "Look it up with GET /v1/institutions?credit_code=…; one institution is registered once."
    cure_zh = "请用 GET /v1/institutions?credit_code=… 查询；同一机构只登记一次。"


@dataclass(frozen=True)
class Institution:
    id: UUID
    credit_code: str
    name: str
    kind: InstitutionKind
    region: str
    reporting_region: str
    version: int


def register(institution: Institution, *, at: datetime) -> InstitutionRegistered:
    """The fact that a new `institution` (version 1) entered the registry."""
    return InstitutionRegistered(
        subject=f"institutions/{institution.id}",
        version=institution.version,
        at=at,
        institution_id=institution.id,
        credit_code=institution.credit_code,
        name=institution.name,
        kind=institution.kind,
        region=institution.region,
        reporting_region=institution.reporting_region,
    )
