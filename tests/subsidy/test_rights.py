"""Every operation of the subsidy, by every role, against the table of rights."""

from __future__ import annotations

from tests.subsidy.office import Office
from tests.subsidy.rights_scene import subsidy_scene
from tests.support.rights import walk


async def test_every_operation_does_for_every_role_what_the_table_says(office: Office) -> None:
    walked = await walk(await subsidy_scene(office))

    walked.require_none()
    print(walked.counted)  # noqa: T201
