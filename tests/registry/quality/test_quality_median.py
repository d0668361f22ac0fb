"""The median of pay, found in the sums of classes without sorting them, beside that of the standard library."""

from __future__ import annotations

import random
from datetime import date
from math import floor
from statistics import median

import pytest
from sqlalchemy import text

from services.registry.follow_ups.rules import PAY_FEN_MAX
from services.registry.quality.store import rates as store
from services.registry.quality.store.rates import Grouping, RatesQuery
from tests.support.services import ServiceUnderTest

DAY = date(2025, 3, 20)

_ADD = """
INSERT INTO quality_sum (class_id, day, programme, institution_id, region, reporting_region, occupation, started,
    tested, passed, completed, in_demand, risen, rise_until, without_work, employed, work_until, pay_changes)
VALUES (uuidv7(), :day, 'S01', uuidv7(), :region, '410100', '4-10-01-05', 0, 0, 0, 0, 0, 0, :day, 0, 0, :day, :changes)
"""


def _changes(chance: random.Random) -> list[int]:
    """Of a class: none, some that are alike, or some from anywhere."""
    widest = chance.choice([3, 200, 2000, (PAY_FEN_MAX - 1) * 1000])
    return sorted(max(-1000, chance.randint(-widest, widest)) for _ in range(chance.choice([0, 1, 2, 7, 40])))


@pytest.mark.parametrize("seed", range(3))
async def test_the_median_of_many_classes_is_that_of_all_their_people(registry: ServiceUnderTest, seed: int) -> None:
    chance = random.Random(seed)
    classes = {str(410100 + place): [_changes(chance) for _ in range(chance.randint(1, 12))] for place in range(60)}
    query = RatesQuery(DAY, DAY, DAY, Grouping.REGION)

    async with registry.engine.connect() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        for region, each in classes.items():
            for changes in each:
                await connection.execute(text(_ADD), {"day": DAY, "region": region, "changes": changes})
        found = {each.key: each for each in await store.count(connection, query, after="", limit=100)}
        await connection.rollback()

    for region, each in classes.items():
        everybody = [change for changes in each for change in changes]
        assert found[region].paid == len(everybody)
        assert found[region].pay_median_permille == (floor(median(everybody)) if everybody else None)
