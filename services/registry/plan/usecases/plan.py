"""Load the plan of a year from its files beside those of other years, and tell what is new or changed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import convert, structs, to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import plan as rules
from services.registry.plan.rules import projects as project_rules
from services.registry.plan.rules.policy import before_the_next
from services.registry.plan.store import plan as store
from services.registry.plan.store import policy as policy_store
from services.registry.plan.store import projects as project_store
from services.registry.plan.usecases import projects as project_usecases
from services.registry.plan.usecases.plan_files import PlanFiles, read, read_policy, read_projects
from shared.backbone import outbox
from shared.contracts.registry import RegistryFact


class PlanLoaded(NamedTuple):
    """How many entries the files hold, and how many of them were new or changed."""

    entries: int
    changed: int


async def load(connection: AsyncConnection, directory: Path, *, at: datetime) -> PlanLoaded:
    """Bring the stored plan to what the files in `directory` say; a second load of the same files changes nothing.

    Plans of other years stay as they are. What plans have in common (regions, levels, calendar) is taken from the plan
    of the latest year, so that loading an older one again takes nothing back.

    Raises PlanYearTaken, PlanInUse, RegionsUnsound, FileNotFoundError for a missing file, KeyError, ValueError or a
    refusal for one of another form; nothing is stored then.
    """
    files = read(directory, at=at)
    years = await _require_own_year(connection, files)
    await _require_same_structure(connection, files)
    shared = files.shared if files.year == max({*years, files.year}) else ()
    entries = await _load_entries(connection, [*files.entries, *shared])
    projects = await _load_projects(connection, directory, at=at)
    policy = await _load_policy(connection, directory)
    loaded = (entries, projects, policy)
    return PlanLoaded(sum(each.entries for each in loaded), sum(each.changed for each in loaded))


async def _require_own_year(connection: AsyncConnection, files: PlanFiles) -> set[int]:
    """The years of the loaded plans. Raises PlanYearTaken if the plan's code or year is that of another one."""
    loaded = await store.plans(connection)
    for code, year in loaded.items():
        if (code == files.code) != (year == files.year):
            raise rules.PlanYearTaken(plan=code, year=year)
    return set(loaded.values())


async def _require_same_structure(connection: AsyncConnection, files: PlanFiles) -> None:
    known = await store.of_year(connection, files.year)
    rules.require_same_structure(files.code, known, files.entries)


async def _load_entries(connection: AsyncConnection, listed: Sequence[RegistryFact]) -> PlanLoaded:
    subjects = await store.subjects(connection, [fact.subject for fact in listed])
    known = await store.versions(connection, subjects.values())
    changed: list[RegistryFact] = []
    for each in listed:
        fact = structs.replace(each, subject=subjects[each.subject])
        version, before = known.get(fact.subject, (0, {}))
        if not version or not _says_the_same(fact, before):
            next_ = structs.replace(fact, version=version + 1)
            await store.save(connection, next_.subject, next_.version, to_builtins(next_))
            changed.append(next_)
    await outbox.record(connection, *changed)
    return PlanLoaded(len(listed), len(changed))


def _says_the_same(fact: RegistryFact, content: Mapping[str, object]) -> bool:
    """Whether the stored `content` is that of `fact`; fields that came later have their defaults in it."""
    stored = convert(content, type(fact))
    return structs.replace(fact, version=stored.version, at=stored.at) == stored


async def _load_projects(connection: AsyncConnection, directory: Path, *, at: datetime) -> PlanLoaded:
    listed = list(read_projects(directory))
    changed = 0
    # By code, so that two loads at once lock the projects in one order.
    for project in sorted(listed, key=lambda each: (each.code, each.listed.first)):
        version = await project_store.lock(connection, project.code)
        terms = await project_store.terms(connection, project.code)
        term = project_rules.planned(project, terms)
        if term is not None:
            await project_usecases.save(connection, replace(term, version=version + 1), terms, at=at)
            changed += 1
    return PlanLoaded(len(listed), changed)


async def _load_policy(connection: AsyncConnection, directory: Path) -> PlanLoaded:
    await policy_store.lock(connection)
    known = await policy_store.rows(connection)
    # What the province has entered since stands: a row of the file reaches to the day before it.
    listed = [before_the_next(row, known) for row in read_policy(directory)]
    changed = [row for row in listed if row not in set(known)]
    for row in changed:
        await policy_store.save(connection, row)
    return PlanLoaded(len(listed), len(changed))
