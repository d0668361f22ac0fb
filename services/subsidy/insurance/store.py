"""Periods of insurance in the database: matches of a list of the insurance that nobody has dismissed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.insurance.rules import InsuredPeriod
from shared.database import driver

_PERIODS: Final = """
SELECT person, first_on, last_on, as_of FROM external_match
WHERE person = ANY($1) AND kind = 'insured' AND status <> 'dismissed'
"""


async def periods_of(connection: AsyncConnection, keys: Mapping[UUID, UUID]) -> dict[UUID, list[InsuredPeriod]]:
    """The periods of each person. `keys` maps the keys to look up to the current key of their person."""
    found: dict[UUID, list[InsuredPeriod]] = {}
    for person, *period in await (await driver(connection)).fetch(_PERIODS, list(keys)):
        found.setdefault(keys[person], []).append(InsuredPeriod(*period))
    return found
