"""The sample's targets by region: a sheet that one person of the province posts and another confirms."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from typing import Final

from deploy.sandbox.client import HEARD_SECONDS_MAX, PAUSE_SECONDS, Caller, Client, Unanswered
from deploy.sandbox.steps import Files, Row, Step

PLAN_CODE: Final = "HN2025"
HEADINGS: Final = ("计划", "口径", "地区或部门", "指标", "专项", "月份", "目标")
MEASURES: Final = {"trainings": "完成培训", "high_skilled": "新增高技能人才"}
_PROPOSER: Final = Caller("province", "sample-planner", region="410000")
_CONFIRMER: Final = Caller("province", "sample-planner-2", region="410000")


class Targets:
    """Posts to metrics what regions are held against."""

    def __init__(self, client: Client, files: Files) -> None:
        self._client = client
        self._rows = files["targets"]

    def steps(self) -> list[Step]:
        """One, with all rows: a sheet is taken whole."""
        return [Step([self._rows], self._load, lambda _: f"targets of {len(self._rows)} regions loaded")]

    async def _load(self, rows: list[Row]) -> None:
        await self._wait_for_regions({row["region"] for row in rows})
        answer = await self._client.post_file("metrics", "/v1/target-files", _sheet(rows), by=_PROPOSER)
        if answer["refused"]:
            raise Unanswered(f"The sheet of targets was refused: {answer}")
        asked = {"subject": f"targets/{PLAN_CODE}-region", "status": "proposed"}
        for proposal in (await self._client.get("metrics", "/v1/proposals", by=_CONFIRMER, **asked))["rows"]:
            await self._client.post("metrics", f"/v1/proposals/{proposal['id']}/confirmation", by=_CONFIRMER)

    async def _wait_for_regions(self, regions: set[str]) -> None:
        """Return once metrics has heard of `regions`. Raises Unanswered."""
        deadline = time.monotonic() + HEARD_SECONDS_MAX
        while not regions <= (await self._client.get("metrics", "/v1/names", by=_PROPOSER))["regions"].keys():
            if time.monotonic() > deadline:
                raise Unanswered("Metrics has not heard of the regions.")
            await asyncio.sleep(PAUSE_SECONDS)


def _sheet(rows: list[Row]) -> bytes:
    """The rows with a total for each measure, as a CSV file."""
    lines = [
        [PLAN_CODE, "地区", key, heading, "", "", target]
        for measure, heading in MEASURES.items()
        for key, target in [
            *((row["region"], row[measure]) for row in rows),
            ("合计", str(sum(int(row[measure]) for row in rows))),
        ]
    ]
    file = io.StringIO()
    csv.writer(file).writerows([HEADINGS, *lines])
    return file.getvalue().encode("utf-8-sig")
