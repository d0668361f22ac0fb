"""Conferrals: a list of people who are given an award without an exam, from its filing to certificates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.assessment.certificates.rules import ways
from services.assessment.certificates.rules.certificates import Occasion, Recipient
from services.assessment.chain.rules import Entry, LinkKind, digest
from shared.contracts.assessment import CertificateWay
from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each
from shared.kernel.refusals import Conflict, Forbidden, Invalid, LocalIdTaken, Refusal
from shared.kernel.working_days import WorkingDays

KIND: Final = "conferral"
"""The kind of the proposals that ask for a decision about a list."""


class ConferralStatus(StrEnum):
    OPEN = "open"
    """People are added; nobody decides about it yet."""
    SUBMITTED = "submitted"
    """A second person decides about it."""
    PUBLIC = "public"
    """Confirmed; public for the working days that the rules ask for."""
    CONCLUDED = "concluded"
    WITHDRAWN = "withdrawn"


class ConferralVerb(StrEnum):
    SUBMIT = "submit"
    CONFIRM = "confirm"
    RETURN = "return"
    """The second person refuses it as it is: the body corrects it."""
    WITHHOLD = "withhold"
    """An officer takes a confirmation back."""
    CONCLUDE = "conclude"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


MOVES: Final[Mapping[ConferralStatus, Mapping[ConferralVerb, ConferralStatus]]] = {
    ConferralStatus.OPEN: {
        ConferralVerb.SUBMIT: ConferralStatus.SUBMITTED,
        ConferralVerb.WITHDRAW: ConferralStatus.WITHDRAWN,
    },
    ConferralStatus.SUBMITTED: {
        ConferralVerb.CONFIRM: ConferralStatus.PUBLIC,
        ConferralVerb.RETURN: ConferralStatus.OPEN,
    },
    ConferralStatus.PUBLIC: {
        ConferralVerb.WITHHOLD: ConferralStatus.OPEN,
        ConferralVerb.CONCLUDE: ConferralStatus.CONCLUDED,
    },
    ConferralStatus.CONCLUDED: {},
    ConferralStatus.WITHDRAWN: {ConferralVerb.REOPEN: ConferralStatus.OPEN},
}

WHY_FINAL: Final = {
    ConferralStatus.CONCLUDED: (
        "Certificates were issued: a wrong one is revoked or corrected by two people, and a term of a post is ended."
    ),
}


class NomineeVerb(StrEnum):
    STRIKE = "strike"
    RESTORE = "restore"


class NobodyNominated(Conflict):
    slug = "nobody-nominated"
    title_en = "Nobody is left on the list."
    title_zh = "名单中没有人员。"
    cure_en = "Post the people first, or restore those who were struck off."
    cure_zh = "请先登记人员，或恢复已剔除的人员。"


class ListClosed(Conflict):
    """Facts: `state`."""

    slug = "conferral-list-closed"
    title_en = "The list cannot be changed in this state."
    title_zh = "该认定名单在当前状态下不能变更。"
    cure_en = "People are added while it is open and struck off until it is concluded; it is {state}."
    cure_zh = "名单开放期间可登记人员，办结前可剔除人员；当前状态为 {state}。"


class ConferralPublic(Conflict):
    """Facts: `public_until`."""

    slug = "conferral-still-public"
    title_en = "The list is still public, so that people can object to it."
    title_zh = "认定名单仍在公示期内。"
    cure_en = "Conclude it after {public_until}."
    cure_zh = "请在 {public_until} 之后办结。"


class HigherAuthorityDecides(Forbidden):
    """Facts: `authority`, `award`, `level` (None for an award without one)."""

    slug = "higher-authority-decides"
    title_en = "A higher authority decides about this award."
    title_zh = "该等级（证书种类）由上级主管部门审定。"
    cure_en = "Ask the {authority} to decide: ranks 5 and 6 take the prefecture, ranks 7 and 8 the province."
    cure_zh = "请由 {authority} 级主管部门审定：技师、高级技师由市级，特级技师、首席技师由省级。"


class AlreadyNominated(Conflict):
    """Facts: `local_id`."""

    slug = "already-nominated"
    title_en = "This person is already on the list."
    title_zh = "该人已在名单中。"
    cure_en = "They are on it as {local_id}; leave the row out."
    cure_zh = "该人在名单中的编号为 {local_id}，请删除该行。"


class AlreadyAwarded(Conflict):
    slug = "already-awarded"
    title_en = "The person has a valid certificate of this occupation and award already."
    title_zh = "该人已持有同一职业、同一等级（证书种类）的有效证书。"
    cure_en = "A person holds one: leave the row out."
    cure_zh = "同一人只能持有一本，请删除该行。"


@dataclass(frozen=True)
class Conferral:
    id: UUID
    body_id: UUID
    local_id: str
    way: CertificateWay
    class_id: UUID | None
    programme: str
    """The programme of its certificates, unless the holder's enrolment in the class names another one."""
    region: str
    reporting_region: str
    occupation: str
    award: Award
    plan_year: int
    status: ConferralStatus
    filed_by: str
    filed_at: datetime
    version: int = 1
    decided_by: str | None = None
    decided_on: date | None = None
    public_until: date | None = None
    """The last day of the publicity; None before it is confirmed, and where the rules ask for none."""

    @property
    def occasion(self) -> Occasion:
        """The particulars that its certificates share."""
        return Occasion(
            session_id=None,
            conferral_id=self.id,
            way=self.way,
            body_id=self.body_id,
            class_id=self.class_id,
            region=self.region,
            reporting_region=self.reporting_region,
            occupation=self.occupation,
            award=self.award,
            plan_year=self.plan_year,
        )

    @property
    def subject(self) -> str:
        return f"conferrals/{self.id}"

    def same_filing(self, other: Conferral) -> bool:
        """Whether `other` repeats the filing of this one, in any state."""
        names = (
            "id", "status", "filed_by", "filed_at", "version", "decided_by", "decided_on", "public_until", "plan_year",
        )  # fmt: skip
        return replace(self, **{name: getattr(other, name) for name in names}) == other

    def require_open(self) -> None:
        """Check that people can be added. Raises ListClosed."""
        if self.status is not ConferralStatus.OPEN:
            raise ListClosed(state=self.status.value)

    def require_unconcluded(self) -> None:
        """Check that people can be struck off and restored. Raises ListClosed."""
        if self.status in (ConferralStatus.CONCLUDED, ConferralStatus.WITHDRAWN):
            raise ListClosed(state=self.status.value)

    def concluded_link(self, results: str) -> Entry:
        """The entry of the chain for its conclusion; `results` is the digest of who was on the list, and why."""
        said = (self.id, self.body_id, self.local_id, self.way, self.occupation, int(self.award), self.decided_by)
        return Entry(LinkKind.CONFERRAL_CONCLUDED, self.subject, digest([*said, self.decided_on, results]))


