"""A claim for a class whose county has moved to another city since."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from shared.contracts.dimensions import RegionPeriod
from shared.contracts.registry.plan import RegionListed
from shared.contracts.subsidy.claims import ClaimPaid
from tests.subsidy.builders import (
    L4_FEN,
    STARTS_ON,
    Taught,
    people,
    regions,
)
from tests.subsidy.office import Office

MOVED_ON = STARTS_ON + timedelta(days=30)


def moved() -> RegionListed:
    """410102 of 410100 becomes a county of 410200."""
    county = next(fact for fact in regions() if fact.subject == "regions/410102")
    assert isinstance(county, RegionListed)
    before = RegionPeriod(None, MOVED_ON - timedelta(days=1), "410100", "410100")
    now = RegionPeriod(MOVED_ON, None, "410200", "410200")
    return replace(county, version=2, parent="410200", reporting_region="410200", periods=(before, now))


async def test_the_new_city_decides_on_it_and_the_budget_of_the_region_that_reported_it_pays(office: Office) -> None:
    taught = Taught(people(1))
    assert (await office.budget(10**9, region="410200")).status_code == 200
    await office.service.hear(*taught.all_finished(), moved())
    claim_id = await office.submitted(taught)

    old, new = office.reviewer(region="410100"), office.reviewer(region="410200")
    assert (await office.approve(claim_id, old)).status_code == 403
    assert (await office.approve(claim_id, new)).status_code == 200
    assert (await office.pay(claim_id, office.finance(region="410100"))).status_code == 403
    assert (await office.pay(claim_id, office.finance(region="410200"))).status_code == 200

    budgets = await office.service.rows("SELECT region, paid_fen FROM budget ORDER BY region")
    assert [tuple(each) for each in budgets] == [("410100", L4_FEN), ("410200", 0)]
    (told,) = [fact for fact in await office.service.told() if isinstance(fact, ClaimPaid)]
    assert (told.reporting_region, told.plan_year) == ("410100", STARTS_ON.year)


async def test_a_budget_is_set_for_a_region_that_reports_on_some_day_of_the_year(office: Office) -> None:
    county = next(fact for fact in regions() if fact.subject == "regions/419001")
    assert isinstance(county, RegionListed)
    before = RegionPeriod(None, STARTS_ON.replace(month=12, day=31), "410000", "419001")
    after = RegionPeriod(before.valid_to and before.valid_to + timedelta(days=1), None, "410100", "410100")
    joined = replace(county, version=2, parent="410100", reporting_region="410100", periods=(before, after))
    await office.service.hear(joined)

    this_year, next_year = [await office.budget(1, region="419001", year=STARTS_ON.year + later) for later in (0, 1)]

    assert this_year.status_code == 200
    assert (next_year.status_code, next_year.json()["code"]) == (422, "not-a-reporting-region")
    assert next_year.json()["reporting_region"] == "410100"
