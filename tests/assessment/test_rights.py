"""Every operation of assessment, by every role, against the table of rights."""

from __future__ import annotations

from tests.assessment.rights_scene import assessment_scene
from tests.support.rights import walk
from tests.support.services import ServiceUnderTest


async def test_every_operation_does_for_every_role_what_the_table_says(assessment: ServiceUnderTest) -> None:
    walked = await walk(await assessment_scene(assessment))

    assert walked.departures == []
    print(walked.counted)  # noqa: T201
