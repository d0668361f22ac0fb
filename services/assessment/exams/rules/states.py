"""The states of an exam session from its filing to its conclusion, and what may be done in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from shared.contracts.assessment import SessionStatus
from shared.kernel.refusals import Conflict


class SessionVerb(StrEnum):
    RETURN = "return"
    REFILE = "refile"
    APPROVE = "approve"
    MOVE = "move"
    """Another day, other rooms or examiners: an officer approves it again."""
    SEAL = "seal"
    PUBLISH = "publish"
    WITHHOLD = "withhold"
    """An officer takes a publication back."""
    CONCLUDE = "conclude"
    CANCEL = "cancel"
    REINSTATE = "reinstate"


MOVES: Final[Mapping[SessionStatus, Mapping[SessionVerb, SessionStatus]]] = {
    SessionStatus.FILED: {
        SessionVerb.APPROVE: SessionStatus.APPROVED,
        SessionVerb.RETURN: SessionStatus.RETURNED,
        SessionVerb.MOVE: SessionStatus.FILED,
        SessionVerb.SEAL: SessionStatus.SEALED,
        SessionVerb.PUBLISH: SessionStatus.PUBLISHED,
        SessionVerb.CONCLUDE: SessionStatus.CONCLUDED,
        SessionVerb.CANCEL: SessionStatus.CANCELLED,
    },
    SessionStatus.RETURNED: {
        SessionVerb.REFILE: SessionStatus.FILED,
        SessionVerb.CANCEL: SessionStatus.CANCELLED,
    },
    SessionStatus.APPROVED: {
        SessionVerb.RETURN: SessionStatus.RETURNED,
        SessionVerb.MOVE: SessionStatus.FILED,
        SessionVerb.SEAL: SessionStatus.SEALED,
        SessionVerb.PUBLISH: SessionStatus.PUBLISHED,
        SessionVerb.CONCLUDE: SessionStatus.CONCLUDED,
        SessionVerb.CANCEL: SessionStatus.CANCELLED,
    },
    SessionStatus.SEALED: {
        SessionVerb.MOVE: SessionStatus.FILED,
        SessionVerb.PUBLISH: SessionStatus.PUBLISHED,
        SessionVerb.CONCLUDE: SessionStatus.CONCLUDED,
        SessionVerb.CANCEL: SessionStatus.CANCELLED,
    },
    SessionStatus.PUBLISHED: {
        SessionVerb.WITHHOLD: SessionStatus.SEALED,
        SessionVerb.CONCLUDE: SessionStatus.CONCLUDED,
    },
    SessionStatus.CONCLUDED: {},
    SessionStatus.CANCELLED: {
        SessionVerb.REINSTATE: SessionStatus.FILED,
    },
}
"""Which of these steps a session can leave out is a question of the rules of its day: see `sessions`."""

WHY_FINAL: Final = {
    SessionStatus.CONCLUDED: (
        "Single results are corrected after the conclusion, and certificates follow: who passes by the correction gets "
        "one, and a wrong one is revoked."
    ),
}

BEFORE_SEALING: Final = frozenset({SessionStatus.FILED, SessionStatus.RETURNED, SessionStatus.APPROVED})
"""The states in which the roster can still change."""
FINAL: Final = frozenset({SessionStatus.PUBLISHED, SessionStatus.CONCLUDED, SessionStatus.CANCELLED})
"""The states in which a body no longer corrects results by itself."""


class TooEarly(Conflict):
    """Facts: `possible_from`."""

    slug = "session-too-early"
    title_en = "The session has not been held yet."
    title_zh = "考试尚未举行。"
    cure_en = "Post results and conclude the session on {possible_from} or later."
    cure_zh = "自 {possible_from} 起方可登记成绩、结束考试。"


class SessionClosed(Conflict):
    """Facts: `state`."""

    slug = "session-closed"
    title_en = "The session is already concluded or cancelled."
    title_zh = "该场考试已结束或已取消。"
    cure_en = "Post candidates and results before the conclusion; after it, results can only be corrected."
    cure_zh = "考生与成绩应在结束前提交；结束后只能更正成绩。"


class RosterSealed(Conflict):
    """Facts: `state`."""

    slug = "roster-sealed"
    title_en = "The roster of the session is sealed."
    title_zh = "该场考试的考生名单已封存。"
    cure_en = (
        "Record a candidate who does not come as absent. Who is not on the roster sits another session; to change the "
        "roster, move the session to a later day."
    )
    cure_zh = "未到考的考生登记为缺考；名单以外的人员请参加其他场次。确需调整名单的，请改期。"
    reference = "POST /v1/sessions/…/move"


class ExamDayReached(Conflict):
    """Facts: `held_on`."""

    slug = "exam-day-reached"
    title_en = "The day of the exam has come: nothing is filed or added any more."
    title_zh = "已到考试日期，不能再报备或增减。"
    cure_en = "It was due before {held_on}. Move the session to a later day, or cancel it and file another one."
    cure_zh = "应在 {held_on} 之前办理。请将考试改期，或取消后重新报备。"
    reference = "POST /v1/sessions/…/move"


class NotApproved(Conflict):
    """Facts: `state`."""

    slug = "session-not-approved"
    title_en = "The session has not been approved."
    title_zh = "该场考试尚未获批准。"
    cure_en = "Ask the authority to approve it before its day. Once the day has come, move it to a later one."
    cure_zh = "请在考试日期前由主管部门批准；已到考试日期的，请改期。"
    reference = "POST /v1/sessions/…/approval"


class NotSealed(Conflict):
    """Facts: `state`."""

    slug = "roster-not-sealed"
    title_en = "The roster was not sealed before the day of the exam."
    title_zh = "考生名单未在考试日期前封存。"
    cure_en = "Results are recorded for a sealed roster only: move the session to a later day, or cancel it."
    cure_zh = "名单封存后方可登记成绩：请将考试改期，或取消该场考试。"
    reference = "POST /v1/sessions/…/sealing"


class NotPublished(Conflict):
    """Facts: `working_days`."""

    slug = "results-not-published"
    title_en = "The results have not been public yet."
    title_zh = "成绩尚未公示。"
    cure_en = "Publish the results; after {working_days} working days the session can be concluded."
    cure_zh = "请先公示成绩，公示满 {working_days} 个工作日后方可结束考试。"
    reference = "POST /v1/sessions/…/publication"


class StillPublic(Conflict):
    """Facts: `public_until`."""

    slug = "publicity-not-over"
    title_en = "The results are still open to objections."
    title_zh = "成绩公示期未满。"
    cure_en = "Conclude the session after {public_until}."
    cure_zh = "公示期至 {public_until}，期满后方可结束考试。"


class ResultsPublished(Conflict):
    """Facts: `state`."""

    slug = "results-published"
    title_en = "The results are already public."
    title_zh = "成绩已公示。"
    cure_en = "Propose a correction of the candidate's result. If results are missing, ask an officer to withhold them."
    cure_zh = "请办理成绩更正；如有漏登，请由主管部门撤回公示。"
    reference = "POST /v1/candidates/…/correction"


class NotConcluded(Conflict):
    """Facts: `state`."""

    slug = "session-not-concluded"
    title_en = "The session has not been concluded yet."
    title_zh = "该场考试尚未结束。"
    cure_en = "Conclude the session; this issues its certificates."
    cure_zh = "请先结束考试，证书随之核发。"


class ResultsMissing(Conflict):
    """Facts: `without_result`, the number of candidates that have neither marks nor an absence."""

    slug = "results-missing"
    title_en = "Some candidates have no result yet."
    title_zh = "仍有考生未登记成绩。"
    cure_en = "Post the marks of every candidate, or absent: true for an absence; then go on."
    cure_zh = "请先登记每名考生的成绩，缺考者填写 absent: true，再继续办理。"
    reference = "POST /v1/sessions/…/results"


class NoCandidates(Conflict):
    slug = "no-candidates"
    title_en = "The session has no candidates."
    title_zh = "该场考试没有考生。"
    cure_en = "Post the candidates, or cancel the session."
    cure_zh = "请提交考生名单，或取消该场考试。"


class ResultsStand(Conflict):
    """Facts: `with_marks`."""

    slug = "results-stand"
    title_en = "The session has results, so it cannot be cancelled or moved."
    title_zh = "该场考试已有成绩，不能取消或改期。"
    cure_en = "Correct wrong results, then conclude the session."
    cure_zh = "请更正有误的成绩后结束考试。"


def require_before(held_on: date, *, today: date) -> None:
    """Raises ExamDayReached."""
    if today >= held_on:
        raise ExamDayReached(held_on=held_on.isoformat())
