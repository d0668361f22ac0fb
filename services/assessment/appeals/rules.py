"""An appeal of a candidate against a result: filed within days, answered with a reason by who did not mark.

One that is accepted changes nothing by itself: it proposes a correction, which another person confirms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Forbidden, Invalid


class AppealStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AppealVerb(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


MOVES: Final[Mapping[AppealStatus, Mapping[AppealVerb, AppealStatus]]] = {
    AppealStatus.OPEN: {
        AppealVerb.ACCEPT: AppealStatus.ACCEPTED,
        AppealVerb.REJECT: AppealStatus.REJECTED,
        AppealVerb.WITHDRAW: AppealStatus.WITHDRAWN,
    },
    AppealStatus.ACCEPTED: {AppealVerb.REOPEN: AppealStatus.OPEN},
    AppealStatus.REJECTED: {AppealVerb.REOPEN: AppealStatus.OPEN},
    AppealStatus.WITHDRAWN: {},
}

WHY_FINAL: Final = {AppealStatus.WITHDRAWN: "The candidate files another one, as long as there is time."}


class ResultNotPublished(Conflict):
    slug = "result-not-published"
    title_en = "There is no published result to appeal against."
    title_zh = "成绩尚未公布，不能提出申诉。"
    cure_en = "Wait until the results of the session are public."
    cure_zh = "请待成绩公示后再提出。"


class ResultAppealTooLate(Conflict):
    """Facts: `last_on`."""

    slug = "result-appeal-too-late"
    title_en = "The time to appeal against this result is over."
    title_zh = "对该成绩提出申诉的期限已过。"
    cure_en = "It was possible until {last_on}. Report a mistake to the authority."
    cure_zh = "申诉截止日为 {last_on}；如有错误请向主管部门反映。"


class MarkerAnswers(Forbidden):
    slug = "marker-answers"
    title_en = "Who posted results of the session does not answer appeals against them."
    title_zh = "登记成绩的人员不得答复对成绩的申诉。"
    cure_en = "Ask a colleague of your body who has posted no results of this session."
    cure_zh = "请由本机构未登记过本场成绩的其他人员答复。"


class ResultNotGiven(Invalid):
    slug = "appealed-result-missing"
    title_en = "An appeal that is accepted says what the result is to be; one that is rejected says none."
    title_zh = "采纳申诉须填写更正后的成绩；驳回申诉不填成绩。"
    cure_en = "Enter the whole result with accept, and leave it out with reject."
    cure_zh = "采纳时请填写完整成绩，驳回时请勿填写。"


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """`answer_by` is the last day in time. `proposal_id` is the correction that an accepted one asks for."""

    id: UUID
    candidate_id: UUID
    session_id: UUID
    body_id: UUID
    region: str
    reporting_region: str
    ground: str
    filed_at: datetime
    answer_by: date
    status: AppealStatus = AppealStatus.OPEN
    answered_by: str | None = None
    answered_at: datetime | None = None
    answer: str | None = None
    proposal_id: UUID | None = None
    version: int = 1


class AppealStep(NamedTuple):
    """A step of an appeal after it was filed."""

    appeal_id: UUID
    version: int
    verb: str
    by: str
    at: datetime
    reason: str | None


def require_in_time(public_on: date | None, *, last_on: date | None, today: date) -> None:
    """Raises ResultNotPublished for results that are not public, ResultAppealTooLate."""
    if public_on is None or last_on is None:
        raise ResultNotPublished
    if today > last_on:
        raise ResultAppealTooLate(last_on=last_on.isoformat())


def answer(
    appeal: Appeal, verb: AppealVerb, *, by: str, has_marked: bool, reason: str, proposal_id: UUID | None, at: datetime
) -> Appeal:
    """Accept or reject an open appeal. Raises IllegalMove, MarkerAnswers."""
    status = move(MOVES, appeal.status, verb)
    if has_marked:
        raise MarkerAnswers
    return replace(
        appeal,
        status=status,
        answered_by=by,
        answered_at=at,
        answer=reason,
        proposal_id=proposal_id,
        version=appeal.version + 1,
    )


def withdraw(appeal: Appeal) -> Appeal:
    """Raises IllegalMove."""
    return replace(appeal, status=move(MOVES, appeal.status, AppealVerb.WITHDRAW), version=appeal.version + 1)


def reopen(appeal: Appeal, *, answer_by: date) -> Appeal:
    """Open an answered appeal again, with a new last day. Raises IllegalMove."""
    return replace(
        appeal,
        status=move(MOVES, appeal.status, AppealVerb.REOPEN),
        answer_by=answer_by,
        answered_by=None,
        answered_at=None,
        answer=None,
        proposal_id=None,
        version=appeal.version + 1,
    )
