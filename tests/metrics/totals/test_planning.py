"""Plans of PostgreSQL for the questions about totals."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from services.metrics.totals.store import Cut, Dimension
from services.metrics.totals.usecases.totals import totals
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from tests.conftest import OpenService
from tests.support.facts import enrolment

_PLANS = """
SELECT sum(generic_plans)::integer, sum(custom_plans)::integer FROM pg_prepared_statements
WHERE statement LIKE '%laid_out%' AND cardinality(parameter_types) > 0
"""


async def test_a_question_is_planned_for_its_values_however_often_it_was_asked(open_service: OpenService) -> None:
    metrics = await open_service(SERVICE)
    await metrics.hear(*(enrolment(number, status=EnrolmentStatus.COMPLETED) for number in range(20)))
    cut = Cut((Dimension.REGION, Dimension.DAY))

    async with metrics.engine.connect() as connection:
        for _ in range(8):
            await totals(connection, cut, today=date(2025, 3, 1))
            await connection.rollback()

        generic, by_values = (await connection.execute(text(_PLANS))).one()

    assert (generic, by_values) == (0, 16), "the rows and their sum, eight times"