@dataclass(frozen=True, slots=True)
class Nominee:
    """A person on a list; `evidence` is sealed to the nominee."""

    id: UUID
    conferral_id: UUID
    person: UUID
    local_id: str
    evidence: bytes
    basis: str | None
    rule: str | None
    """The row by which a place in a contest was recognised."""
    programme: str
    """The programme of the person's enrolment in the class of the list, or else that of the list."""
    struck_by: str | None = None
    struck_at: datetime | None = None
    striking_reason: str | None = None
    version: int = 1

    @property
    def recipient(self) -> Recipient:
        return Recipient(candidate_id=None, person=self.person, programme=self.programme)


class Step(NamedTuple):
    """A step of a conferral, or of a nominee of it: who took it, when and why."""

    conferral_id: UUID
    version: int
    nominee_id: UUID | None
    verb: str
    taken_by: str
    taken_at: datetime
    reason: str | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entrant:
    """A row that was judged by itself: its person, the human behind that key, and what of it is stored."""

    row: int
    id: UUID
    local_id: str
    person: UUID
    human: UUID
    nominee: Nominee


class Listed(NamedTuple):
    """Who is on the list already."""

    id: UUID
    person: UUID
    local_id: str


class ExamsAreSessions(Invalid):
    slug = "exams-are-sessions"
    title_en = "Whoever passed an exam is not put on a list."
    title_zh = "通过考试取得的证书不按名单报备。"
    cure_en = "File the exam as a session before its day; its results lead to the certificates."
    cure_zh = "请在考试日前按考试场次报备，证书依据考试成绩颁发。"
    reference = "POST /v1/sessions"


def require_filed(conferral: Conferral) -> None:
    """Check that the way has lists, and gives the award. Raises ExamsAreSessions, WayDoesNotGive."""
    if conferral.way is CertificateWay.EXAM:
        raise ExamsAreSessions(pointer="/way")
    ways.require_given(conferral.award, conferral.way, pointer="/award")


