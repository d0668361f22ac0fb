"""Requests made up from the descriptions of the services, by every role: answered as described, never by a failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import pytest
from structlog.testing import capture_logs

from tests.hostile.requests.assault import Assault
from tests.hostile.requests.conftest import RUN, SERVICES, SceneOf
from tests.hostile.requests.parts import Part
from tests.hostile.requests.secrets import Posted, dumped, places_of

SECONDS_A_PART: Final = 1_800
"""A bound for a machine that is busy with other things; usually it is a twentieth of it."""


@pytest.mark.timeout(SECONDS_A_PART)
@pytest.mark.parametrize("part", RUN.parts(SERVICES), ids=str)
async def test_requests_are_answered_as_described_and_leave_nobody_in_clear(
    part: Part, scene_of: SceneOf, count: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    posted = Posted()
    with capture_logs() as lines, caplog.at_level(logging.DEBUG):
        scene = await scene_of(part.service, posted)
        assault = Assault(scene, cases=part.cases, seed=part.seed)

        await asyncio.to_thread(assault.run, asyncio.get_running_loop())

        await scene.service.settle()
    failed = [str(line) for line in lines if line["log_level"] in ("error", "critical")]
    for line in (*assault.counted, *assault.found[:50], *failed[:50]):
        count(f"{part}: {line}")
    assert assault.found == [], "\n".join(assault.found[:50])
    # The client of the test logs its own requests.
    of_libraries = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    content = {
        "database": await dumped(scene.service.settings.database_url),
        "event log": await dumped(scene.service.settings.log_url),
        "service log": {"lines": f"{lines} {of_libraries}".encode()},
    }
    found = [f"{where}: {place}" for where, pieces in content.items() for place in places_of(posted, pieces)]
    count(f"{part}: {posted.counted} searched for in {sum(len(each) for each in content.values())} columns and logs")
    assert found == [], "\n".join(found)
    RUN.keep(part, {"statuses": assault.statuses, "searched": posted.total})
