"""Load the plan of a year from its files beside those of other years, and tell what is new or changed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import convert, structs, to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import plan as plan_rules
from services.registry.plan.rules.projects import latest_version
from services.registry.plan.store import plan as store
from services.registry.plan.store import projects as project_store
from services.registry.plan.store.policy import POLICY_ROW
from services.registry.plan.store.projects import TERM
from services.registry.plan.usecases import policy as policy_usecases
from services.registry.plan.usecases import projects as project_usecases
from services.registry.plan.usecases.plan_files import PlanFiles, read, read_policy, read_projects
from shared.backbone import outbox
from shared.contracts.registry import RegistryFact
from shared.dated_rules import rules
from shared.dated_rules.rules import Provenance
from shared.dated_rules.store import next_sequence

LOADER: Final = "load-plan"
"""Who signs the rows of a plan's files, which were reviewed where the files are kept."""


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
    # One load is one approval. Everybody who enters rules waits from here on, so two loads at once lock in one order.
    signed = rules.loaded(by=LOADER, at=at, sequence=await next_sequence(connection))
    projects = await _load_projects(connection, directory, signed=signed)
    policy = await _load_policy(connection, directory, signed=signed)
    loaded = (entries, projects, policy)
    return PlanLoaded(sum(each.entries for each in loaded), sum(each.changed for each in loaded))


async def _require_own_year(connection: AsyncConnection, files: PlanFiles) -> set[int]:
    """The years of the loaded plans. Raises PlanYearTaken if the plan's code or year is that of another one."""
    loaded = await store.plans(connection)
    for code, year in loaded.items():
        if (code == files.code) != (year == files.year):
            raise plan_rules.PlanYearTaken(plan=code, year=year)
    return set(loaded.values())


async def _require_same_structure(connection: AsyncConnection, files: PlanFiles) -> None:
    known = await store.of_year(connection, files.year)
    plan_rules.require_same_structure(files.code, known, files.entries)


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


async def _load_projects(connection: AsyncConnection, directory: Path, *, signed: Provenance) -> PlanLoaded:
    listed = list(read_projects(directory, signed=signed))
    terms = await TERM.entered_rows(connection)
    changed = 0
    for project in sorted(listed, key=lambda each: (each.code, each.listed.first)):
        term = rules.planned(project, terms, loader=LOADER)
        if term is not None:
            term = replace(term, version=latest_version(term.code, terms) + 1)
            terms.append(term)
            await project_store.add(connection, term.code)
            await TERM.add_rows(connection, [term])
            await project_usecases.tell(connection, term, at=signed.entered_at)
            changed += 1
    return PlanLoaded(len(listed), changed)


async def _load_policy(connection: AsyncConnection, directory: Path, *, signed: Provenance) -> PlanLoaded:
    listed = list(read_policy(directory, signed=signed))
    known = await POLICY_ROW.entered_rows(connection)
    planned = [rules.planned(row, known, loader=LOADER) for row in listed]
    changed = [row for row in planned if row is not None]
    await POLICY_ROW.add_rows(connection, changed)
    await policy_usecases.tell_calendar(connection, changed, at=signed.entered_at)
    return PlanLoaded(len(listed), len(changed))
