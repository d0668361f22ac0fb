"""Load the plan from its files, and tell what is new or changed in it."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.plan import with_reporting_regions
from services.registry.store import plan as store
from shared.backbone import outbox
from shared.contracts.fact import ENVELOPE_FIELDS
from shared.contracts.registry import IndicatorListed, LevelListed, ProgrammeListed, RegionListed, RegistryFact

PlanFact = ProgrammeListed | IndicatorListed | RegionListed | LevelListed


class PlanLoaded(NamedTuple):
    """How many entries the files hold, and how many of them were new or changed."""

    entries: int
    changed: int


async def load(connection: AsyncConnection, directory: Path, *, at: datetime) -> PlanLoaded:
    """Bring the stored plan to what the files in `directory` say; a second load of the same files changes nothing.

    Raises FileNotFoundError for a missing file, KeyError or ValueError for one of another form; nothing is stored then.
    """
    listed = list(read(directory, at=at))
    known = await store.versions(connection, [fact.subject for fact in listed])
    changed: list[RegistryFact] = []
    for fact in listed:
        version, before = known.get(fact.subject, (0, {}))
        content = fact.model_dump(mode="json", exclude=set(ENVELOPE_FIELDS))
        if content != {key: before[key] for key in before if key not in ENVELOPE_FIELDS}:
            next_ = fact.model_copy(update={"version": version + 1})
            await store.save(connection, next_.subject, next_.version, next_.model_dump(mode="json"))
            changed.append(next_)
    await outbox.record_all(connection, changed)
    return PlanLoaded(len(listed), len(changed))


def read(directory: Path, *, at: datetime) -> Iterator[PlanFact]:
    """The plan in `directory` as facts of version 1."""
    plan = tomllib.loads((directory / "plan.toml").read_text(encoding="utf-8"))
    for row in _rows(directory / "programmes.csv"):
        yield ProgrammeListed(
            subject=f"programmes/{row['code']}",
            version=1,
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
        yield IndicatorListed(
            subject=f"indicators/{row['code']}",
            version=1,
            at=at,
            code=row["code"],
            programme=row["programme_code"],
            year=plan["year"],
            **{key: row[key] for key in ("name_zh", "name_en", "target", "unit", "operator", "kind")},
        )
    yield from _regions(directory / "regions.csv", at=at).values()
    for row in _rows(directory / "levels.csv"):
        yield LevelListed(
            subject=f"levels/{row['code']}",
            version=1,
            at=at,
            code=row["code"],
            rank=int(row["rank"]),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            high_skilled=row["high_skilled"] == "yes",
        )


def _regions(file: Path, *, at: datetime) -> dict[str, RegionListed]:
    rows = list(_rows(file))
    regions = {
        row["code"]: RegionListed(
            subject=f"regions/{row['code']}",
            version=1,
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


def _rows(file: Path) -> Iterator[Mapping[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
