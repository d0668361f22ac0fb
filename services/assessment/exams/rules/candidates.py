"""Candidates of a session: who they are, and who may be added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from services.assessment.certificates.rules.certificates import Recipient
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.sittings import Hours
from shared.kernel.outcomes import Change, Repeat, RowOutcome, decide_each
from shared.kernel.refusals import Conflict, LocalIdTaken, Refusal


class AlreadyCandidate(Conflict):
    """Facts: `local_id` of the candidate that exists."""

    slug = "already-candidate"
    title_en = "This person is already a candidate of the session, under another local_id."
    title_zh = "该人员已是本场考生（local_id 不同）。"
    cure_en = "Leave the row out, or use the local_id {local_id}."
    cure_zh = "请删除该行，或使用已有的 local_id：{local_id}。"


class AlreadyCertified(Conflict):
    slug = "already-certified"
    title_en = "This person already holds a valid certificate of this occupation and award."
    title_zh = "该人员已持有该职业同等级（同种类）的有效证书。"
    cure_en = "Leave the row out, or enter the person for a higher level."
    cure_zh = "请删除该行，或报考更高等级。"


class CandidateElsewhere(Conflict):
    """Facts: `begins_at`, `ends_at` of the lesson or of the other exam."""

    slug = "candidate-elsewhere"
    title_en = "This person is in a class or in another exam at the hours of the session."
    title_zh = "该人员在本场考试时间有课程或其他考试。"
    cure_en = "Enter the person for another session: they are taken from {begins_at} to {ends_at}."
    cure_zh = "该人员 {begins_at} 至 {ends_at} 已有安排，请安排参加其他场次。"
    check = "C04"


class CandidateBarred(Conflict):
    """Facts: `until`, the last day."""

    slug = "candidate-barred"
    title_en = "This person cheated in an exam and is admitted to none for the time being."
    title_zh = "该人员因考试作弊，目前不得参加考试。"
    cure_en = "Leave the row out: the person is barred until {until}. If that is a mistake, correct the earlier result."
    cure_zh = "请删除该行：该人员至 {until} 不得报考；如认定有误，请更正原考试成绩。"
    check = "C19"


class ResultKept(Conflict):
    slug = "candidate-has-result"
    title_en = "The candidate has a result and stays on the roster."
    title_zh = "该考生已有成绩，不能移出名单。"
    cure_en = "Correct the result if it is wrong."
    cure_zh = "成绩有误的，请办理成绩更正。"


class KeptPart(NamedTuple):
    """A part that was passed in an earlier exam, and counts in later ones until a day.

    `stands` is False if the mark was corrected since, and the part was not passed after all.
    """

    tenths: int
    candidate_id: UUID
    until: date
    stands: bool = True


_NONE_KEPT: Final[Mapping[str, KeptPart]] = MappingProxyType({})


class Candidate(NamedTuple):
    id: UUID
    session_id: UUID
    person: UUID
    local_id: str
    programme: str
    """The programme of the candidate's enrolment in the session's class, or else the session's own."""
    absent: bool
    marks: Marks | None
    passed: bool | None
    version: int
    """Of the result: 0 while there are no marks."""
    pass_rule: str | None = None
    """The id of the row by which the marks passed or failed; None for results from before that was kept."""
    missed: tuple[str, ...] = ()
    """The parts from which the candidate was absent who sat others; `absent` is an absence from all of them."""
    cheated: bool = False
    """Then the result is a fail, whatever the marks."""
    note: str | None = None
    """What was found, of a candidate who cheated."""
    kept: Mapping[str, KeptPart] = _NONE_KEPT
    """Parts of earlier exams that count here."""
    previous: UUID | None = None
    """The candidacy before this one, for the same occupation and award."""

    @property
    def has_result(self) -> bool:
        """Whether the result is complete."""
        return self.absent or self.passed is not None

    @property
    def is_blank(self) -> bool:
        """Whether nothing has been posted yet, not even of one part."""
        return not (self.has_result or self.marks or self.missed or self.cheated)

    @property
    def given(self) -> Mapping[str, int]:
        """The marks of the parts that were sat here."""
        return {} if self.marks is None else self.marks.given

    def open_parts(self, parts: Iterable[str]) -> list[str]:
        """Those of `parts` about which nothing is known yet."""
        if self.absent or self.cheated:
            return []
        known = self.given
        return [part for part in parts if not (part in known or part in self.missed or part in self.kept)]

    def passes(self, parts: Mapping[str, int]) -> bool:
        """Whether every part reaches the mark it needs, here or in the earlier exam by which it is kept."""
        if self.absent or self.cheated or self.missed:
            return False
        given, kept = self.given, self.kept
        return all(
            kept[part].stands if part in kept else given.get(part, -1) >= needed for part, needed in parts.items()
        )

    @property
    def recipient(self) -> Recipient:
        """The candidate, who has passed, as the recipient of a certificate."""
        assert self.passed, "certificates are for those who passed"
        return Recipient(candidate_id=self.id, person=self.person, programme=self.programme)


