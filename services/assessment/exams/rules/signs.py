"""Signs that an exam was not held as it is recorded: what a supervisor looks at, and no reason to refuse anything.

The figures are assumptions from what auditors have found. Source: domain rules §4.6 C19.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Final, NamedTuple

from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.notices import NoticeWords
from shared.kernel.outcomes import RowWarning

CANDIDATES_MAX: Final = 100
PASSED_MIN: Final = 20
"""Where fewer have marks, it is no sign that all of them passed."""
SAME_MIN: Final = 5
"""So many identical results, of half of all or more, are a sign."""
FIRST_DAYS: Final = timedelta(days=61)
"""Two months after its first filing, a body held 25 sessions and issued 2,600 certificates."""
FIRST_SESSIONS_MAX: Final = 20
FIRST_CANDIDATES_MAX: Final = 2000


class Sign(Enum):
    """Every kind of sign."""

    MANY_CANDIDATES = NoticeWords(
        "many-candidates",
        "C19",
        "The session has more candidates than are usually examined at once.",
        "本场考生人数明显偏多。",
    )
    ALL_PASSED = NoticeWords("all-passed", "C19", "Every candidate with marks passed.", "有成绩的考生全部合格。")
    IDENTICAL_MARKS = NoticeWords(
        "identical-marks",
        "C19",
        "Half of the candidates or more have identical marks in every part.",
        "半数以上考生各科成绩完全相同。",
    )
    BURST_AFTER_FILING = NoticeWords(
        "burst-after-filing",
        "C19",
        "The body held very many exams in the first two months after its filing.",
        "机构备案后两个月内考试批次或人数异常集中。",
    )

    def with_facts(self, **facts: object) -> RowWarning:
        """The sign with its evidence."""
        words = self.value
        return RowWarning(words.code, words.check, words.title_en, words.title_zh, facts)


class Beginning(NamedTuple):
    """What a body did in its first two months: sessions that were not cancelled, and their candidates."""

    first_on: date
    sessions: int
    candidates: int


def signs(
    marks: Sequence[Marks], *, passed: int, candidates: int, held_on: date, beginning: Beginning | None
) -> list[RowWarning]:
    """The signs of a session with these `marks`; `beginning` is that of its body, None if it was never filed."""
    found = []
    if candidates > CANDIDATES_MAX:
        found.append(Sign.MANY_CANDIDATES.with_facts(candidates=candidates, candidates_max=CANDIDATES_MAX))
    if len(marks) >= PASSED_MIN and passed == len(marks):
        found.append(Sign.ALL_PASSED.with_facts(with_marks=len(marks)))
    same = max(Counter(marks).values(), default=0)
    if same >= SAME_MIN and 2 * same >= len(marks):
        found.append(Sign.IDENTICAL_MARKS.with_facts(identical=same, with_marks=len(marks)))
    if beginning is not None and held_on <= beginning.first_on + FIRST_DAYS:
        many = beginning.sessions > FIRST_SESSIONS_MAX or beginning.candidates > FIRST_CANDIDATES_MAX
        if many:
            found.append(
                Sign.BURST_AFTER_FILING.with_facts(sessions=beginning.sessions, candidates=beginning.candidates)
            )
    return found
