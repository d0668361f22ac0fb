"""List projects in the first catalogue, change them, end them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain import projects as rules
from services.registry.domain.projects import Project
from services.registry.store import projects as store
from shared.backbone import outbox
from shared.kernel.callers import Caller, Role
from shared.kernel.refusals import Stale


async def put(
    connection: AsyncConnection, project: Project, *, expected: int | None, caller: Caller, at: datetime
) -> Project:
    """`project` as it is to stand in the catalogue, as the province; the same again changes nothing.

    `expected` is the version that the caller saw, None for a new project. Raises WrongRole, Stale.
    """
    caller.require(Role.PROVINCE)
    before = (await store.by_codes(connection, [project.code])).get(project.code)
    if before is not None and replace(project, version=before.version) == before:
        return before
    version = 0 if before is None else before.version
    if version != (expected or 0):
        raise Stale
    after = replace(project, version=version + 1)
    await store.save(connection, after)
    await outbox.record(connection, rules.list_(after, at=at))
    return after
