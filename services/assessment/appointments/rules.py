"""Terms of a post: the first comes with the certificate, a renewal takes two people, and a term can be ended.

The certificate says that the award was given, and stays valid when no term follows; whether the holder is appointed on
a day is said beside it. Source: domain rules §3.1; that a lapsed term revokes nothing is an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.assessment.certificates.rules.certificates import Certificate
from shared.contracts.assessment import CertificateStatus, CertificateWay
from shared.dated_entries import endings, entries
from shared.dated_entries.endings import Ending
from shared.dated_entries.entries import DatedEntry
from shared.kernel.refusals import Conflict

RENEWAL: Final = "appointment-renewal"
"""The kind of the proposals that ask for a further term."""


class NotAppointed(Conflict):
    """Facts: `way`, that of the certificate."""

    slug = "not-appointed"
    title_en = "The certificate rests on no appointment, or does not stand."
    title_zh = "该证书不是评聘取得的，或已失效，没有聘期。"
    cure_en = "Terms belong to valid certificates of special-grade and chief technicians; this one came by {way}."
    cure_zh = "只有有效的特级技师、首席技师证书有聘期；本证书的取得方式为 {way}。"


class TermOverlaps(Conflict):
    """Facts: `term`, `first_on`, `last_on` of the existing one."""

    slug = "term-overlaps"
    title_en = "The holder is already appointed on some of these days."
    title_zh = "所选期间与已有聘期重叠。"
    cure_en = "Choose days outside the existing term ({first_on} to {last_on}), or end that term first."
    cure_zh = "请避开已有聘期（{first_on} 至 {last_on}），或先终止该聘期。"
    reference = "POST /v1/terms/{term}/ending"


class TermEnded(Conflict):
    """Facts: `last_on`."""

    slug = "term-ended"
    title_en = "The term already ends before that day."
    title_zh = "该聘期在所选日期之前已经结束。"
    cure_en = "You need not end it: a term can only be given an earlier end."
    cure_zh = "无需再次终止；聘期只能提前终止。"


class Appointment(StrEnum):
    """Whether the holder is appointed on a day."""

    APPOINTED = "appointed"
    AHEAD = "ahead"
    """The first term that is left begins later."""
    LAPSED = "lapsed"
    """No term holds or follows; the certificate stays what it is."""


@dataclass(frozen=True, kw_only=True)
class Term(DatedEntry):
    """A term of a post, which has a last day; `agreed_by` is the second of the two people."""

    certificate_id: UUID
    post: str
    reference: str
    agreed_by: str


def open_(term: Term, certificate: Certificate, *, others: Iterable[Term]) -> Term:
    """The new `term` (version 1), checked against the others.

    Raises NotAppointed, TermOverlaps, PeriodEndsBeforeStart.
    """
    if certificate.way is not CertificateWay.APPOINTMENT or certificate.status is not CertificateStatus.VALID:
        raise NotAppointed(way=certificate.way.value)
    _require_alone(term, others)
    return term


def end(term: Term, *, from_on: date, by: str, reason: str, at: datetime) -> Term:
    """End `term` on the day before `from_on`. Raises TermEnded."""
    return entries.end(term, from_on=from_on, by=by, reason=reason, at=at, ended=TermEnded)


def reopen(term: Term, ending: Ending | None, *, others: Iterable[Term]) -> Term:
    """Take back the `ending` of `term`: it holds to its former last day. Raises NotEnded, TermOverlaps."""
    after = endings.reopen(term, ending)
    _require_alone(after, others)
    return after


def on(terms: Iterable[Term], day: date) -> Appointment:
    """Whether who has these terms is appointed on `day`."""
    terms = list(terms)
    if any(each.stands_on(day) for each in terms):
        return Appointment.APPOINTED
    is_ahead = any(each.first_on > day and each.last_on is not None and each.last_on >= each.first_on for each in terms)
    return Appointment.AHEAD if is_ahead else Appointment.LAPSED


def _require_alone(term: Term, others: Iterable[Term]) -> None:
    standing = entries.overlapped(term, [each for each in others if each.id != term.id])
    if standing is not None:
        raise TermOverlaps(pointer="/first_on", term=str(standing.id), **standing.days())
