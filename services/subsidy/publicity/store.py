"""Public claims in the database: by the days on which they are public, with the names of institution and class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.states import VOID
from services.subsidy.claims.store.claims import CLAIM
from services.subsidy.claims.store.lines import LINE
from services.subsidy.trainings.store import HEARD_CLASS
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.heard import HEARD_INSTITUTION
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.located import lies_in
from shared.reach import Reach


@dataclass(frozen=True)
class PublicClaim:
    """What everybody may know of a claim that was made public."""

    id: UUID
    kind: SubsidyKind
    institution_name: str | None
    class_local_id: str | None
    region: str
    reporting_region: str
    occupation: str
    award: Award
    fund_source: FundSource
    persons: int
    """The number of payable lines."""
    amount_fen: Fen
    published_on: date
    public_until: date


@dataclass(frozen=True)
class PublicLine:
    """A payable line of a public claim, without a person."""

    line: int
    trained_on: date
    amount_fen: Fen


_PERSONS: Final = (
    select(func.count())
    .select_from(LINE)
    .where(LINE.c.claim_id == CLAIM.c.id, LINE.c.amount_fen > 0)
    .scalar_subquery()
    .label("persons")
)
_PUBLIC: Final = (
    select(
        *CLAIM.c[
            "id", "kind", "region", "reporting_region", "occupation", "award", "fund_source", "amount_fen",
            "published_on", "public_until",
        ],
        HEARD_INSTITUTION.c.name.label("institution_name"),
        HEARD_CLASS.c.local_id.label("class_local_id"),
        _PERSONS,
    )
    .outerjoin_from(CLAIM, HEARD_INSTITUTION, HEARD_INSTITUTION.c.id == CLAIM.c.institution_id)
    .outerjoin(HEARD_CLASS, HEARD_CLASS.c.id == CLAIM.c.source_id)
    .where(CLAIM.c.public_until.is_not(None), CLAIM.c.status.not_in(VOID))
)  # fmt: skip
_LINES: Final = (
    select(*LINE.c["line", "trained_on", "amount_fen"])
    .where(LINE.c.claim_id == bindparam("of_claim"), LINE.c.amount_fen > 0)
    .order_by(LINE.c.line)
)


def public_during(first: date, last: date) -> Sequence[ColumnElement[bool]]:
    """Conditions: public on one of these days, both included."""
    return CLAIM.c.published_on <= last, CLAIM.c.public_until >= first


async def page(
    connection: AsyncConnection, reach: Reach, first: date, last: date, *, after: UUID, limit: int
) -> list[PublicClaim]:
    """Claims of `reach` that are public on one of the days from `first` to `last`, by id, after `after`."""
    asked = [CLAIM.c.id > after, *public_during(first, last), *lies_in(CLAIM, reach)]
    statement = _PUBLIC.where(*asked).order_by(CLAIM.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, PublicClaim)


async def find(connection: AsyncConnection, claim_id: UUID) -> PublicClaim | None:
    return await tables.fetch_one(connection, _PUBLIC.where(CLAIM.c.id == claim_id), PublicClaim)


async def lines(connection: AsyncConnection, claim_id: UUID) -> list[PublicLine]:
    return await tables.fetch_all(connection, _LINES, PublicLine, of_claim=claim_id)
