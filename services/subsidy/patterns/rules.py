"""Findings: by which rule, about whom, with what evidence, and what becomes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    IN_TWO_PLACES = "in_two_places"
    """One human who teaches or examines at one time in two places. Source: domain rules §4.6, C06."""

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
    PatternRule.IN_TWO_PLACES: PatternWords(
        "C06",
        "A teacher or examiner was to be here and elsewhere at the same time.",
        "教师或考评人员同一时间在两处授课或考评。",
        "Ask both for the records of these hours. Dismiss it if the person was here, or was properly replaced.",
        "请向双方调取该时段记录：本人确在此处或已依规更换人员的予以排除，否则认定。",
    ),
}


@dataclass(frozen=True, kw_only=True)
class PatternFinding:
    """A pattern that was found once: `key` keeps it from being found again. It is about an institution, about one class
    or exam of an institution or body, or about a person.
    """

    id: UUID
    rule: PatternRule
    key: str
    institution_id: UUID | None = None
    source_id: UUID | None = None
    """The class or exam whose claims it holds; None: all of the institution, or those with lines of the person."""
    person: UUID | None = None
    evidence: Mapping[str, Any]
    """Ids, days and hours only."""
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


@dataclass(frozen=True)
class DutySource:
    """A class with its lessons, or an exam with its sittings."""

    id: UUID
    is_exam: bool
    organisation_id: UUID
    region: str
    reporting_region: str

    @property
    def name(self) -> str:
        """Where its hours were told, as evidence names it."""
        return f"assessment: sessions/{self.id}" if self.is_exam else f"registry: timetables/{self.id}"


class Hours(NamedTuple):
    """From an instant to another one, at which they are over."""

    begins_at: datetime
    ends_at: datetime

    def common(self, other: Hours) -> Hours | None:
        """The time that both have in common; None if one is over when the other begins."""
        both = Hours(max(self.begins_at, other.begins_at), min(self.ends_at, other.ends_at))
        return both if both.begins_at < both.ends_at else None


class Duty(NamedTuple):
    """A human teaches or examines at these hours."""

    human: UUID
    source: DutySource
    hours: Hours


@dataclass(frozen=True)
class Meeting:
    """A human who was to be in two places at these hours, in the order of time. Which of the two was, nobody knows."""

    human: UUID
    own: DutySource
    other: DutySource
    hours: Sequence[Hours]


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


def meetings(pairs: Iterable[tuple[Duty, Duty]]) -> Iterator[Meeting]:
    """Where a human was to be in two places, from both sides, of pairs of duties of one human.

    Two lessons are no such pair: the registry refuses them, and knows of teachers whom it has merged.
    """
    found: defaultdict[tuple[UUID, DutySource, DutySource], set[Hours]] = defaultdict(set)
    for one, two in pairs:
        hours = one.hours.common(two.hours)
        is_pair = one.human == two.human and one.source.id != two.source.id
        if hours is not None and is_pair and (one.source.is_exam or two.source.is_exam):
            found[one.human, one.source, two.source].add(hours)
            found[one.human, two.source, one.source].add(hours)
    for (human, own, other), hours_ in found.items():
        yield Meeting(human, own, other, sorted(hours_))


def settle(finding: PatternFinding, verb: Verdict, *, reason: str, by: str, at: datetime) -> PatternFinding:
    """Say what it is. Raises IllegalMove."""
    status = move(holds.MOVES, finding.status, verb)
    return replace(finding, status=status, settled_by=by, settled_at=at, reason=reason, version=finding.version + 1)
