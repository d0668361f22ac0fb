"""A plan of 2026 beside that of 2025, invented for tests: no plan of that year is meant by any of its figures."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

PLAN_2025 = Path(__file__).parents[2] / "deploy" / "plans" / "henan-2025"

MOVED = "410122"
"""A county of 410100 that 410200 takes over on 1 January 2026."""
ENDED = "410106"
"""A county of 410100 that goes into its neighbour 410102 on the same day."""

Row = dict[str, str]


def plan_2026(directory: Path) -> Path:
    """The invented plan, written to `directory`: S01 is named otherwise, S09 is gone, S11 is new; two counties move."""
    shutil.copytree(PLAN_2025, directory)
    toml = directory / "plan.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("2025", "2026"), encoding="utf-8")
    change_rows(directory / "programmes.csv", _programme)
    change_rows(directory / "indicators.csv", lambda row: [row | {"programme_code": _root(row["programme_code"])}])
    change_rows(directory / "regions.csv", moved)
    return directory


def moved(row: Row) -> list[Row]:
    """The rows of a region after the moves."""
    if row["code"] == MOVED:
        return [row | {"valid_to": "2025-12-31"}, row | {"valid_from": "2026-01-01", "parent": "410200"}]
    if row["code"] == ENDED:
        return [row | {"valid_to": "2025-12-31", "replaced_by": "410102"}]
    return [row]


def change_rows(file: Path, change: Callable[[Row], list[Row]]) -> None:
    """Replace each row of the file by what `change` makes of it."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [after for row in csv.DictReader(lines) for after in change(row)]
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _programme(row: Row) -> list[Row]:
    row |= {"code": _root(row["code"]), "parent_code": _root(row["parent_code"])}
    if row["code"] == "S09":
        return []
    if row["code"] == "S01":
        renamed = {"name_zh": "未来产业技能培训专项", "name_en": "Industries of the future", "training_target": "1000"}
        return [row | renamed, row | {"code": "S11", "name_zh": "银发经济", "name_en": "Silver economy"}]
    return [row]


def _root(code: str) -> str:
    return code.replace("HN2025", "HN2026")
