"""Claims by the plan's own rows, two reviews and five working days of publicity, on any day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import text

from shared.contracts.registry.plan import CalendarDayListed
from shared.kernel.working_days import WorkingDays
from tests.subsidy.builders import (
    NOW,
    TODAY,
    Taught,
)
from tests.subsidy.office import Office
from tests.support.services import ServiceUnderTest

CALENDAR: Final = WorkingDays({date(year, 1, 1): False for year in (TODAY.year, TODAY.year + 1)})
"""New Year's Day is the only holiday, and there is no working weekend."""
PUBLIC_UNTIL: Final = CALENDAR.after(TODAY, 5)
"""The last public day of a claim that is published today."""


async def whole_ladder(service: ServiceUnderTest) -> Office:
    """The service with the plan's own rows, and with a calendar of this year and the next."""
    office = await Office.open(service, whole_ladder=True)
    async with service.engine.begin() as connection:
        await connection.execute(text("TRUNCATE heard_calendar_day"))
    days = [
        CalendarDayListed(subject=f"calendar/{day}", version=1, at=NOW, day=day, working=working, name_zh="元旦")
        for day, working in CALENDAR.listed.items()
    ]
    await service.hear(*days)
    return office


def go_to(office: Office, day: date) -> None:
    """Set the service's clock to the same time of another day."""
    office.service.clock.offset = timedelta(days=(day - TODAY).days)


def go_past_publicity(office: Office) -> None:
    go_to(office, PUBLIC_UNTIL + timedelta(days=1))


async def published(office: Office, taught: Taught) -> str:
    """A claim that passed both reviews; its id."""
    claim_id = await office.submitted(taught)
    assert (await office.approve(claim_id)).json()["status"] == "second_review"
    assert (await office.approve(claim_id, office.reviewer("second"))).json()["status"] == "publicity"
    return claim_id
