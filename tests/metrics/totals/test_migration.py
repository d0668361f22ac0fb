"""The migration to numbered combinations carries over what a database of the layout before has counted."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.projection.store import LIVE
from services.metrics.totals.rules.cuts import PERIODS, Dimension
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from tests.conftest import OpenService
from tests.support.facts import an_institution, certificate, class_started, enrolment, numbered, programme, region
from tests.support.services import ServiceUnderTest

_NEW = "rebuilt"
_VERSIONS = "services.metrics.migrations.versions."
# The way back from the present layout to the one before. A running training was counted by a measure.
_BACK = (
    f"""
    INSERT INTO live.contribution (subject, part, version, measure, programme, region, reporting_region, level,
        plan_year, day, amount, waits_for, organisation, traits, was_from, was_until)
    SELECT subject, part, version,
        CASE WHEN from_on IS NOT NULL AND until IS NULL AND waits_for IS NULL THEN 'in_training' ELSE measure END,
        programme, region, coalesce(reporting_region, ''), award, coalesce(plan_year, 0),
        CASE WHEN until IS NULL THEN coalesce(from_on, day) ELSE day END,
        CASE WHEN from_on IS NOT NULL AND until IS NULL AND waits_for IS NULL THEN 1 ELSE amount END,
        waits_for, organisation, (coalesce(traits, 0) << 4) + kind, CASE WHEN until IS NOT NULL THEN from_on END, until
    FROM {_NEW}.contribution LEFT JOIN {_NEW}.combination ON id = combination
    """,
    f"""
    INSERT INTO live.cell (measure, programme, region, reporting_region, level, plan_year, day, traits, amount)
    SELECT measure, programme, region, reporting_region, award, plan_year, day, (traits << 4) + kind, amount
    FROM {_NEW}.cell JOIN {_NEW}.combination ON id = combination
    """,
    f"""
    INSERT INTO live.holding (certificate, person, plan_year, programme, region, reporting_region, level, issued_on,
        valid, organisation)
    SELECT certificate, person, plan_year, programme, region, reporting_region, award, issued_on, valid, organisation
    FROM {_NEW}.holding JOIN {_NEW}.combination ON id = combination
    """,
    f"INSERT INTO live.organisation SELECT id, kind FROM {_NEW}.organisation",
    *(
        f"INSERT INTO live.{table} SELECT * FROM {_NEW}.{table}"
        for table in ("started", "alias", "listed", "position", "inbox")
    ),
)
_OF_FIRST_DAYS = tuple(
    f"UPDATE live.{table} SET plan_year = 0, reporting_region = ''" for table in ("contribution", "cell", "holding")
)
COMPLETED, LATE = EnrolmentStatus.COMPLETED, numbered(1_000_001)
FACTS = (
    region("410000", reports_to=None, parent=None),
    region("410100", reports_to="410100"),
    region("410102", reports_to="410100", parent="410100"),
    programme("S01"),
    an_institution(numbered(2_000_000), version=1),
    class_started(),
    enrolment(1, status=COMPLETED, priority=True, plan_year=2025),
    enrolment(2, status=EnrolmentStatus.IN_TRAINING, plan_year=2025),
    enrolment(3, status=EnrolmentStatus.IN_TRAINING, plan_year=2025, class_id=LATE),
    enrolment(4, status=EnrolmentStatus.DEFERRED, plan_year=2025),
    certificate(1, person=1),
    certificate(2, person=2, level=None, award="special_ability"),
    certificate(3, person=3, valid=False),
)
ENDED = (
    enrolment(5, status=COMPLETED, from_on=date(2025, 2, 1), plan_year=2025),
    enrolment(6, status=COMPLETED, from_on=date(2025, 2, 1), plan_year=2025, class_id=LATE),
    enrolment(7, status=EnrolmentStatus.WITHDRAWN, from_on=date(2025, 2, 1), plan_year=2025, fund_source=None),
)
"""With the days of the training, which facts from before plans had years did not carry."""


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    await metrics.hear(*FACTS)
    return metrics


async def cuts(metrics: ServiceUnderTest) -> list[Any]:
    found = []
    for by in (pair for pair in combinations(Dimension, 2) if len(PERIODS.intersection(pair)) < 2):
        answer = await metrics.http.get("/v1/totals", params={"by": ",".join(by)})
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["rows"])
    return found


async def migrate_again(connection: AsyncConnection, *between: str) -> None:
    """Put what is counted into the layout before, change it there, and migrate."""
    first, combined = (import_module(_VERSIONS + name) for name in ("0001_foundation", "0007_combinations"))
    statements = (
        f"ALTER SCHEMA {LIVE} RENAME TO {_NEW}", "CREATE SCHEMA live", "SET LOCAL search_path = live",
        *first.STATEMENTS, *_BACK, *between, *combined.creation(LIVE), "SET LOCAL search_path = public",
        *combined.STATEMENTS,
    )  # fmt: skip
    for statement in statements:
        await connection.execute(text(statement))


async def test_every_total_stays_and_what_follows_takes_the_place_of_what_was_counted(
    metrics: ServiceUnderTest,
) -> None:
    await metrics.hear(*ENDED)
    before = await cuts(metrics)

    async with metrics.engine.begin() as connection:
        await migrate_again(connection)

    assert await cuts(metrics) == before
    await metrics.hear(
        class_started(LATE),
        enrolment(1, version=2, status=EnrolmentStatus.FAILED, plan_year=2025),
        certificate(1, version=2, person=1, valid=False),
    )
    total = (await metrics.http.get("/v1/totals", params={"last_day": "2025-12-31"})).json()["total"]
    counted = {each: total[each] for each in ("trainings", "in_training", "certificates", "high_skilled_persons")}
    assert counted == {"trainings": 2, "in_training": 2, "certificates": 1, "high_skilled_persons": 0}
    # The version before goes on until it is stopped.
    assert (await metrics.rows("SELECT count(*) AS count FROM live.contribution"))[0].count > 0


async def test_what_was_counted_before_plans_had_years_counts_to_the_year_of_its_day(metrics: ServiceUnderTest) -> None:
    before = await cuts(metrics)

    async with metrics.engine.begin() as connection:
        await migrate_again(connection, *_OF_FIRST_DAYS)

    assert await cuts(metrics) == before
