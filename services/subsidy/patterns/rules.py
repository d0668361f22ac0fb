"""Findings: by which rule, about whom, with what evidence, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.subsidy.holds import rules as holds
from services.subsidy.holds.rules import HoldStatus, Verdict
from shared.kernel.moves import move

DAYS_TO_SETTLE: Final = 14
"""Days in which a finding is settled; no rule was found, so this is an assumption."""
BURST_CERTIFICATES: Final = 4
"""As many certificates of one human, by several bodies, within BURST_DAYS are a burst; an assumption."""
BURST_DAYS: Final = 30


class PatternRule(StrEnum):
    SHARED_ACCOUNT = "shared_account"
    """A payee's account that another payee has or had. Source: domain rules §4.6, C16."""
    BANNED_PARTY_BACK = "banned_party_back"
    """A payee with the account of an institution that a sanction keeps out. Source: domain rules §4.6, C25."""
    TWO_DOCUMENTS = "two_documents"
    """One account of two people: perhaps one human under two documents. Source: domain rules §4.6, C09."""
    CERTIFICATE_BURST = "certificate_burst"
    """Many certificates of one human by several bodies within a month. Source: domain rules §4.6, C19."""

    @property
    def words(self) -> PatternWords:
        return _WORDS[self]


class PatternWords(NamedTuple):
    check: str
    """The number of the check that it is evidence for."""
    title_en: str
    title_zh: str
    cure_en: str
    cure_zh: str


_WORDS: Final[Mapping[PatternRule, PatternWords]] = {
    PatternRule.SHARED_ACCOUNT: PatternWords(
        "C16",
        "Another payee has or had the same account.",
        "其他收款方使用或曾使用同一账户。",
        "Ask both for the account's papers. Dismiss it if both may use it; otherwise uphold it.",
        "请核对双方开户资料：确可共用的予以排除，否则认定。",
    ),
    PatternRule.BANNED_PARTY_BACK: PatternWords(
        "C25",
        "The payee has the account of an institution that a sanction keeps out.",
        "收款账户与已被处罚清退机构的账户相同。",
        "Find out who stands behind both. Dismiss it if they have nothing to do with each other.",
        "请核查双方实际控制人：确无关联的予以排除，否则认定。",
    ),
    PatternRule.TWO_DOCUMENTS: PatternWords(
        "C09",
        "Two people are paid to one account; they may be one human under two documents.",
        "两人使用同一收款账户，可能为同一人的两个证件。",
        "Compare the documents. If it is one human, have the persons merged in the registry.",
        "请核对证件；确为同一人的，请在登记服务中合并。",
    ),
    PatternRule.CERTIFICATE_BURST: PatternWords(
        "C19",
        "One human was given many certificates by several bodies within a month.",
        "同一人在一个月内由多家评价机构发证。",
        "Ask the bodies for the records of the exams. Dismiss it if the person sat them all.",
        "请向各评价机构调取考试记录：确由本人参加的予以排除，否则认定。",
    ),
}


@dataclass(frozen=True, kw_only=True)
class PatternFinding:
    """A pattern that was found once: `key` keeps it from being found again. It is about an institution or a person."""

    id: UUID
    rule: PatternRule
    key: str
    institution_id: UUID | None = None
    person: UUID | None = None
    evidence: Mapping[str, Any]
    """Ids and days only."""
    region: str
    reporting_region: str
    found_at: datetime
    due_on: date
    status: HoldStatus = HoldStatus.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    version: int = 1


@dataclass(frozen=True)
class SeenAccount:
    """An account with one number, of one of several payees."""

    account_id: UUID
    payee: UUID
    region: str
    reporting_region: str
    is_person: bool
    is_banned: bool
    """Whether a sanction keeps the payee out."""


def due_on(found_on: date) -> date:
    return found_on + timedelta(days=DAYS_TO_SETTLE)


def rule_of(own: SeenAccount, other: SeenAccount) -> PatternRule:
    """What it looks like that `own` payee has the account of another one."""
    if other.is_banned:
        return PatternRule.BANNED_PARTY_BACK
    if own.is_person and other.is_person:
        return PatternRule.TWO_DOCUMENTS
    return PatternRule.SHARED_ACCOUNT


def is_burst(bodies: Collection[UUID]) -> bool:
    """Whether the certificates of one human within BURST_DAYS, each by its body, are a burst."""
    return len(bodies) >= BURST_CERTIFICATES and len(set(bodies)) > 1


def settle(finding: PatternFinding, verb: Verdict, *, reason: str, by: str, at: datetime) -> PatternFinding:
    """Say what it is. Raises IllegalMove."""
    status = move(holds.MOVES, finding.status, verb)
    return replace(finding, status=status, settled_by=by, settled_at=at, reason=reason, version=finding.version + 1)
