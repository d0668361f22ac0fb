"""Alerts in the database, and until which day each plan was judged. In no projection: what was told stays told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, Table, Text, Uuid, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.alerts.rules import Alert, AlertStatus
from services.metrics.pace.rules import Method
from shared import tables
from shared.contracts.metrics import AlertEnding
from shared.database import driver
from shared.tables import Choice, Instant, fixed

ALERT: Final = Table(
    "pace_alert",
    MetaData(),
    fixed("id", Uuid),
    fixed("plan", Text),
    fixed("along", Text),
    fixed("measure", Text),
    fixed("key", Text),
    Column("status", Choice(AlertStatus)),
    Column("day", Date),
    Column("target", BigInteger),
    Column("done", BigInteger),
    Column("expected", BigInteger),
    Column("behind_by", BigInteger),
    Column("behind_since", Date),
    Column("forecast", BigInteger),
    Column("method", Choice(Method)),
    fixed("raised_at", Instant),
    Column("ended_at", Instant),
    Column("ended_because", Choice(AlertEnding)),
    Column("version", Integer),
)
# One judge at a time; another one finds nothing to do.
_ALONE: Final = "SELECT pg_try_advisory_xact_lock(hashtext('pace alerts'))"
_JUDGED_ON: Final = "SELECT max(day) FROM pace_judgement"
_JUDGED: Final = """
INSERT INTO pace_judgement (plan, day, judged_at) VALUES (:plan, :day, :at)
ON CONFLICT (plan) DO UPDATE SET day = excluded.day, judged_at = excluded.judged_at
"""


async def alone(connection: AsyncConnection) -> bool:
    """Whether nobody else judges, until the transaction ends."""
    return bool(await (await driver(connection)).fetchval(_ALONE))


async def judged_on(connection: AsyncConnection) -> date | None:
    """The last day by which was judged; None if none was."""
    found: date | None = await connection.scalar(text(_JUDGED_ON))
    return found


async def note_judged(connection: AsyncConnection, plan: str, day: date, *, at: datetime) -> None:
    await connection.execute(text(_JUDGED), {"plan": plan, "day": day, "at": at})


async def open_alerts(connection: AsyncConnection) -> list[Alert]:
    """All that are open, locked: there are never more than regions, departments and programmes."""
    statement = select(ALERT).where(ALERT.c.status == AlertStatus.OPEN).order_by(ALERT.c.id).with_for_update()
    return await tables.fetch_all(connection, statement, Alert)


async def keep(connection: AsyncConnection, alerts: Sequence[Alert]) -> None:
    """Store new alerts, and the changed ones. Raises Stale."""
    new = [alert for alert in alerts if alert.version == 1]
    if new:
        await tables.add_all(connection, ALERT, new)
    for alert in alerts:
        if alert.version > 1:
            await tables.save(connection, ALERT, alert, expected=alert.version - 1)


async def page(
    connection: AsyncConnection,
    *,
    status: AlertStatus | None,
    plan: str | None,
    along: str | None,
    measure: str | None,
    key: str | None,
    after: UUID,
    limit: int,
) -> list[Alert]:
    """Alerts in the order in which they were raised; None narrows nothing."""
    asked = tables.matches(ALERT, status=status, plan=plan, along=along, measure=measure, key=key)
    return await tables.fetch_page(connection, ALERT, Alert, asked, after=after, limit=limit)
