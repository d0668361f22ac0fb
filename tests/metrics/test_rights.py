"""Every operation of metrics is public, as the table of rights says."""

from __future__ import annotations

from services.metrics.worker import SERVICE
from tests.conftest import OpenService
from tests.support.rights import Scene, Side, walk


async def test_every_operation_does_what_the_table_says(open_service: OpenService) -> None:
    nothing = Side(region="410102", organisations={}, ids={}, listed={})
    scene = Scene(
        service=await open_service(SERVICE),
        here=nothing,
        there=nothing,
        above="410100",
        endless=frozenset({"stream_totals"}),
    )

    walked = await walk(scene)

    walked.require_none()
    print(walked.counted)  # noqa: T201
