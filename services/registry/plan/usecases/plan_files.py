"""The files of a plan, read as facts of version 1 and as policy rows."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from msgspec import convert

from services.registry.plan.rules.plan import with_reporting_regions
from services.registry.plan.rules.policy import PolicyRow, parse
from services.registry.plan.rules.projects import Project
from shared.contracts.registry import RegistryFact
from shared.contracts.registry.plan import (
    CalendarDayListed,
    IndicatorListed,
    LevelListed,
    ProgrammeListed,
    RegionListed,
)
from shared.kernel.awards import Award
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import Period

F = TypeVar("F", bound=RegistryFact)

PlanFact = ProgrammeListed | IndicatorListed | RegionListed | LevelListed | CalendarDayListed


def read(directory: Path, *, at: datetime) -> Iterator[PlanFact]:
    """The plan in `directory` as facts of version 1."""
    plan = tomllib.loads((directory / "plan.toml").read_text(encoding="utf-8"))
    for row in _rows(directory / "programmes.csv"):
        yield _fact(
            ProgrammeListed,
            f"programmes/{row['code']}",
            at=at,
            code=row["code"],
            parent=row["parent_code"] or None,
            plan=plan["code"],
            year=plan["year"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            trainings_target=int(row["training_target"]) if row["training_target"] else None,
            high_skilled_target=int(row["high_skilled_target"]) if row["high_skilled_target"] else None,
            high_skilled_counts=row["high_skilled_counts"] == "yes",
        )
    for row in _rows(directory / "indicators.csv"):
        yield _fact(
            IndicatorListed,
            f"indicators/{row['code']}",
            at=at,
            code=row["code"],
            programme=row["programme_code"],
            year=plan["year"],
            **{key: row[key] for key in ("name_zh", "name_en", "target", "unit", "operator", "kind")},
        )
    yield from _regions(directory / "regions.csv", at=at).values()
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
    for row in _rows(directory / "calendar.csv"):
        yield _fact(
            CalendarDayListed,
            f"calendar/{row['day']}",
            at=at,
            day=row["day"],
            working=row["working"] == "yes",
            name_zh=row["name_zh"],
        )


def read_policy(directory: Path) -> Iterator[PolicyRow]:
    """The policy rows in `directory`. Raises UnknownPolicyKey, WrongPolicyValue."""
    for row in _rows(directory / "policy.csv"):
        parse(row["key"], row["value"])
        yield PolicyRow(
            key=row["key"],
            value=row["value"],
            region=row["region"],
            first_on=date.fromisoformat(row["valid_from"]),
            last_on=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            status=row["status"],
            source=row["source"],
        )


def read_projects(directory: Path) -> Iterator[Project]:
    """The projects in `directory`, each in version 1."""
    for row in _rows(directory / "projects.csv"):
        last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
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
            listed=Period(date.fromisoformat(row["valid_from"]), last),
            version=1,
        )


def _regions(file: Path, *, at: datetime) -> dict[str, RegionListed]:
    rows = list(_rows(file))
    regions = {
        row["code"]: _fact(
            RegionListed,
            f"regions/{row['code']}",
            at=at,
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            kind=row["kind"],
            parent=row["parent"] or None,
            reporting_region=None,
            valid_from=row["valid_from"] or None,
            valid_to=row["valid_to"] or None,
            replaced_by=row["replaced_by"] or None,
        )
        for row in rows
    }
    return with_reporting_regions(regions, frozenset(row["code"] for row in rows if row["reports"] == "yes"))


def _fact(cls: type[F], subject: str, *, at: datetime, **content: object) -> F:
    """A fact from what a file says in words: days, numbers and codes are read and checked. Raises ValueError."""
    return convert({"subject": subject, "version": 1, "at": at, **content}, cls)


def _rows(file: Path) -> Iterator[Mapping[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
