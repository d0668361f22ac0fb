"""Alerts: from the first day on whose end something is behind by more than the bound, until it has caught up.

They are judged once a day, by the figures at the end of the day before: a morning does not look like falling behind,
and what crosses the bound to and fro during a day is told once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from services.metrics.pace.rules import Method, Pace
from shared.contracts.metrics import AlertEnding, PaceAlertContinued, PaceAlertEnded, PaceAlertRaised, PaceAlertState
from shared.kernel.moves import move

F = TypeVar("F", bound=PaceAlertState)


class AlertStatus(StrEnum):
    OPEN = "open"
    ENDED = "ended"


class AlertVerb(StrEnum):
    CONTINUE = "continue"
    END = "end"


MOVES: Final[Mapping[AlertStatus, Mapping[AlertVerb, AlertStatus]]] = {
    AlertStatus.OPEN: {AlertVerb.CONTINUE: AlertStatus.OPEN, AlertVerb.END: AlertStatus.ENDED},
    AlertStatus.ENDED: {},
}
WHY_FINAL: Final = {AlertStatus.ENDED: "What falls behind again is a new alert, with days of its own."}


class Compared(NamedTuple):
    """What an alert is about: one key, compared with its target in one measure."""

    plan: str
    along: str
    measure: str
    key: str


@dataclass(frozen=True)
class Alert:
    id: UUID
    plan: str
    along: str
    measure: str
    key: str
    status: AlertStatus
    day: date
    """The figures are those at the end of this day."""
    target: int
    done: int
    expected: int
    behind_by: int
    behind_since: date | None
    forecast: int | None
    method: Method
    raised_at: datetime
    ended_at: datetime | None
    ended_because: AlertEnding | None
    version: int

    @property
    def about(self) -> Compared:
        return Compared(self.plan, self.along, self.measure, self.key)


class Judged(NamedTuple):
    """The pace of everything that a plan compares, at the end of a day."""

    day: date
    method: Method
    paces: Mapping[Compared, Pace]


def raise_(about: Compared, pace: Pace, judged: Judged, *, id_: UUID, at: datetime) -> tuple[Alert, PaceAlertRaised]:
    """A new alert for what is behind by more than the bound."""
    alert = Alert(
        id=id_,
        **about._asdict(),
        status=AlertStatus.OPEN,
        **_figures(pace, judged),
        raised_at=at,
        ended_at=None,
        ended_because=None,
        version=1,
    )
    return alert, _fact(PaceAlertRaised, alert, at=at)


def continue_(alert: Alert, pace: Pace, judged: Judged, *, at: datetime) -> tuple[Alert, PaceAlertContinued]:
    """The alert with the figures of another day. Raises IllegalMove."""
    status = move(MOVES, alert.status, AlertVerb.CONTINUE)
    after = replace(alert, status=status, version=alert.version + 1, **_figures(pace, judged))
    return after, _fact(PaceAlertContinued, after, at=at)


def end(
    alert: Alert, pace: Pace | None, judged: Judged, because: AlertEnding, *, at: datetime
) -> tuple[Alert, PaceAlertEnded]:
    """The alert is over; without a pace it keeps the figures that it had. Raises IllegalMove."""
    status = move(MOVES, alert.status, AlertVerb.END)
    figures = {} if pace is None else _figures(pace, judged)
    after = replace(alert, status=status, version=alert.version + 1, ended_at=at, ended_because=because, **figures)
    return after, _fact(PaceAlertEnded, after, at=at)


def judge(
    open_: Sequence[Alert], judged: Judged, *, plan: str, ids: Iterator[UUID], at: datetime
) -> list[tuple[Alert, PaceAlertState]]:
    """What becomes of the open alerts, and which are new. Those of another plan than `plan` are over with its year."""
    found: list[tuple[Alert, PaceAlertState]] = []
    known = {alert.about for alert in open_}
    for alert in open_:
        pace = judged.paces.get(alert.about)
        if alert.plan != plan:
            found.append(end(alert, None, judged, AlertEnding.YEAR_OVER, at=at))
        elif pace is None or pace.target is None:
            found.append(end(alert, None, judged, AlertEnding.NO_TARGET, at=at))
        elif pace.alert:
            found.append(continue_(alert, pace, judged, at=at))
        else:
            found.append(end(alert, pace, judged, AlertEnding.CAUGHT_UP, at=at))
    new = [(about, pace) for about, pace in judged.paces.items() if pace.alert and about not in known]
    return found + [raise_(about, pace, judged, id_=next(ids), at=at) for about, pace in new]


def _figures(pace: Pace, judged: Judged) -> dict[str, Any]:
    return {
        "day": judged.day,
        "target": pace.target,
        "done": pace.done,
        "expected": pace.expected,
        "behind_by": pace.behind_by,
        "behind_since": pace.behind_since,
        "forecast": pace.forecast,
        "method": judged.method,
    }


def _fact(fact: type[F], alert: Alert, *, at: datetime) -> F:
    return fact(
        subject=f"pace-alerts/{alert.id}",
        version=alert.version,
        at=at,
        alert_id=alert.id,
        **alert.about._asdict(),
        day=alert.day,
        target=alert.target,
        done=alert.done,
        expected=alert.expected,
        behind_by=alert.behind_by,
        behind_since=alert.behind_since,
        forecast=alert.forecast,
        method=alert.method,
        ended_because=alert.ended_because,
    )
