"""Two people of the province, and the sheets of targets that they load."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from shared.kernel.callers import Role
from tests.shared.spreadsheets.workbooks import csv_file
from tests.support.services import ServiceUnderTest

HEADINGS = ("计划", "口径", "地区或部门", "指标", "专项", "月份", "目标")
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


def of_province(metrics: ServiceUnderTest, person: str) -> dict[str, str]:
    return metrics.tokens.of(Role.PROVINCE, person=person, region="410000")


async def post(
    metrics: ServiceUnderTest, rows: Sequence[Sequence[str]] | bytes, *, form: str = "csv", **query: str
) -> httpx.Response:
    content = rows if isinstance(rows, bytes) else csv_file(*rows, headings=HEADINGS).encode()
    headers = of_province(metrics, "one") | {"Content-Type": TYPES[form]}
    return await metrics.http.post("/v1/target-files", content=content, headers=headers, params=query)


async def open_proposal(metrics: ServiceUnderTest, *, axis: str = "region") -> str:
    """The id of the sheet of HN2025 that waits for a second person."""
    asked = {"subject": f"targets/HN2025-{axis}", "status": "proposed"}
    listed = await metrics.http.get("/v1/proposals", headers=of_province(metrics, "two"), params=asked)
    [proposal] = listed.json()["rows"]
    found: str = proposal["id"]
    return found


async def confirm(metrics: ServiceUnderTest, proposal: str) -> None:
    """Confirm it as the second person."""
    path = f"/v1/proposals/{proposal}/confirmation"
    answer = await metrics.http.post(path, headers=of_province(metrics, "two"))
    assert answer.status_code == 200, answer.text
