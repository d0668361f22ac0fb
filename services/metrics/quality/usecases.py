"""The quality rates of a year, from what the registry told."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.history.usecases import read_as_known
from services.metrics.plan import store as plan
from services.metrics.plan.rules import RegionMap
from services.metrics.quality import rules
from services.metrics.totals.usecases.freshness import as_of
from services.metrics.totals.usecases.totals import one_snapshot
from shared.contracts.registry.quality import QualityCounted


class QualityAxis(StrEnum):
    REGION = "region"
    PROGRAMME = "programme"


_AXES: Final = {
    QualityAxis.REGION.value: lambda told: told.reporting_region,
    QualityAxis.PROGRAMME.value: lambda told: told.programme,
}


async def rates(
    connection: AsyncConnection, year: int | None, along: QualityAxis, *, today: date, known_on: date | None = None
) -> dict[str, object]:
    """The rates of trainings that ended in `year`, by default in that of `today`, with the rule of each cohort.

    With `known_on` as they were known at the end of that day, by default in its year. Raises DayNotKnown.
    """
    await one_snapshot(connection)
    known = None if known_on is None else await read_as_known(connection, known_on, RegionMap.THEN, today=today)
    year = year or (known_on or today).year
    listed = msgspec.convert(await plan.listed(connection, "quality-sums/"), list[QualityCounted])
    told = [each for each in listed if each.year == year]
    tables = rules.tables(told, _AXES)
    newest = max(told, key=lambda each: each.counted_on, default=None)
    return {
        "as_of": await as_of(connection, at=None if known is None else known.taken_at),
        "known": None if known is None else known._asdict(),
        "year": year,
        "counted_on": None if newest is None else newest.counted_on,
        "group_size_min": max([rules.GROUP_SIZE_MIN, *(each.group_size_min for each in told)]),
        "level_rise_months": None if newest is None else newest.level_rise_months,
        "followup_months": None if newest is None else newest.followup_months,
        "pay_months": None if newest is None else newest.pay_months,
        "rates": [each._asdict() for each in rules.ABOUT],
        "total": _shown(tables.total),
        "rows": [_shown(each) for each in tables.along[along]],
    }


def _shown(found: rules.Rates) -> dict[str, object]:
    return {name: value if isinstance(value, str) else value._asdict() for name, value in found._asdict().items()}
