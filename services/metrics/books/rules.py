"""Who keeps the book of which measure, and what a difference means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from services.metrics.measures.rules.measures import Measure


class Keeper(NamedTuple):
    """An owner's book: the service, what the subjects of its book begin with, and those of its records."""

    service: str
    books: str
    records: str
    measures: tuple[Measure, ...]


KEEPERS: Final = (
    Keeper("registry", "training-books", "enrolments", (Measure.TRAININGS, Measure.IN_TRAINING)),
    Keeper("assessment", "certificate-books", "certificates", (Measure.CERTIFICATES,)),
    Keeper(
        "subsidy", "claim-books", "claims",
        (Measure.SUBSIDISED_TRAININGS, Measure.APPROVED_FEN, Measure.PAID_FEN, Measure.RECOVERED_FEN),
    ),
)  # fmt: skip
"""Persons are in no book: metrics alone knows which certificate is a person's first."""

MEETS_WITHIN: Final = timedelta(seconds=60)
"""Facts that are on their way arrive sooner. A checksum that has not met by then is of other records."""
MOVES_FOR: Final = timedelta(hours=1)
"""A cell in which facts arrive all the time may be compared between a fact and its book every time, but not so long."""
LATE_AFTER: Final = 4
"""Comparisons that may be left out before nothing is said any more of what is equal."""


class Light(StrEnum):
    """Whether the totals equal the books."""

    GREEN = "green"
    """They are equal."""
    AMBER = "amber"
    """Something differs, and facts that are on their way may still explain it."""
    RED = "red"
    """Something differs that no fact on its way explains."""
    UNKNOWN = "unknown"
    """Nobody has compared them lately: the worker stands still."""


class Side(NamedTuple):
    """One side's sums of a cell."""

    records: int
    amount: int
    checksum: str


class Difference(NamedTuple):
    """A cell of one measure that the owner and metrics do not have alike."""

    programme: str
    reporting_region: str
    plan_year: int
    measure: str
    told: Side
    counted: Side
    shown: int
    """The amount in the totals themselves, which are sums of what is counted."""
    since: datetime
    red_from: datetime

    @property
    def amount(self) -> int:
        """The amount in the books minus that in the totals; if that is nothing, minus what is counted behind them."""
        return (self.told.amount - self.shown) or (self.told.amount - self.counted.amount)

    def light(self, at: datetime) -> Light:
        return Light.RED if self.red_from <= at else Light.AMBER


def light_of(differences: Iterable[Difference], *, compared_at: datetime | None, at: datetime, seconds: float) -> Light:
    """The light of all cells, which are compared every so many `seconds`."""
    if compared_at is None or at - compared_at > MEETS_WITHIN + timedelta(seconds=LATE_AFTER * seconds):
        return Light.UNKNOWN
    lights = {each.light(at) for each in differences}
    return next((light for light in (Light.RED, Light.AMBER) if light in lights), Light.GREEN)


def published(differences: Iterable[Difference]) -> Mapping[str, int]:
    """By measure, the differences of its cells without their signs, so that none hides another; 0 if all are equal."""
    sums = {measure.value: 0 for keeper in KEEPERS for measure in keeper.measures}
    for each in differences:
        sums[each.measure] += abs(each.amount)
    return sums
