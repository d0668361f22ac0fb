"""What a caller may see of a list about classes, as a parameter of its route."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.registry.plan.rules.reach import ListScope
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.web import Connection


async def _class_scope(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and the regions below it")] = None,
    institution_id: UUID | None = None,
    class_id: UUID | None = None,
) -> ListScope:
    """Raises ForeignOrganisation, ForeignRegion, UnknownRegion."""
    seen = await visibility.scope(connection, caller, region=region, institution_id=institution_id)
    return ListScope(*seen, class_id)


ClassScope = Annotated[ListScope, Depends(_class_scope)]
"""The records about classes that the caller sees, narrowed by region, institution and class if the request says so."""
