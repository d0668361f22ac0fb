"""The columns of a file of results, with the headings that clerks know."""

from __future__ import annotations

from typing import Final

from services.assessment.exams.usecases.forms import ABSENT, CHEATED
from shared.spreadsheets.tables import Column, Kind, Table

SESSION: Final = "session_local_id"
SESSION_COLUMN: Final = Column(
    SESSION, "考试编号", "session number", Kind.CODE,
    "the number under which you filed the session (its local_id)", "报备考试时使用的编号（local_id）",
    is_required=True,
)  # fmt: skip
_WORDS: Final = {"缺考": ABSENT, "作弊": CHEATED}


def _part(field: str, zh: str, en: str, aliases: tuple[str, ...]) -> Column:
    return Column(
        field, zh, en, Kind.NUMBER,
        "points from 0 to 100, with one decimal place at most, or absent, or cheated; empty if not known yet",
        "0 至 100 的分数，最多一位小数，或填写“缺考”“作弊”；尚未考核或成绩未出的留空",
        choices=_WORDS, aliases=aliases, width=12,
    )  # fmt: skip


RESULTS: Final = Table(
    (
        SESSION_COLUMN,
        Column(
            "local_id", "考生编号", "candidate number", Kind.CODE,
            "your number for the candidate in that session, as it was posted", "考生在该场考试名单中的编号",
            is_required=True,
        ),
        _part("theory", "理论成绩", "theory", ("理论", "理论知识考试成绩")),
        _part("skills", "技能成绩", "skills", ("技能", "技能考核成绩", "实操成绩")),
        _part("review", "综合评审成绩", "review", ("综合评审", "评审成绩")),
        Column(
            "note", "作弊情况", "what was found", Kind.TEXT,
            "what was found, of a candidate who cheated; otherwise empty", "认定作弊的情况说明；无作弊的留空", width=30,
        ),
    ),
    sheet="成绩", row_zh="考生", row_en="candidate",
)  # fmt: skip
