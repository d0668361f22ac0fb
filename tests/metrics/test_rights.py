"""Every operation of metrics, by every role, against the table of rights."""

from __future__ import annotations

from services.metrics.worker import SERVICE
from tests.conftest import OpenService
from tests.metrics.rights_scene import metrics_scene
from tests.support.rights import walk


async def test_every_operation_does_what_the_table_says(open_service: OpenService) -> None:
    walked = await walk(await metrics_scene(await open_service(SERVICE)))

    walked.require_none()
    print(walked.counted)  # noqa: T201
