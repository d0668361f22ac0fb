"""Bodies of a county that moves to another city: they lie there from that day on, and what happened stays."""

from __future__ import annotations

from datetime import UTC, date, datetime

from msgspec.structs import replace

from services.assessment.bodies.usecases import moves
from services.assessment.consumers import apply
from shared.contracts.assessment import BodyFiled
from shared.contracts.dimensions import RegionPeriod
from shared.contracts.registry.plan import RegionListed
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, pass_row, plan
from tests.registry.school import set_today


def moved() -> RegionListed:
    """410102 belongs to 410300 from 2026 on."""
    (county,) = [each for each in plan() if isinstance(each, RegionListed) and each.code == "410102"]
    before = RegionPeriod(None, date(2025, 12, 31), "410100", "410100")
    after = RegionPeriod(date(2026, 1, 1), None, "410300", "410300")
    return replace(county, version=2, parent="410300", reporting_region="410300", periods=(before, after))


async def test_a_body_follows_its_county_and_its_exams_stay_with_the_city_that_reported_them(centre: Centre) -> None:
    session_id = await centre.examined(pass_row(1))
    await centre.conclude(session_id)
    async with centre.service.engine.begin() as connection:
        await apply(connection, [moved()])
    engine = centre.service.engine

    # A body that is filed now lies in the new city already.
    early = await moves.follow(engine, at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    once = await moves.follow(engine, at=datetime(2025, 12, 31, 16, 0, tzinfo=UTC))
    twice = await moves.follow(engine, at=datetime(2026, 1, 1, tzinfo=UTC))

    assert (early, once, twice) == (False, True, False)
    set_today(centre.service, date(2026, 1, 2))
    new, old = (centre.service.tokens.of(Role.COUNTY_OFFICER, region=region) for region in ("410300", "410100"))
    known = (await centre.get(f"/bodies/{centre.body['id']}", new)).json()
    assert (known["region"], known["reporting_region"], known["version"]) == ("410102", "410300", 2)
    assert (await centre.get(f"/bodies/{centre.body['id']}", old)).json()["code"] == "foreign-region"
    told = [each for each in await centre.service.told() if isinstance(each, BodyFiled)]
    assert [(each.version, each.reporting_region, len(each.scope)) for each in told] == [
        (1, "410100", 5),
        (2, "410300", 5),
    ]
    session = (await centre.get(f"/sessions/{session_id}", new)).json()
    assert session["reporting_region"] == "410100"
    # The old city goes on reading what it reported.
    assert (await centre.get(f"/sessions/{session_id}", old)).status_code == 200
    assert (await centre.get("/bodies", new)).json()["rows"] == [known]
