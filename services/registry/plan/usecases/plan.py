"""Load the plan from its files, and tell what is new or changed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import structs, to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.projects import latest_version
from services.registry.plan.store import plan as store
from services.registry.plan.store import projects as project_store
from services.registry.plan.store.policy import POLICY_ROW
from services.registry.plan.store.projects import TERM
from services.registry.plan.usecases import policy as policy_usecases
from services.registry.plan.usecases import projects as project_usecases
from services.registry.plan.usecases.plan_files import read, read_policy, read_projects
from shared.backbone import outbox
from shared.contracts.fact import ENVELOPE_FIELDS
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

    Raises FileNotFoundError for a missing file, KeyError, ValueError or a refusal for one of another form; nothing is
    stored then.
    """
    entries = await _load_entries(connection, directory, at=at)
    # One load is one approval. Everybody who enters rules waits from here on, so two loads at once lock in one order.
    signed = rules.loaded(by=LOADER, at=at, sequence=await next_sequence(connection))
    projects = await _load_projects(connection, directory, signed=signed)
    policy = await _load_policy(connection, directory, signed=signed)
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
