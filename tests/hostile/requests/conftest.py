"""A service with two counties, for requests that somebody made up; what such a test counted is printed at the end.

The registry's database holds the plan, as in the registry's own tests.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import pytest

from services.assessment.consumers import apply
from services.assessment.worker import SERVICE as ASSESSMENT
from services.metrics.worker import SERVICE as METRICS
from services.registry.worker import SERVICE as REGISTRY
from services.subsidy.worker import SERVICE as SUBSIDY
from tests.assessment.centre import plan
from tests.assessment.test_rights import side
from tests.conftest import OpenService
from tests.hostile.requests.secrets import Posted
from tests.registry.conftest import database as database  # the fixture
from tests.registry.rights_scene import registry_scene
from tests.subsidy.builders import Office
from tests.subsidy.rights_scene import subsidy_scene
from tests.support.rights import Scene, Side
from tests.support.services import ServiceUnderTest

COUNTED = "counted"
SERVICES = ("registry", "subsidy", "assessment", "metrics")

_OF_NAME: Final = {each.name: each for each in (REGISTRY, SUBSIDY, ASSESSMENT, METRICS)}


class SceneOf(Protocol):
    """Gives the scene of a service by its name; several in one test share one log. `posted` hears every request."""

    def __call__(self, name: str, posted: Posted | None = None) -> Awaitable[Scene]: ...


@pytest.fixture
async def scene_of(open_service: OpenService) -> SceneOf:
    async def scene_of(name: str, posted: Posted | None = None) -> Scene:
        service = await open_service(_OF_NAME[name])
        if posted is not None:
            service.http.event_hooks["request"].append(posted)
        match name:
            case "registry":
                return await registry_scene(service)
            case "subsidy":
                return await subsidy_scene(await Office.open(service))
            case "assessment":
                return await _assessment_scene(service)
        nothing = Side(region="410102", organisations={}, ids={}, listed={})
        endless = frozenset({"stream_totals"})
        return Scene(service=service, here=nothing, there=nothing, above="410100", endless=endless)

    return scene_of


async def _assessment_scene(service: ServiceUnderTest) -> Scene:
    async with service.engine.begin() as connection:
        await apply(connection, plan())
    here, there = await side(service, 123, "410102"), await side(service, 124, "419001")
    return Scene(service=service, here=here, there=there, above="410100")


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes a line of what was counted; all of them are printed after the run."""
    return lambda line: record_property(COUNTED, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    lines = [str(value) for report in reports for name, value in report.user_properties if name == COUNTED]
    for line in lines:
        terminalreporter.write_line(line)
