"""Facts of metrics: who falls behind the plan. Totals are no facts; they are asked for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.fact import Fact

TOPIC = "metrics"


class AlertEnding(StrEnum):
    """Why an alert is over."""

    CAUGHT_UP = "caught_up"
    """It is no longer behind by more than the bound."""
    NO_TARGET = "no_target"
    """Its target was taken out of the plan's sheet, or is met by nothing that is counted."""
    YEAR_OVER = "year_over"
    """The plan's year has ended."""


class PaceAlertState(Fact):
    topic: ClassVar[str] = TOPIC

    alert_id: UUID
    plan: str
    along: str
    """What is compared: "programme", "region" or "department"."""
    key: str
    """The programme, reporting region or department; "total" for the whole plan."""
    measure: str
    """As totals are called: "trainings" and so on."""
    day: date
    """The figures are those at the end of this day."""
    target: int
    done: int
    expected: int
    """What should have been reached by then, by `method`."""
    behind_by: int
    behind_since: date | None
    """The first of the days without a break at whose end it was behind; None once it is not."""
    forecast: int | None
    """Where it leads to until 31 December."""
    method: str
    """"last-year" or "linear": see GET /v1/pace."""
    ended_because: AlertEnding | None = None


class PaceAlertRaised(PaceAlertState):
    """Something has fallen behind the plan by more than the bound. Subject of all three: pace-alerts/{alert_id}."""

    type: ClassVar[str] = "metrics.pace-alert-raised.v1"


class PaceAlertContinued(PaceAlertState):
    """It is still behind, with the figures of another day."""

    type: ClassVar[str] = "metrics.pace-alert-continued.v1"


class PaceAlertEnded(PaceAlertState):
    type: ClassVar[str] = "metrics.pace-alert-ended.v1"