def decide(
    entrants: Sequence[Entrant],
    *,
    by_local_id: Mapping[str, Listed],
    by_human: Mapping[UUID, Listed],
    certified: Set[UUID],
    refused: Mapping[int, Refusal],
) -> tuple[list[Nominee], list[RowOutcome]]:
    """Those who are added to a list, and one outcome for each row.

    `certified` are humans with a valid certificate of the occupation and award; `refused` are the refusals of rows by
    their evidence or name.
    """
    ids: MutableMapping[str, Listed] = dict(by_local_id)
    humans: MutableMapping[UUID, Listed] = dict(by_human)

    def decide_one(entrant: Entrant) -> Change[Nominee] | Repeat:
        known = ids.get(entrant.local_id)
        if known is not None and known.person == entrant.person:
            return Repeat(known.id)
        if known is not None:
            raise LocalIdTaken(pointer="/local_id")
        if (present := humans.get(entrant.human)) is not None:
            raise AlreadyNominated(pointer="/document_number", local_id=present.local_id)
        if entrant.human in certified:
            raise AlreadyAwarded(pointer="/document_number")
        if (refusal := refused.get(entrant.row)) is not None:
            raise refusal
        ids[entrant.local_id] = humans[entrant.human] = Listed(entrant.id, entrant.person, entrant.local_id)
        return Change(entrant.id, entrant.nominee)

    return decide_each(entrants, decide_one)


def submit(conferral: Conferral, *, left: int) -> Conferral:
    """Close the list for a decision; `left` are the people on it. Raises IllegalMove, NobodyNominated."""
    after = _moved(conferral, ConferralVerb.SUBMIT)
    if not left:
        raise NobodyNominated
    return after


def confirm(
    conferral: Conferral, *, left: int, publicity: int, calendar: WorkingDays, by: str, today: date
) -> Conferral:
    """The decision of the second person, after which the list is public. Raises IllegalMove, NobodyNominated."""
    after = _moved(conferral, ConferralVerb.CONFIRM)
    if not left:
        raise NobodyNominated
    public_until = calendar.after(today, publicity) if publicity else None
    return replace(after, decided_by=by, decided_on=today, public_until=public_until)


def return_(conferral: Conferral) -> Conferral:
    """The second person refuses the list as it is. Raises IllegalMove."""
    return _moved(conferral, ConferralVerb.RETURN)


def withhold(conferral: Conferral) -> Conferral:
    """Take the confirmation back: the body corrects the list and submits it again. Raises IllegalMove."""
    return _undecided(_moved(conferral, ConferralVerb.WITHHOLD))


def conclude(conferral: Conferral, *, left: int, today: date) -> Conferral:
    """Issue what was confirmed. Raises IllegalMove, NobodyNominated, ConferralPublic."""
    after = _moved(conferral, ConferralVerb.CONCLUDE)
    if not left:
        raise NobodyNominated
    if conferral.public_until is not None and today <= conferral.public_until:
        raise ConferralPublic(public_until=conferral.public_until.isoformat())
    return after


def withdraw(conferral: Conferral) -> Conferral:
    """The body gives the list up. Raises IllegalMove."""
    return _moved(conferral, ConferralVerb.WITHDRAW)


def reopen(conferral: Conferral) -> Conferral:
    """Take a withdrawal back. Raises IllegalMove."""
    return _moved(conferral, ConferralVerb.REOPEN)


def strike(nominee: Nominee, *, by: str, reason: str, at: datetime) -> Nominee:
    """Take a person off the list, who stays on record with the reason; a repeat changes nothing."""
    if nominee.struck_by is not None:
        return nominee
    return replace(nominee, struck_by=by, struck_at=at, striking_reason=reason, version=nominee.version + 1)


def restore(nominee: Nominee) -> Nominee:
    """Take a striking back; a repeat changes nothing."""
    if nominee.struck_by is None:
        return nominee
    return replace(nominee, struck_by=None, struck_at=None, striking_reason=None, version=nominee.version + 1)


def list_digest(conferral: Conferral, nominees: Iterable[Nominee]) -> str:
    """SHA-256, in hexadecimal, of who is submitted for what, in the order of their local_ids."""
    said = [conferral.id, conferral.body_id, conferral.way, conferral.occupation, int(conferral.award)]
    for each in sorted(nominees, key=lambda nominee: nominee.local_id):
        said += [each.local_id, each.person, hashlib.sha256(each.evidence).hexdigest(), each.struck_by is not None]
    return digest(said).hex()


def _moved(conferral: Conferral, verb: ConferralVerb) -> Conferral:
    return replace(conferral, status=move(MOVES, conferral.status, verb), version=conferral.version + 1)


def _undecided(conferral: Conferral) -> Conferral:
    return replace(conferral, decided_by=None, decided_on=None, public_until=None)
