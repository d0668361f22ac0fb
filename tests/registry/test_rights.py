"""Every operation of the registry, by every role, against the table of rights."""

from __future__ import annotations

from tests.registry.rights_scene import registry_scene
from tests.support.rights import walk
from tests.support.services import ServiceUnderTest


async def test_every_operation_does_for_every_role_what_the_table_says(registry: ServiceUnderTest) -> None:
    walked = await walk(await registry_scene(registry))

    walked.require_none()
    print(walked.counted)  # noqa: T201
