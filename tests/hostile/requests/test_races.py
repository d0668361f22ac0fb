"""The writes that cost most when they are done twice, many times at once; `make races` tries every write."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from deploy.local.postgres import Postgres
from tests.conftest import Database
from tests.hostile.requests.conftest import OF_NAME, UNHURRIED, scene_in
from tests.hostile.requests.races import Course
from tests.support.services import opened

RACERS: Final = int(os.environ.get("RACERS", "12"))
IS_WHOLE: Final = "RACERS" in os.environ
SHARPEST: Final = {
    "registry": ["approve_class", "enrol_in_class", "conclude_class", "confirm_person_proposal"],
    "subsidy": ["propose_budget", "approve_claim", "pay_claim", "propose_recovery", "confirm_proposal"],
    "assessment": ["conclude_session", "confirm_proposal"],
}


@pytest.mark.timeout(3600 if IS_WHOLE else 300)
@pytest.mark.parametrize("name", SHARPEST)
async def test_what_is_sent_many_times_at_once_is_done_once(
    name: str, database: Database, postgres: Postgres, keys: Path, count: Callable[[str], None]
) -> None:
    service = OF_NAME[name]
    settings = service.settings(
        database_url=await database(service),
        SKILLS_LOG_URL=await database(None),
        SKILLS_KEYS_DIRECTORY=keys,
        **UNHURRIED,
    )
    async with opened(service, settings) as under_test:
        scene = await scene_in(under_test)
        course = await Course.of(scene, postgres, racers=RACERS)

    outcomes = [await course.race(operation) for operation in (course.writes if IS_WHOLE else SHARPEST[name])]

    for outcome in outcomes if IS_WHOLE else ():
        count(f"{name}: {outcome.counted}")
    faults = [fault for outcome in outcomes for fault in outcome.faults]
    count(f"{name}: {len(outcomes)} writes, {RACERS} times at once; {len(faults)} faults")
    assert faults == [], "\n".join(faults)
    if not IS_WHOLE:
        refused = [outcome.counted for outcome in outcomes if not outcome.once.is_success]
        assert refused == [], "a race for nothing:\n" + "\n".join(refused)
