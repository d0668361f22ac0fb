"""The kinds of flags about exams: the check of each, whether a conclusion waits for it, and its titles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class FlagKind(StrEnum):
    PILE_UP = "pile-up-at-pass-mark"
    IDENTICAL_MARKS = "identical-marks"
    ALL_PASSED = "all-passed"
    MANY_CANDIDATES = "many-candidates"
    BURST_AFTER_FILING = "burst-after-filing"
    EXAMINER_OVERLOADED = "examiner-overloaded"
    RELATED_TRAINER = "related-trainer"
    FEE_CHARGED = "fee-although-subsidised"
    INSPECTION_FINDING = "inspection-finding"


NO_CHECK: Final = "C00"
"""The code of flags that no numbered check of the domain rules raises."""


class FlagDefinition(NamedTuple):
    """`holds`: the session is not concluded, and issues nothing, until an officer has dismissed the flag."""

    check: str
    title_en: str
    title_zh: str
    holds: bool = False


KINDS: Final[Mapping[FlagKind, FlagDefinition]] = {
    FlagKind.PILE_UP: FlagDefinition(
        "C19",
        "Very many marks of one part lie at the pass mark or just above it.",
        "某一科目大量成绩集中在合格线附近。",
    ),
    FlagKind.IDENTICAL_MARKS: FlagDefinition(
        "C19",
        "Many candidates have identical marks in every part.",
        "大量考生各科成绩完全相同。",
    ),
    FlagKind.ALL_PASSED: FlagDefinition("C19", "Every candidate with marks passed.", "有成绩的考生全部合格。"),
    FlagKind.MANY_CANDIDATES: FlagDefinition(
        "C19", "The session has more candidates than are usually examined at once.", "本场考生人数明显偏多。"
    ),
    FlagKind.BURST_AFTER_FILING: FlagDefinition(
        "C19",
        "The body held very many exams soon after its filing.",
        "机构备案后短期内考试批次或人数异常集中。",
    ),
    FlagKind.EXAMINER_OVERLOADED: FlagDefinition(
        "C19", "One examiner examined too many candidates in a day.", "同一考评人员单日考评人数过多。"
    ),
    FlagKind.RELATED_TRAINER: FlagDefinition(
        "C23",
        "The institution that trained the class and the body that examined it are related.",
        "该班的培训机构与评价机构为同一法人或存在关联。",
    ),
    FlagKind.FEE_CHARGED: FlagDefinition(
        "C26", "Candidates were charged although the assessment is subsidised.", "已享受评价补贴的考试向考生收费。"
    ),
    FlagKind.INSPECTION_FINDING: FlagDefinition(
        NO_CHECK,
        "An inspection of the session found something that has to be settled first.",
        "本场考试检查发现问题，须先处理。",
        holds=True,
    ),
}
