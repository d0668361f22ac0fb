"""Supervision in figures: what waits, what is late, and patrols, from what the registry told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from services.metrics.worker import SERVICE
from shared.contracts.fact import Fact
from shared.contracts.registry.flags import FlagRaised, FlagReopened, FlagSettled, FlagState, FlagStatus
from shared.contracts.registry.supervision import (
    FindingClosed,
    FindingOpened,
    FindingRectified,
    FindingState,
    FindingStatus,
    PatrolLevel,
    PatrolMethod,
    PatrolRecorded,
    Severity,
)
from shared.kernel.periods import business_day
from tests.conftest import OpenService
from tests.support.clock import now
from tests.support.facts import region
from tests.support.services import ServiceUnderTest

NOW: Final = now()
TODAY: Final = business_day(NOW)
YESTERDAY: Final = TODAY - timedelta(days=1)
PLACES: Final = (
    region("410000", reports_to=None, parent=None),
    region("410100", reports_to="410100"),
    region("410102", reports_to="410100", parent="410100"),
    region("410200", reports_to="410200"),
)
NOTHING: Final = dict.fromkeys(
    ("flags_open", "flags_holding", "flags_late", "findings_open", "findings_late", "patrols"), 0
)


def flag(
    fact: type[FlagState] = FlagRaised,
    flag_id: UUID | None = None,
    version: int = 1,
    *,
    county: str = "410102",
    city: str = "410100",
    due: date | None = TODAY,
    holds: bool = False,
    status: FlagStatus = FlagStatus.OPEN,
    confidential: bool = False,
) -> FlagState:
    id_ = flag_id or uuid4()
    return fact(
        subject=f"flags/{id_}",
        version=version,
        at=NOW,
        flag_id=id_,
        check="C16",
        kind="one-phone-many-trainees",
        institution_id=None,
        class_id=None,
        enrolment_id=None,
        person=None,
        region=county,
        reporting_region=city,
        holds=holds,
        status=status,
        due_on=due,
        is_confidential=confidential,
    )


def finding(
    fact: type[FindingState] = FindingOpened,
    finding_id: UUID | None = None,
    version: int = 1,
    *,
    due: date = TODAY,
    status: FindingStatus = FindingStatus.OPEN,
) -> FindingState:
    id_ = finding_id or uuid4()
    return fact(
        subject=f"findings/{id_}",
        version=version,
        at=NOW,
        finding_id=id_,
        patrol_id=uuid4(),
        class_id=uuid4(),
        institution_id=uuid4(),
        region="410102",
        reporting_region="410100",
        severity=Severity.MAJOR,
        due_on=due,
        status=status,
    )


def patrol(on: date) -> PatrolRecorded:
    id_ = uuid4()
    return PatrolRecorded(
        subject=f"patrols/{id_}",
        version=1,
        at=NOW,
        patrol_id=id_,
        class_id=uuid4(),
        institution_id=uuid4(),
        programme="S01",
        region="410102",
        reporting_region="410100",
        patrol_level=PatrolLevel.COUNTY,
        method=PatrolMethod.ON_SITE,
        patrolled_on=on,
        present=20,
        enrolled=30,
        findings=1,
    )


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    service = await open_service(SERVICE)
    await service.hear(*PLACES)
    return service


async def asked(metrics: ServiceUnderTest, *facts: Fact, query: str = "") -> dict[str, Any]:
    """The answer once `facts` were heard."""
    await metrics.hear(*facts)
    facts_heard = len(PLACES) + len(facts)
    answer = await metrics.http.get(f"/v1/supervision?min_position=registry:{facts_heard}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_settled_flag_waits_no_more_and_waits_again_once_it_is_reopened(metrics: ServiceUnderTest) -> None:
    settled, reopened = uuid4(), uuid4()

    answer = await asked(
        metrics,
        flag(holds=True, due=YESTERDAY),
        flag(due=None),
        flag(flag_id=settled, holds=True, due=YESTERDAY),
        flag(FlagSettled, settled, 2, holds=True, due=YESTERDAY, status=FlagStatus.UPHELD),
        flag(flag_id=reopened, holds=True),
        flag(FlagSettled, reopened, 2, holds=True, status=FlagStatus.DISMISSED),
        flag(FlagReopened, reopened, 3, holds=True),
    )

    assert answer["total"] == NOTHING | {"flags_open": 3, "flags_holding": 2, "flags_late": 1}


async def test_a_finding_is_open_until_it_is_closed_and_late_after_its_due_day(metrics: ServiceUnderTest) -> None:
    rectified, closed = uuid4(), uuid4()

    answer = await asked(
        metrics,
        finding(),
        finding(finding_id=rectified, due=YESTERDAY),
        finding(FindingRectified, rectified, 2, due=YESTERDAY, status=FindingStatus.RECTIFIED),
        finding(finding_id=closed, due=YESTERDAY),
        finding(FindingClosed, closed, 2, due=YESTERDAY, status=FindingStatus.CLOSED),
    )

    assert answer["total"] == NOTHING | {"findings_open": 2, "findings_late": 1}


async def test_a_confidential_flag_is_not_counted(metrics: ServiceUnderTest) -> None:
    assert (await asked(metrics, flag(confidential=True)))["total"] == NOTHING


async def test_patrols_are_those_of_the_period(metrics: ServiceUnderTest) -> None:
    query = "&first_day=2025-03-01&last_day=2025-03-31"
    days = (date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 31), date(2025, 4, 1))

    answer = await asked(metrics, *(patrol(day) for day in days), query=query)

    assert answer["total"]["patrols"] == 2
    assert (answer["first_day"], answer["last_day"]) == ("2025-03-01", "2025-03-31")


async def test_without_days_patrols_are_those_of_this_year(metrics: ServiceUnderTest) -> None:
    days = (TODAY, TODAY.replace(month=1, day=1), date(TODAY.year - 1, 12, 31), TODAY + timedelta(days=1))

    assert (await asked(metrics, *map(patrol, days)))["total"]["patrols"] == 2 - (TODAY.month == TODAY.day == 1)


async def test_the_province_is_shown_by_region_and_a_region_by_county(metrics: ServiceUnderTest) -> None:
    facts = [flag(), flag(county="410101"), flag(county="410200", city="410200")]

    whole = await asked(metrics, *facts)
    city = (await metrics.http.get("/v1/supervision?region=410100")).json()
    county = (await metrics.http.get("/v1/supervision?region=410102")).json()

    def counted(answer: dict[str, Any]) -> dict[str, int]:
        return {row["place"]: row["flags_open"] for row in answer["rows"]}

    assert counted(whole) == {"410100": 2, "410200": 1}
    assert counted(city) == {"410101": 1, "410102": 1}
    assert counted(county) == {"410102": 1}
    assert (await metrics.http.get("/v1/supervision?region=410000")).json()["rows"] == whole["rows"]


async def test_what_was_settled_later_waited_on_the_day_asked_for(metrics: ServiceUnderTest) -> None:
    """Of today as it is known so far; of a day before everything was told nothing is known."""
    today = await asked(metrics, flag(), query=f"&known_on={TODAY}")

    assert (today["day"], today["total"]["flags_open"]) == (TODAY.isoformat(), 1)
    before = await metrics.http.get("/v1/supervision?known_on=2019-01-01")
    assert (before.status_code, before.json()["code"]) == (422, "day-not-known")


@pytest.mark.parametrize(
    ("query", "code"),
    [("region=419999", "unknown-region"), ("first_day=2025-03-02&last_day=2025-03-01", "period-reversed")],
)
async def test_what_makes_no_sense_is_refused(metrics: ServiceUnderTest, query: str, code: str) -> None:
    answer = await metrics.http.get(f"/v1/supervision?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, code)
