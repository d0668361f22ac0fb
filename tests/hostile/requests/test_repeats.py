"""A correction that says nothing new makes no version and tells nothing, however often it is sent."""

from __future__ import annotations

from typing import Final

import pytest

from tests.hostile.requests.conftest import SceneOf
from tests.hostile.requests.operations import operations_of
from tests.hostile.requests.races import effect_of, rows_of

REPEATS: Final = 100
CORRECTING: Final = ("correct", "change", "put", "edit", "refile")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["registry", "subsidy", "assessment"])
async def test_the_same_correction_a_hundred_times_makes_one_version(name: str, scene_of: SceneOf) -> None:
    scene = await scene_of(name)
    corrections = [each for each in operations_of(scene) if each.name.startswith(CORRECTING)]
    found: dict[str, object] = {}
    tried: list[str] = []

    for operation in corrections:
        first = await operation.send(operation.body, role=operation.roles[0])
        if not first.is_success:
            continue
        tried.append(operation.name)
        before = await rows_of(scene.service)
        for _ in range(REPEATS - 1):
            await operation.send(operation.body, role=operation.roles[0])
        if changed := effect_of(before, await rows_of(scene.service)):
            found[operation.name] = changed

    assert found == {}
    # The scene of assessment has no returned session, and nothing else of it is corrected at once.
    assert tried or not corrections or name == "assessment"
