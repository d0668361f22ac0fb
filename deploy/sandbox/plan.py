"""The sample's own plan: the province's at a thousandth of its targets, marked as such."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deploy.sandbox import PLAN

SCALE: Final = 1_000
MARK_ZH: Final = "（示例，目标为千分之一）"
MARK_EN: Final = " (sample, targets at 1/1000)"

Row = dict[str, str]


def write_plan(directory: Path) -> Path:
    """Write it into `directory`, which is replaced. Everything but names and targets is the province's."""
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(PLAN, directory)
    _rewrite(directory / "programmes.csv", _programme)
    _rewrite(directory / "indicators.csv", _indicator)
    return directory


def _rewrite(file: Path, change: Callable[[Row], Row]) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [change(row) for row in csv.DictReader(lines)]
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _programme(row: Row) -> Row:
    scaled = {name: _scaled(row[name]) for name in ("training_target", "high_skilled_target")}
    if row["parent_code"]:
        return row | scaled
    return row | scaled | {"name_zh": row["name_zh"] + MARK_ZH, "name_en": row["name_en"] + MARK_EN}


def _indicator(row: Row) -> Row:
    """Shares stay what they are."""
    return row if row["unit"] == "ratio" else row | {"target": _scaled(row["target"])}


def _scaled(target: str) -> str:
    """A thousandth; one at least, because nobody reaches a part of a base. What is unset stays so."""
    return str(max(1, int(target) // SCALE)) if target else ""
