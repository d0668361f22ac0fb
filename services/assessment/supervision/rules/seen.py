"""What looks wrong in an exam: pure functions of its results, its duties and its body. Source: domain rules §4.6."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.assessment.supervision.rules.kinds import FlagKind
from services.assessment.supervision.rules.thresholds import Thresholds

Parts = Mapping[str, int]
"""The marks of one candidate by part, in tenths of a point; or the marks that the parts need."""


class Beginning(NamedTuple):
    """What a body did in the first days after its filing: sessions that were not cancelled, and their candidates."""

    first_on: date
    sessions: int
    candidates: int


class Relation(NamedTuple):
    """How the trainer of the class and the body are related: one legal person, or by a declaration."""

    ground: str
    relation_id: UUID | None = None


class Fee(NamedTuple):
    """What candidates were charged, as it was stated last."""

    fee_fen: int
    subsidised: bool


@dataclass(frozen=True, kw_only=True)
class Exam:
    """A session as supervision looks at it. `loads` are the candidates of each examiner on its day."""

    results: Sequence[Parts]
    needed: Parts
    passed: int
    candidates: int
    held_on: date
    beginning: Beginning | None = None
    loads: Mapping[UUID, int] = field(default_factory=dict)
    relation: Relation | None = None
    fee: Fee | None = None


class Seen(NamedTuple):
    """Something that looks wrong, with its evidence: JSON values without personal data."""

    kind: FlagKind
    facts: Mapping[str, Any]


def look(exam: Exam, thresholds: Thresholds) -> list[Seen]:
    """Everything that looks wrong in the exam."""
    return [
        *_sizes(exam, thresholds),
        *_marks(exam, thresholds),
        *_piles(exam, thresholds),
        *_burst(exam, thresholds),
        *_relations(exam),
    ]


def _sizes(exam: Exam, thresholds: Thresholds) -> Iterable[Seen]:
    most = thresholds.session_candidates_max
    if exam.candidates > most:
        yield Seen(FlagKind.MANY_CANDIDATES, {"candidates": exam.candidates, "candidates_max": most})
    load_max = thresholds.examiner_candidates_max
    over = [load for load in exam.loads.values() if load > load_max]
    if over:
        facts = {"examiners": len(over), "candidates": max(over), "candidates_max": load_max}
        yield Seen(FlagKind.EXAMINER_OVERLOADED, facts)


def _marks(exam: Exam, thresholds: Thresholds) -> Iterable[Seen]:
    count = len(exam.results)
    if count >= thresholds.passed_results_min and exam.passed == count:
        yield Seen(FlagKind.ALL_PASSED, {"with_marks": count})
    same = max(Counter(tuple(sorted(each.items())) for each in exam.results).values(), default=0)
    if same >= thresholds.same_results_min and same * 1000 >= thresholds.same_share_permille * count:
        yield Seen(FlagKind.IDENTICAL_MARKS, {"identical": same, "with_marks": count})


def _piles(exam: Exam, thresholds: Thresholds) -> Iterable[Seen]:
    for part, needed in exam.needed.items():
        marks = [each[part] for each in exam.results if part in each]
        near = sum(needed <= mark <= needed + thresholds.pile_width_tenths for mark in marks)
        enough = len(marks) >= thresholds.pile_results_min
        if enough and near * 1000 >= thresholds.pile_share_permille * len(marks):
            yield Seen(FlagKind.PILE_UP, {"part": part, "near": near, "with_marks": len(marks)})
            return


def _burst(exam: Exam, thresholds: Thresholds) -> Iterable[Seen]:
    began = exam.beginning
    if began is None or exam.held_on > began.first_on + timedelta(days=thresholds.burst_days):
        return
    if began.sessions > thresholds.burst_sessions_max or began.candidates > thresholds.burst_candidates_max:
        yield Seen(FlagKind.BURST_AFTER_FILING, {"sessions": began.sessions, "candidates": began.candidates})


def _relations(exam: Exam) -> Iterable[Seen]:
    if exam.relation is not None:
        declared = exam.relation.relation_id
        facts = {"ground": exam.relation.ground} | ({} if declared is None else {"relation_id": str(declared)})
        yield Seen(FlagKind.RELATED_TRAINER, facts)
    if exam.fee is not None and exam.fee.subsidised and exam.fee.fee_fen > 0:
        yield Seen(FlagKind.FEE_CHARGED, {"fee_fen": exam.fee.fee_fen})
