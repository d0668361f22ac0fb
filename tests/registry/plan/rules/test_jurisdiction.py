"""Who decides about what lies in several regions."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.plan.rules.jurisdiction import covers, require_concerned
from shared.kernel.callers import Caller, ForeignRegion, Role
from tests.shared.test_reach import PLAN

ZHENGZHOU, ZHONGYUAN, JIYUAN, PROVINCE = "410100", "410102", "419001", "410000"


def officer(region: str | None, role: Role = Role.COUNTY_OFFICER) -> Caller:
    return Caller("officer", role, None, region)


@pytest.mark.parametrize(
    ("by", "regions", "together"),
    [
        ({ZHONGYUAN}, {ZHONGYUAN}, True),
        ({ZHENGZHOU}, {ZHONGYUAN}, True),
        ({ZHONGYUAN}, {ZHENGZHOU}, False),
        ({ZHONGYUAN}, {ZHONGYUAN, JIYUAN}, False),
        ({ZHONGYUAN, JIYUAN}, {ZHONGYUAN, JIYUAN}, True),
        ({PROVINCE}, {ZHONGYUAN, JIYUAN}, True),
        ({ZHENGZHOU}, set(), False),
        ({PROVINCE}, set(), True),
        (set(), {ZHONGYUAN}, False),
    ],
)
def test_officers_decide_together_if_each_region_is_covered(by: set[str], regions: set[str], together: bool) -> None:
    assert covers(PLAN, by, regions, on=date(2025, 3, 1)) is together


@pytest.mark.parametrize("caller", [officer(ZHONGYUAN), officer(ZHENGZHOU), officer(PROVINCE, Role.PROVINCE)])
def test_each_region_concerned_may_look(caller: Caller) -> None:
    require_concerned(PLAN, caller, {ZHONGYUAN, JIYUAN})


@pytest.mark.parametrize("caller", [officer("330000"), officer(None), officer("330000", Role.PROVINCE)])
def test_who_is_from_nowhere_is_not_concerned(caller: Caller) -> None:
    with pytest.raises(ForeignRegion):
        require_concerned(PLAN, caller, {ZHONGYUAN})
    with pytest.raises(ForeignRegion):
        require_concerned(PLAN, caller, set())
