"""Load the plan from its files, and tell what is new or changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import structs, to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules import projects as project_rules
from services.registry.plan.rules.policy import before_the_next
from services.registry.plan.store import plan as store
from services.registry.plan.store import policy as policy_store
from services.registry.plan.store import projects as project_store
from services.registry.plan.usecases import projects as project_usecases
from services.registry.plan.usecases.plan_files import read, read_policy, read_projects
from shared.backbone import outbox
from shared.contracts.fact import ENVELOPE_FIELDS
from shared.contracts.registry import RegistryFact


class PlanLoaded(NamedTuple):
    """How many entries the files hold, and how many of them were new or changed."""

    entries: int
    changed: int


async def load(connection: AsyncConnection, directory: Path, *, at: datetime) -> PlanLoaded:
    """Bring the stored plan to what the files in `directory` say; a second load of the same files changes nothing.

    Raises FileNotFoundError for a missing file, KeyError, ValueError or a refusal for one of another form; nothing is
    stored then.
    """
    entries = await _load_entries(connection, directory, at=at)
    projects = await _load_projects(connection, directory, at=at)
    policy = await _load_policy(connection, directory)
    loaded = (entries, projects, policy)
    return PlanLoaded(sum(each.entries for each in loaded), sum(each.changed for each in loaded))


async def _load_entries(connection: AsyncConnection, directory: Path, *, at: datetime) -> PlanLoaded:
    listed = list(read(directory, at=at))
    known = await store.versions(connection, [fact.subject for fact in listed])
    changed: list[RegistryFact] = []
    for fact in listed:
        version, before = known.get(fact.subject, (0, {}))
        if _content(to_builtins(fact)) != _content(before):
            next_ = structs.replace(fact, version=version + 1)
            await store.save(connection, next_.subject, next_.version, to_builtins(next_))
            changed.append(next_)
    await outbox.record(connection, *changed)
    return PlanLoaded(len(listed), len(changed))


def _content(entry: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in entry.items() if name not in ENVELOPE_FIELDS}


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
