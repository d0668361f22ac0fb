"""The files of the plan of a year, read as facts of version 1, and as rows of policy, calendar and catalogue."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec import convert

from services.registry.plan.rules.plan import PlanEntry, RegionRow, region_periods
from services.registry.plan.rules.policy import CALENDAR_KEY, PolicyRow, parse
from services.registry.plan.rules.projects import Project
from shared.contracts.registry import RegistryFact
from shared.contracts.registry.plan import (
    IndicatorListed,
    LevelListed,
    ProgrammeListed,
    RegionListed,
)
from shared.dated_rules.rules import Provenance
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import Period

F = TypeVar("F", bound=RegistryFact)

SharedEntry = RegionListed | LevelListed
"""What plans of all years have in common."""


class PlanFiles(NamedTuple):
    """A plan: its code and year, its own entries, and what is not of a year, all as facts of version 1."""

    code: str
    year: int
    entries: Sequence[PlanEntry]
    shared: Sequence[SharedEntry]


def read(directory: Path, *, at: datetime) -> PlanFiles:
    """The plan in `directory`. Raises ValueError unless it is for one calendar year, and RegionsUnsound."""
    plan = tomllib.loads((directory / "plan.toml").read_text(encoding="utf-8"))
    code, year = plan["code"], plan["year"]
    if (plan["first_day"], plan["last_day"]) != (date(year, 1, 1), date(year, 12, 31)):
        raise ValueError("a plan is for one calendar year: see first_day and last_day in plan.toml")
    return PlanFiles(code, year, list(_entries(directory, code, year, at=at)), list(_shared(directory, at=at)))


def _entries(directory: Path, plan: str, year: int, *, at: datetime) -> Iterator[PlanEntry]:
    for row in _rows(directory / "programmes.csv"):
        yield _fact(
            ProgrammeListed,
            f"programmes/{year}-{row['code']}",
            at=at,
            code=row["code"],
            parent=row["parent_code"] or None,
            plan=plan,
            year=year,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            trainings_target=int(row["training_target"]) if row["training_target"] else None,
            high_skilled_target=int(row["high_skilled_target"]) if row["high_skilled_target"] else None,
            high_skilled_counts=row["high_skilled_counts"] == "yes",
            departments=[each for each in (row.get("lead_departments") or "").split(";") if each],
        )
    for row in _rows(directory / "indicators.csv"):
        yield _fact(
            IndicatorListed,
            f"indicators/{year}-{row['code']}",
            at=at,
            code=row["code"],
            programme=row["programme_code"],
            year=year,
            **{key: row[key] for key in ("name_zh", "name_en", "target", "unit", "operator", "kind")},
        )


def _shared(directory: Path, *, at: datetime) -> Iterator[SharedEntry]:
    yield from _regions(directory / "regions.csv", at=at)
    for row in _rows(directory / "levels.csv"):
        yield _fact(
            LevelListed,
            f"levels/{row['code']}",
            at=at,
            code=row["code"],
            rank=int(row["rank"]),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            high_skilled=row["high_skilled"] == "yes",
        )


def read_policy(directory: Path, *, signed: Provenance) -> Iterator[PolicyRow]:
    """The policy rows in `directory` and the days of its calendar. Raises UnknownPolicyKey, WrongPolicyValue."""
    for row in _rows(directory / "policy.csv"):
        parse(row["key"], row["value"])
        yield PolicyRow(
            id=str(new_id()),
            key=row["key"],
            value=row["value"],
            region=row["region"],
            validity=_validity(row),
            status=row["status"],
            source=row["source"],
            provenance=signed,
        )
    province = tomllib.loads((directory / "plan.toml").read_text(encoding="utf-8"))["province"]
    for row in _rows(directory / "calendar.csv"):
        day = date.fromisoformat(row["day"])
        yield PolicyRow(
            id=str(new_id()),
            key=CALENDAR_KEY,
            value=row["working"],
            region=province,
            validity=Period(day, day),
            status="sourced",
            source=row["source"],
            provenance=signed,
            note=row["name_zh"],
        )


def read_projects(directory: Path, *, signed: Provenance) -> Iterator[Project]:
    """The projects in `directory`, each in version 1."""
    for row in _rows(directory / "projects.csv"):
        yield Project(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            edition=row["edition"],
            occupation=parse_occupation(row["occupation"]),
            award=Award.from_code(row["award"] if "award" in row else row["level"]),
            category=row["category"],
            hours_min=int(row["hours_min"]),
            is_scarce=row["is_scarce"] == "yes",
            is_needed=row["is_needed"] == "yes",
            listed=_validity(row),
            version=1,
            id=str(new_id()),
            source=f"{directory.name}/projects.csv ({row['status']})",
            provenance=signed,
        )


def _regions(file: Path, *, at: datetime) -> Iterator[RegionListed]:
    """The regions, each with what the last of its rows says, and its periods if they differ."""
    last_rows = {row["code"]: row for row in sorted(_rows(file), key=lambda row: row["valid_from"])}
    all_periods = region_periods([_region_row(row) for row in _rows(file)])
    for code in dict.fromkeys(row["code"] for row in _rows(file)):
        row, periods = last_rows[code], all_periods[code]
        yield _fact(
            RegionListed,
            f"regions/{code}",
            at=at,
            code=code,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            kind=row["kind"],
            parent=row["parent"] or None,
            reporting_region=periods[-1].reporting_region,
            valid_from=periods[0].valid_from,
            valid_to=periods[-1].valid_to,
            replaced_by=row["replaced_by"] or None,
            periods=periods if len(periods) > 1 else (),
        )


def _region_row(row: Mapping[str, str]) -> RegionRow:
    days = (_day(row["valid_from"]), _day(row["valid_to"]))
    return RegionRow(row["code"], row["parent"] or None, row["reports"] == "yes", *days)


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def _fact(cls: type[F], subject: str, *, at: datetime, **content: object) -> F:
    """A fact from what a file says in words: days, numbers and codes are read and checked. Raises ValueError."""
    return convert({"subject": subject, "version": 1, "at": at, **content}, cls)


def _validity(row: Mapping[str, str]) -> Period:
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    return Period(date.fromisoformat(row["valid_from"]), last)


def _rows(file: Path) -> Iterator[Mapping[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
