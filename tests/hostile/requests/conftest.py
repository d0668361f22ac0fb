"""A service with two counties, for requests that somebody made up.

The registry's database holds the plan, as in the registry's own tests.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final, Protocol

import pytest

from services.assessment.consumers import apply
from services.assessment.worker import SERVICE as ASSESSMENT
from services.metrics.worker import SERVICE as METRICS
from services.registry.worker import SERVICE as REGISTRY
from services.subsidy.worker import SERVICE as SUBSIDY
from tests.assessment.centre import plan
from tests.assessment.session_rules import file_however_late
from tests.assessment.test_rights import side
from tests.conftest import OpenService
from tests.hostile.requests.parts import Run
from tests.hostile.requests.secrets import Posted
from tests.metrics.rights_scene import metrics_scene
from tests.registry.conftest import database as database  # the fixture
from tests.registry.rights_scene import registry_scene
from tests.subsidy.office import Office
from tests.subsidy.rights_scene import subsidy_scene
from tests.support.rights import Scene
from tests.support.services import ServiceUnderTest

SERVICES = ("registry", "subsidy", "assessment", "metrics")
RUN: Final = Run.of_environment()

OF_NAME: Final = {each.name: each for each in (REGISTRY, SUBSIDY, ASSESSMENT, METRICS)}

UNHURRIED: Final[dict[str, Any]] = dict.fromkeys(
    (
        "interactive_requests_a_minute", "bulk_requests_a_minute", "lookups_a_minute", "public_requests_a_minute",
        "dry_run_rows_an_hour",
    ),
    10**9,
)  # fmt: skip
"""Settings without rates: thousands of requests come from few callers here."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in RUN.totals(SERVICES):
        terminalreporter.write_line(line)


class SceneOf(Protocol):
    """Gives the scene of a service by its name; several in one test share one log. `posted` hears every request."""

    def __call__(self, name: str, posted: Posted | None = None) -> Awaitable[Scene]: ...


@pytest.fixture
async def scene_of(open_service: OpenService) -> SceneOf:
    async def scene_of(name: str, posted: Posted | None = None) -> Scene:
        service = await open_service(OF_NAME[name], **UNHURRIED)
        if posted is not None:
            service.http.event_hooks["request"].append(posted)
        return await scene_in(service)

    return scene_of


async def scene_in(service: ServiceUnderTest) -> Scene:
    match service.service.name:
        case "registry":
            return await registry_scene(service)
        case "subsidy":
            return await subsidy_scene(await Office.open(service))
        case "metrics":
            return await metrics_scene(service)
    async with service.engine.begin() as connection:
        await apply(connection, plan())
        await file_however_late(connection)
    here, there = await side(service, 123, "410102"), await side(service, 124, "419001")
    return Scene(service=service, here=here, there=there, above="410100")
