"""Amounts that the province proposes, ends and decides about; and amounts and limits loaded from a plan's files."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.limits.rules import FORMS
from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy import rules
from services.subsidy.policy.rules import NATIONAL, PolicyRow
from services.subsidy.policy.store import POLICY_ROW
from services.subsidy.trainings.store import keep_calendar
from services.subsidy.trainings.usecases import require_province
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules import rules as dated
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.province import ProvinceRules
from shared.dated_rules.rules import Provenance, require_room
from shared.dated_rules.store import next_sequence
from shared.kernel.ids import new_id
from shared.kernel.money import fen_from_yuan
from shared.kernel.periods import Period

LOADER: Final = "load-policy"
"""Who signs the rows of a plan's files, which were reviewed where the files are kept."""

AMOUNTS: Final = ProvinceRules(
    POLICY_ROW,
    load_plan=require_province,
    check=lambda _: require_room,
    saying_nothing={"ended": True},
    region="jurisdiction",
    nation=NATIONAL,
)
"""The amounts as the province sets them."""

_REGION = re.compile(r"[0-9]{6}")


class PolicyLoaded(NamedTuple):
    """The numbers of rows in the file, and of those that were new or got a new last day."""

    rows: int
    changed: int


async def load(connection: AsyncConnection, directory: Path, *, at: datetime) -> PolicyLoaded:
    """Add the new rows of `directory`, amounts and limits, and the days of its calendar.

    A second load of the same files changes nothing.

    Rows that were loaded before and are no longer in the file stay: claims were decided by them. Raises
    PolicyRowChanged, FileNotFoundError for a missing file, and KeyError, ValueError or a Refusal for a file of a
    different form; then nothing is stored.
    """
    signed = dated.loaded(by=LOADER, at=at, sequence=await next_sequence(connection))
    amounts = list(read(directory, signed=signed))
    new_amounts = rules.additions(await POLICY_ROW.entered_rows(connection), amounts, loader=LOADER)
    await POLICY_ROW.add_rows(connection, new_amounts)
    limits, known = list(read_limits(directory, signed=signed)), await LIMIT_ROW.entered_rows(connection)
    planned = [dated.planned(row, known, loader=LOADER) for row in limits]
    new_limits = [row for row in planned if row is not None]
    await LIMIT_ROW.add_rows(connection, new_limits)
    await keep_calendar(connection, read_calendar(directory), known_stay=True)
    return PolicyLoaded(len(amounts) + len(limits), len(new_amounts) + len(new_limits))


def read_calendar(directory: Path) -> dict[date, bool]:
    """The days of `calendar.csv`: what the registry tells of them stands before the file."""
    with (directory / "calendar.csv").open(encoding="utf-8", newline="") as lines:
        return {date.fromisoformat(row["day"]): row["working"] == "yes" for row in csv.DictReader(lines)}


def read_limits(directory: Path, *, signed: Provenance) -> Iterator[FigureRow]:
    """The rows of `claim_limits.csv`. Raises UnknownPolicyKey, WrongPolicyValue."""
    with (directory / "claim_limits.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            FORMS.read_figure(row["key"], row["value"])
            yield FigureRow(
                id=str(new_id()),
                **{name: row[name] for name in ("key", "value", "region", "status", "source")},
                validity=_validity(row),
                provenance=signed,
            )


def read(directory: Path, *, signed: Provenance) -> Iterator[PolicyRow]:
    """The rows of `subsidy_standards.csv`, whose amounts are in yuan."""
    plan = tomllib.loads((directory / "plan.toml").read_text(encoding="utf-8"))
    with (directory / "subsidy_standards.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield PolicyRow(
                id=row["id"],
                kind=SubsidyKind(row["kind"]),
                payee=row["payee"],
                item=row["level_or_item"],
                amount_fen=fen_from_yuan(Decimal(row["yuan"])) if row["yuan"] else None,
                unit=row["unit"],
                jurisdiction=_jurisdiction(row["jurisdiction"], province=plan["province"]),
                validity=_validity(row),
                valid_from_status=row["valid_from_status"],
                source=row["source"],
                status=row["status"],
                conditions=row["conditions"],
                provenance=signed,
            )


def _jurisdiction(written: str, *, province: str) -> str:
    """The code of a region; the plan's province and the nation are given by name."""
    if _REGION.fullmatch(written):
        return written
    named: str = {"national": NATIONAL, "Henan": province}[written]
    return named


def _validity(row: Mapping[str, str]) -> Period:
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    return Period(date.fromisoformat(row["valid_from"]), last)
