"""A dry run of a batch: answers as the real one would, stores nothing, and waits for nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from tests.support.services import ServiceUnderTest

_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"


async def stored(service: ServiceUnderTest) -> dict[str, list[str]]:
    """All rows of all tables, as text."""
    async with service.engine.connect() as connection:
        tables = sorted(await connection.scalars(text(_TABLES)))
        return {table: sorted(await connection.scalars(text(f'SELECT t::text FROM "{table}" t'))) for table in tables}


async def same_as_real(
    service: ServiceUnderTest, path: str, rows: Sequence[object], *, headers: dict[str, str], lock: Sequence[str]
) -> list[dict[str, Any]]:
    """Post `rows` as a dry run, then for real; the real rows' answers.

    While the dry run decides, somebody else holds the locks of every row of the tables in `lock`.
    """
    before = await stored(service)
    async with service.engine.begin() as other:
        for table in lock:
            await other.execute(text(f'SELECT FROM "{table}" FOR UPDATE'))
        dry = await service.http.post(f"{path}?mode=validate", json={"rows": rows}, headers=headers)
    assert dry.status_code == 200, dry.text
    assert await stored(service) == before

    real = await service.http.post(path, json={"rows": rows}, headers=headers)
    assert (dry.json()["dry_run"], real.json()["dry_run"]) == (True, False)
    assert [_without_id(row) for row in dry.json()["rows"]] == [_without_id(row) for row in real.json()["rows"]]
    after = "".join(line for lines in (await stored(service)).values() for line in lines)
    ids = {row["id"] for row in dry.json()["rows"] if "id" in row}
    assert all(each in after for each in ids), "an id was told of a row that is not stored"
    answers: list[dict[str, Any]] = real.json()["rows"]
    return answers


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}
