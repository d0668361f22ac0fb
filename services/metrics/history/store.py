"""Closings of days: what the cells gained and what was listed, and reading the tables as they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.history.rules import Closing
from services.metrics.technicians import store as technicians
from shared.database import driver

KNOWN: Final = "known"
"""The schema in which the tables of a day that is over have the names of those of the present."""

_CLOSED = "SELECT min(day), max(day) FROM public.closing"
_FIND = "SELECT day, taken_at FROM public.closing WHERE day = $1"
_DAYS = "INSERT INTO public.closing (day, taken_at) SELECT day, $2 FROM unnest($1::date[]) AS ended (day)"
_POSITIONS = """
INSERT INTO public.closing_position (day, topic, partition, next_offset, applied_at)
SELECT ended.day, topic, partition, next_offset, applied_at FROM position, unnest($1::date[]) AS ended (day)
WHERE consumer = $2
"""
_LOG_ENDS = """
INSERT INTO public.closing_log_end (day, topic, partition, next_offset, seen_at)
SELECT ended.day, topic, partition, next_offset, seen_at FROM public.log_end, unnest($1::date[]) AS ended (day)
"""
_OF_COMBINATION = "plan_year, programme, region, reporting_region, award, traits"
_COMBINATIONS = f"""
INSERT INTO public.closing_combination ({_OF_COMBINATION})
SELECT {_OF_COMBINATION} FROM combination EXCEPT SELECT {_OF_COMBINATION} FROM public.closing_combination
"""
# What a cell has that the closings before do not add up to. A cell that came to nothing within the day is kept as well:
# it was a row of the answers of that day.
_CELLS = f"""
INSERT INTO public.closing_cell (known_on, measure, combination, kind, day, amount)
SELECT $1, measure, combination, kind, day, coalesce(present.amount, 0) - coalesce(known.amount, 0)
FROM (
    SELECT measure, numbered.id AS combination, kind, day, amount
    FROM cell
    JOIN combination ON combination.id = cell.combination
    JOIN public.closing_combination AS numbered USING ({_OF_COMBINATION})
) AS present
FULL JOIN (
    SELECT measure, combination, kind, day, sum(amount)::bigint AS amount
    FROM public.closing_cell GROUP BY measure, combination, kind, day
) AS known USING (measure, combination, kind, day)
WHERE known.amount IS NULL OR coalesce(present.amount, 0) <> known.amount
"""
# Books are told every few seconds, and no figure is read from them.
_LISTED = """
INSERT INTO public.closing_listed (subject, known_on, content)
SELECT subject, $1, listed.content
FROM listed
LEFT JOIN (
    SELECT DISTINCT ON (subject) subject, content FROM public.closing_listed ORDER BY subject, known_on DESC
) AS known USING (subject)
WHERE split_part(subject, '/', 1) NOT LIKE '%-books' AND listed.content IS DISTINCT FROM known.content
"""
# Confirmed in the first seconds of today is not known yet. Where several days have ended, each has what was confirmed.
_SINCE = """
SELECT {key}, greatest($1, (confirmed_at AT TIME ZONE 'Asia/Shanghai')::date) FROM public.{entered}
WHERE (confirmed_at AT TIME ZONE 'Asia/Shanghai')::date <= $2
ON CONFLICT DO NOTHING
"""
_SHEETS, _FIGURES = (
    f"INSERT INTO public.closing_{entered} ({key}, known_on) {_SINCE.format(key=key, entered=entered)}"
    for entered, key in (("target_sheet", "plan, axis, version"), ("figure", "id"))
)
_READ = """
SELECT set_config('search_path', $1, true), set_config('history.day', $2, true), set_config('history.map_day', $3, true)
"""


async def closed(connection: AsyncConnection) -> tuple[date, date] | None:
    """The first and the last day with a closing; None if there is none."""
    first, last = await (await driver(connection)).fetchrow(_CLOSED)
    return None if first is None else (first, last)


async def find(connection: AsyncConnection, day: date) -> Closing | None:
    """The closing of `day`."""
    row = await (await driver(connection)).fetchrow(_FIND, day)
    return None if row is None else Closing(*row)


async def close(connection: AsyncConnection, days: Sequence[date], *, consumer: str, at: datetime) -> None:
    """Store what is known now as known at the end of each of `days`, which follow the last one closed.

    The caller holds the lock of the consumer's position, so that nothing is applied meanwhile.
    """
    database = await driver(connection)
    await database.execute(_DAYS, days, at)
    await database.execute(_POSITIONS, days, consumer)
    await database.execute(_LOG_ENDS, days)
    await database.execute(_COMBINATIONS)
    await database.execute(_CELLS, days[0])
    await database.execute(_LISTED, days[0])
    await database.execute(_SHEETS, days[0], days[-1])
    await database.execute(_FIGURES, days[0], days[-1])
    await technicians.keep_known(connection, days)


async def read_as_known(connection: AsyncConnection, day: date, *, map_day: date) -> None:
    """Until the transaction ends, read what was known at the end of `day`; with today's map if `map_day` is later."""
    await (await driver(connection)).execute(_READ, f"{KNOWN}, public", day.isoformat(), map_day.isoformat())