@dataclass(frozen=True, slots=True)
class Entry:
    """A well-formed row with its person key.

    `id` is the candidate's id if the row is accepted. `human` is the key of the human behind `person`; it differs if
    two keys were merged.
    """

    row: int
    id: UUID
    local_id: str
    person: UUID
    human: UUID


class Seat(NamedTuple):
    """An existing candidate, or one accepted by an earlier row, with which later rows are compared."""

    id: UUID
    person: UUID
    local_id: str


def decide(
    entries: Sequence[Entry],
    *,
    by_local_id: Mapping[str, Seat],
    by_person: Mapping[UUID, Seat],
    certified: Set[UUID],
    elsewhere: Mapping[UUID, Hours] | None = None,
    barred: Mapping[UUID, date] | None = None,
    at_door: Mapping[int, Refusal] | None = None,
) -> tuple[list[Entry], list[RowOutcome]]:
    """The entries that become candidates, and one outcome per entry.

    `by_person`, `certified`, `elsewhere` and `barred` are keyed by human. `certified` hold a valid certificate of the
    occupation and award; those `elsewhere` have a lesson or another exam at the hours of the session; the `barred`
    cheated and are admitted to no exam until that day. `at_door` are the refusals of rows whose evidence does not admit
    the person, by their places.
    """
    ids: MutableMapping[str, Seat] = dict(by_local_id)
    persons: MutableMapping[UUID, Seat] = dict(by_person)

    def decide_one(entry: Entry) -> Change[Entry] | Repeat:
        known = ids.get(entry.local_id)
        if known is not None and known.person == entry.person:
            return Repeat(known.id)
        if known is not None:
            raise LocalIdTaken(pointer="/local_id")
        if (present := persons.get(entry.human)) is not None:
            raise AlreadyCandidate(pointer="/document_number", local_id=present.local_id)
        if entry.human in certified:
            raise AlreadyCertified(pointer="/document_number")
        if barred is not None and (until := barred.get(entry.human)) is not None:
            raise CandidateBarred(pointer="/document_number", until=until.isoformat())
        if elsewhere is not None and (hours := elsewhere.get(entry.human)) is not None:
            begins_at, ends_at = hours.begins_at.isoformat(), hours.ends_at.isoformat()
            raise CandidateElsewhere(pointer="/document_number", begins_at=begins_at, ends_at=ends_at)
        if at_door is not None and (refusal := at_door.get(entry.row)) is not None:
            raise refusal
        ids[entry.local_id] = persons[entry.human] = Seat(entry.id, entry.person, entry.local_id)
        return Change(entry.id, entry)

    return decide_each(entries, decide_one)


def require_removable(candidate: Candidate) -> None:
    """Check that a candidate may be taken out of a roster. Raises ResultKept."""
    if not candidate.is_blank:
        raise ResultKept
