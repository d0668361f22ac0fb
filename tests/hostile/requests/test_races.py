"""The writes that cost most when they are done twice, many times at once; `make races` tries every write."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from deploy.local.postgres import Postgres
from tests.conftest import Database
from tests.docs.markdown import ROOT
from tests.hostile.requests.conftest import OF_NAME, SERVICES, UNHURRIED, scene_in
from tests.hostile.requests.races import Course
from tests.support.services import opened

RACERS: Final = int(os.environ.get("RACERS", "12"))
IS_WHOLE: Final = "RACERS" in os.environ
SHARPEST: Final = {
    "registry": ["approve_class", "enrol_in_class", "conclude_class", "confirm_person_proposal"],
    "subsidy": ["propose_budget", "approve_claim", "pay_claim", "propose_recovery", "confirm_proposal"],
    "assessment": ["conclude_session", "confirm_proposal"],
}


def writes() -> Iterator[tuple[str, str]]:
    """Every operation that may change something, with its service. Metrics has none."""
    for service in SERVICES:
        described = json.loads((ROOT / "docs" / "api" / f"{service}.openapi.json").read_text(encoding="utf-8"))
        for methods in described["paths"].values():
            yield from ((service, each["operationId"]) for method, each in methods.items() if method != "get")


RACES: Final = list(writes() if IS_WHOLE else ((name, each) for name, sharp in SHARPEST.items() for each in sharp))


@pytest.fixture(scope="session")
def courses() -> dict[str, Course]:
    """The course of each service, once somebody has asked for it."""
    return {}


async def course_of(name: str, database: Database, postgres: Postgres, keys: Path) -> Course:
    """The course of a service: its scene in databases that stay until the server is erased."""
    service = OF_NAME[name]
    urls = {"database_url": await database(service), "log_url": await database(None)}
    settings = service.settings(
        database_url=urls["database_url"], SKILLS_LOG_URL=urls["log_url"], SKILLS_KEYS_DIRECTORY=keys, **UNHURRIED
    )
    async with opened(service, settings) as under_test:
        scene = await scene_in(under_test)
        course = await Course.of(scene, postgres, racers=RACERS)
    kept = {of: f"course_{uuid4().hex[:12]}" for of in urls}
    for of, url in urls.items():
        await postgres.clone_database(kept[of], url.rsplit("/", 1)[1])
    staying = settings.model_copy(update={of: postgres.url(each) for of, each in kept.items()})
    return replace(course, scene=replace(course.scene, service=replace(under_test, settings=staying)))


@pytest.mark.timeout(1800 if IS_WHOLE else 300)
@pytest.mark.parametrize(
    ("name", "operation"), [pytest.param(*each, marks=pytest.mark.xdist_group(f"races {each[0]}")) for each in RACES]
)
async def test_what_is_sent_many_times_at_once_is_done_once(
    name: str,
    operation: str,
    courses: dict[str, Course],
    database: Database,
    postgres: Postgres,
    keys: Path,
    count: Callable[[str], None],
) -> None:
    if name not in courses:
        courses[name] = await course_of(name, database, postgres, keys)

    outcome = await courses[name].race(operation)

    if IS_WHOLE:
        count(f"{name}: {RACERS} x {outcome.counted}")
    assert outcome.faults == [], "\n".join(outcome.faults)
    if not IS_WHOLE:
        assert outcome.once.is_success, f"a race for nothing: {outcome.counted}"
