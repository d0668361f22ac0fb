"""Retakes: the candidacy before, the parts of it that are kept, and for how long a person who cheated is barred.

Source: domain rules §3.3. No source was found for cheating: the months are an assumption, and a dated row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.assessment.exams.rules.candidates import Candidate, KeptPart
from services.assessment.exams.rules.filing import NAMED_MAX
from services.assessment.exams.rules.results import parts_held
from services.assessment.pass_rules.rules import PassRule
from shared.kernel.awards import Award
from shared.kernel.refusals import Conflict


class CandidatesBarred(Conflict):
    """Facts: `candidates`, their number; `local_ids` of the first of them."""

    slug = "candidates-barred"
    title_en = "Some candidates cheated in another exam since they were entered, and are barred on this day."
    title_zh = "部分考生报名后被认定在其他考试中作弊，本场考试当日不得参加考试。"
    cure_en = "Withdraw them from the roster ({local_ids}), then seal it."
    cure_zh = "请先将其移出名单（{local_ids}），再封存。"
    reference = "POST /v1/candidates/…/withdrawal"
    check = "C19"


class Cheated(NamedTuple):
    """An exam in which a human cheated."""

    human: UUID
    held_on: date
    region: str


class Earlier(NamedTuple):
    """The last candidacy of a human before a day, for one occupation and award."""

    candidate: Candidate
    held_on: date
    region: str
    is_concluded: bool


def kept_parts(
    earlier: Earlier, award: Award, rule: PassRule, *, held_on: date, parts_here: Iterable[str]
) -> dict[str, KeptPart]:
    """The parts that count in an exam held on `held_on` because they were passed in the `earlier` one, or kept there.

    `rule` is that of the earlier exam. Nothing is kept of an exam that is not concluded, that was passed as a whole, or
    in which the candidate cheated.
    """
    before = earlier.candidate
    if not earlier.is_concluded or before.cheated or before.passed:
        return {}
    known = {part: each for part, each in before.kept.items() if each.stands}
    for part, needed in parts_held(award, rule).items():
        mark, until = before.given.get(part, -1), rule.kept_until(part, held_on=earlier.held_on)
        if mark >= needed and until is not None:
            known[part] = KeptPart(mark, before.id, until)
    here = set(parts_here)
    return {part: each for part, each in known.items() if part in here and held_on <= each.until}


def follow(later: Candidate, corrected: Candidate, parts: Mapping[str, int]) -> Candidate:
    """The `later` candidacy with the parts that it has from the `corrected` one, which needs these marks in `parts`."""
    kept = {
        part: each
        if each.candidate_id != corrected.id
        else _as_corrected(each, corrected.given.get(part), needed=parts.get(part, 0), cheated=corrected.cheated)
        for part, each in later.kept.items()
    }
    return later if kept == later.kept else later._replace(kept=kept)


def _as_corrected(kept: KeptPart, mark: int | None, *, needed: int, cheated: bool) -> KeptPart:
    stands = mark is not None and mark >= needed and not cheated
    return kept._replace(tenths=kept.tenths if mark is None else mark, stands=stands)


def barred(cheated: Iterable[Cheated], rules: Mapping[tuple[date, str], PassRule], *, day: date) -> dict[UUID, date]:
    """The humans who may sit no exam on `day`, with the last day of that; `rules` are by day and region of an exam."""
    found = dict[UUID, date]()
    for each in cheated:
        until = rules[each.held_on, each.region].barred_until(held_on=each.held_on)
        if until is not None and each.held_on <= day <= until:
            found[each.human] = max(until, found.get(each.human, until))
    return found


def require_none_barred(local_ids: Collection[str]) -> None:
    """Check that nobody of a roster is barred: `local_ids` are those who are.

    Raises CandidatesBarred. Source: domain rules §4.6 C19.
    """
    if local_ids:
        raise CandidatesBarred(candidates=len(local_ids), local_ids=sorted(local_ids)[:NAMED_MAX])
