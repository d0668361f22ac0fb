"""Instalments of grants in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.grants.rules import Instalment
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.kernel.awards import Award
from shared.tables import Choice

INSTALMENT: Final = Table(
    "grant_instalment",
    MetaData(),
    Column("id", Uuid),
    Column("project_id", Uuid),
    Column("number", Integer),
    Column("institution_id", Uuid),
    Column("region", Text),
    Column("reporting_region", Text),
    Column("fund_source", Choice(FundSource)),
    Column("programme", Text),
    Column("occupation", Text),
    Column("level", Choice(Award), key="award"),
    Column("year", Integer),
    Column("due_on", Date),
    Column("amount_fen", BigInteger),
    Column("cancelled", Boolean),
)
_FIND: Final = select(INSTALMENT).where(INSTALMENT.c.id == bindparam("instalment"))
_OF_PROJECT: Final = (
    select(INSTALMENT).where(INSTALMENT.c.project_id == bindparam("project")).order_by(INSTALMENT.c.number)
)
_CANCEL: Final = update(INSTALMENT).where(INSTALMENT.c.project_id == bindparam("project"))


async def add_all(connection: AsyncConnection, instalments: Sequence[Instalment]) -> None:
    await tables.add_all(connection, INSTALMENT, instalments)


async def find(connection: AsyncConnection, instalment_id: UUID) -> Instalment | None:
    return await tables.fetch_one(connection, _FIND, Instalment, instalment=instalment_id)


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[Instalment]:
    """The project's instalments in their order; none before its approval."""
    return await tables.fetch_all(connection, _OF_PROJECT, Instalment, project=project_id)


async def mark(connection: AsyncConnection, project_id: UUID, *, cancelled: bool) -> None:
    """Store whether the project of these instalments is cancelled."""
    await connection.execute(_CANCEL.values(cancelled=cancelled), {"project": project_id})
