"""What totals can be cut by and narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from services.metrics.measures.rules.measures import FLOWS, Stock
from services.metrics.measures.rules.traits import Group, OrganisationKind
from services.metrics.plan.rules import RegionMap
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award


class Dimension(StrEnum):
    """What totals can be cut by. `region` is the reporting region, `county` the place itself.

    `level` is a rank; what leads to an award without one has none. `award` tells all apart. A programme's department
    is the first of those that lead it, so that what several lead is counted once.
    """

    PROGRAMME = "programme"
    DEPARTMENT = "department"
    REGION = "region"
    COUNTY = "county"
    LEVEL = "level"
    AWARD = "award"
    GROUP = "group"
    KIND = "kind"
    FUND_SOURCE = "fund_source"
    SUBSIDY_KIND = "subsidy_kind"
    SUBSIDISED = "subsidised"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


PERIODS: Final = frozenset({Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.YEAR})
COUNTED: Final = tuple(each.value for each in (*FLOWS, *Stock))
"""What each row of totals has: flows of the period, and stocks at its end."""


@dataclass(frozen=True)
class Cut:
    """Which totals: the dimensions, and what they are narrowed to. Days are inclusive.

    Without a plan they are those of the plan of the first day asked for, by default of today; of all plans if that one
    was not told. Stocks are those at the end of the last day, whatever the plan, unless one is named.
    """

    by: tuple[Dimension, ...]
    programme: str | None = None
    department: str | None = None
    region: str | None = None
    award: Award | None = None
    group: Group | None = None
    kind: OrganisationKind | None = None
    fund_source: str | None = None
    subsidy_kind: SubsidyKind | None = None
    subsidised: bool | None = None
    first_day: date | None = None
    last_day: date | None = None
    plan: str | None = None
    region_map: RegionMap = RegionMap.THEN

    def plan_day(self, today: date) -> date:
        """The day whose plan is meant if none is named."""
        return self.first_day or self.last_day or today

    @property
    def period(self) -> Dimension | None:
        """The kind of period by which is cut; there is one at most."""
        return next((each for each in self.by if each in PERIODS), None)

    @property
    def is_of_whole_years(self) -> bool:
        """Whether it makes no difference on which day of a year something was counted."""
        return (
            self.period in (None, Dimension.YEAR)
            and (self.first_day is None or (self.first_day.month, self.first_day.day) == (1, 1))
            and (self.last_day is None or (self.last_day.month, self.last_day.day) == (12, 31))
        )


def period_of(period: Dimension, day: date) -> date:
    """The first day of the period in which `day` lies, by which it is called; a week begins on Monday."""
    match period:
        case Dimension.WEEK:
            return day - timedelta(days=day.weekday())
        case Dimension.MONTH:
            return day.replace(day=1)
        case Dimension.YEAR:
            return day.replace(month=1, day=1)
        case _:
            return day
