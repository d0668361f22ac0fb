"""In which prefectures a body examines on a day (C03)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.bodies.rules.bodies import Body, BodyKind
from services.assessment.bodies.rules.territory import (
    NotAnotherPrefecture,
    OutsideTerritory,
    Territory,
    TerritoryOverlaps,
    open_,
    require_territory,
)
from shared.kernel.ids import new_id

AT = datetime(2025, 12, 1, 4, tzinfo=UTC)
BODY = Body(new_id(), "52410000MJ00123452", "郑州评价中心", BodyKind.SOCIAL, "410102", "410100", "S000041000123", 1)
DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))


def territory(region: str = "410300", *, first_on: date, last_on: date | None = None) -> Territory:
    return Territory(
        id=new_id(), body_id=BODY.id, reporting_region=region, first_on=first_on, last_on=last_on, opened_by="li",
        opened_at=AT, agreed_by="zhao",
    )  # fmt: skip


@given(DAYS, st.none() | DAYS, DAYS)
def test_a_body_examines_there_from_the_first_day_to_the_last_and_nowhere_else(
    first: date, last: date | None, day: date
) -> None:
    agreed = [territory(first_on=first, last_on=last)]

    if first <= day and (last is None or day <= last):
        require_territory(agreed, "410300", day=day)
    else:
        with pytest.raises(OutsideTerritory):
            require_territory(agreed, "410300", day=day)
    for elsewhere in ("410200", "419001"):
        with pytest.raises(OutsideTerritory) as refused:
            require_territory(agreed, elsewhere, day=day)
        assert refused.value.check == "C03"


def test_its_own_prefecture_is_no_territory_and_one_is_agreed_once_for_a_day() -> None:
    january = territory(first_on=date(2026, 1, 1), last_on=date(2026, 1, 31))

    with pytest.raises(NotAnotherPrefecture):
        open_(territory("410100", first_on=date(2026, 1, 1)), BODY, others=[])
    with pytest.raises(TerritoryOverlaps):
        open_(territory(first_on=date(2026, 1, 31)), BODY, others=[january])
    assert open_(territory(first_on=date(2026, 2, 1)), BODY, others=[january])
    assert open_(territory("410200", first_on=date(2026, 1, 31)), BODY, others=[january])
