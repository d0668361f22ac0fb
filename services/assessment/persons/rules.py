"""Questions about names: a body gave another name than the one known for a number, and an officer settles it.

The officer has the document before them and says what it says. Source: domain rules §4.6 C01.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.kernel.moves import move
from shared.kernel.outcomes import RowWarning
from shared.kernel.refusals import Conflict


class NameQuestionStatus(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    """The document says the name that was known."""
    CORRECTED = "corrected"
    """The document says the name that was given: it is known from now on."""


class NameQuestionVerb(StrEnum):
    KEEP = "keep"
    CORRECT = "correct"
    REOPEN = "reopen"
    """The settlement was a mistake: the name is again what it was before."""


MOVES: Final[Mapping[NameQuestionStatus, Mapping[NameQuestionVerb, NameQuestionStatus]]] = {
    NameQuestionStatus.OPEN: {
        NameQuestionVerb.KEEP: NameQuestionStatus.KEPT,
        NameQuestionVerb.CORRECT: NameQuestionStatus.CORRECTED,
    },
    NameQuestionStatus.KEPT: {NameQuestionVerb.REOPEN: NameQuestionStatus.OPEN},
    NameQuestionStatus.CORRECTED: {NameQuestionVerb.REOPEN: NameQuestionStatus.OPEN},
}


class NeitherName(Conflict):
    slug = "neither-name"
    title_en = "The name is neither the known one nor the one that was given."
    title_zh = "所填姓名既不是已登记的姓名，也不是机构填报的姓名。"
    cure_en = "Compare it with the document. If it is right, let the body post the person again under that name."
    cure_zh = "请对照证件核对。如无误，请由机构按该姓名重新填报。"


NAME_DIFFERS: Final = RowWarning(
    "name-differs",
    "C01",
    "The number is known under another name. An officer settles which one the document says.",
    "该证件号码已登记为其他姓名，由工作人员查验证件后确认。",
    {},
    "/name",
)
"""What the answer says of a row with another name."""


@dataclass(frozen=True)
class NameQuestion:
    """`given` is the name in the row, sealed to the question.

    The row was that of a candidate of a session, or of a nominee of a conferral, whose regions these are.
    """

    id: UUID
    person: UUID
    body_id: UUID
    session_id: UUID | None
    candidate_id: UUID | None
    region: str
    reporting_region: str
    given: bytes
    asked_by: str
    asked_at: datetime
    conferral_id: UUID | None = None
    nominee_id: UUID | None = None
    status: NameQuestionStatus = NameQuestionStatus.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    version: int = 1


def settle(
    question: NameQuestion, *, is_known: bool, is_given: bool, by: str, reason: str, at: datetime
) -> NameQuestion:
    """Settle by the name that the document says: the known one, or the one that was given.

    Raises IllegalMove, NeitherName.
    """
    if not (is_known or is_given):
        raise NeitherName(pointer="/name")
    verb = NameQuestionVerb.KEEP if is_known else NameQuestionVerb.CORRECT
    return _moved(question, verb, by=by, reason=reason, at=at)


def reopen(question: NameQuestion, *, by: str, reason: str, at: datetime) -> NameQuestion:
    """Take a settlement back. Raises IllegalMove."""
    return _moved(question, NameQuestionVerb.REOPEN, by=by, reason=reason, at=at)


def _moved(question: NameQuestion, verb: NameQuestionVerb, *, by: str, reason: str, at: datetime) -> NameQuestion:
    return replace(
        question,
        status=move(MOVES, question.status, verb),
        settled_by=by,
        settled_at=at,
        reason=reason,
        version=question.version + 1,
    )
