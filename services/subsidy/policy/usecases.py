"""Load policy rows from a plan's file."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.policy import rules, store
from services.subsidy.policy.rules import NATIONAL, PolicyKind, PolicyRow
from shared.kernel.money import fen_from_yuan
from shared.kernel.periods import Period

_REGION = re.compile(r"[0-9]{6}")


class PolicyLoaded(NamedTuple):
    """The numbers of rows in the file, and of those that were new or got a new last day."""

    rows: int
    changed: int


async def load(connection: AsyncConnection, directory: Path) -> PolicyLoaded:
    """Add the new rows of `directory`; a second load of the same file changes nothing.

    Rows that were loaded before and are no longer in the file stay: claims were decided by them. Raises
    PolicyRowChanged, PolicyRowsOverlap, FileNotFoundError for a missing file, and KeyError, ValueError or a Refusal
    for a file of a different form; then nothing is stored.
    """
    loaded = list(read(directory))
    changed = rules.additions(await store.all_for_loading(connection), loaded)
    await store.save_all(connection, changed)
    return PolicyLoaded(len(loaded), len(changed))


def read(directory: Path) -> Iterator[PolicyRow]:
    """The rows of `subsidy_standards.csv`, whose amounts are in yuan."""
    plan = tomllib.loads((directory / "plan.toml").read_text(encoding="utf-8"))
    with (directory / "subsidy_standards.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield PolicyRow(
                id=row["id"],
                kind=PolicyKind(row["kind"]),
                payee=row["payee"],
                item=row["level_or_item"],
                amount_fen=fen_from_yuan(Decimal(row["yuan"])) if row["yuan"] else None,
                unit=row["unit"],
                jurisdiction=_jurisdiction(row["jurisdiction"], province=plan["province"]),
                validity=Period(_day(row["valid_from"]), _day(row["valid_to"]) if row["valid_to"] else None),
                valid_from_status=row["valid_from_status"],
                source=row["source"],
                status=row["status"],
                conditions=row["conditions"],
            )


def _jurisdiction(written: str, *, province: str) -> str:
    """The code of a region; the plan's province and the nation are given by name."""
    if _REGION.fullmatch(written):
        return written
    named: str = {"national": NATIONAL, "Henan": province}[written]
    return named


def _day(written: str) -> date:
    return date.fromisoformat(written)
