"""Claims in the database, and who did what to them."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, column, insert, literal_column, or_, select, table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.store import lines as line_store
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import ClaimStatus
from shared.kernel.levels import Level
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound, Stale

_KEPT: Final = (
    *("id", "institution_id", "local_id", "class_id", "region", "reporting_region", "fund_source", "occupation"),
    *("level", "starts_on"),
)
"""What a claim has from its first version on."""
_CHANGING: Final = (
    *("policy_row", "status", "submitted_by", "submitted_on", "approved_by", "approved_on", "paid_on"),
    *("payment_reference", "version"),
)
_SUMS: Final = ("amount_fen", "recovered_fen")
"""Of the claim's lines, so that a list need not load these."""

_CLAIM: Final = table("claim", *map(column, (*_KEPT, *_CHANGING, *_SUMS)))
_EVENT: Final = table("claim_event", *map(column, ("claim_id", "version", "verb", "done_by", "done_at", "reason")))

_FIND: Final = select(_CLAIM).where(_CLAIM.c.id == bindparam("claim_id"))
_LOCK: Final = _FIND.with_for_update()
_FIND_BY_LOCAL_ID: Final = select(_CLAIM.c.id, _CLAIM.c.class_id).where(
    _CLAIM.c.institution_id == bindparam("institution_id"), _CLAIM.c.local_id == bindparam("local_id")
)
# The condition of the partial index stands in the statement as it is there: a parameter would hide it from the planner.
_STANDING: Final = select(_CLAIM.c.id).where(
    _CLAIM.c.class_id == bindparam("class_id"), _CLAIM.c.status != literal_column("'rejected'")
)
_SAVE: Final = update(_CLAIM).where(_CLAIM.c.id == bindparam("claim_id"), _CLAIM.c.version == bindparam("expected"))
_HISTORY: Final = (
    select(*_EVENT.c["version", "verb", "done_by", "done_at", "reason"])
    .where(_EVENT.c.claim_id == bindparam("claim_id"))
    .order_by(_EVENT.c.version)
    .limit(bindparam("limit"))
)


class Step(NamedTuple):
    """One transition as it was stored. `done_by` is the caller's person, `reason` their words or None."""

    version: int
    verb: ClaimVerb
    done_by: str
    done_at: datetime
    reason: str | None


class ClaimSummary(NamedTuple):
    """A claim without its lines, which a list does not load, and with their sums."""

    claim: Claim
    amount_fen: Fen
    recovered_fen: Fen

    @property
    def id(self) -> UUID:
        return self.claim.id


class ClaimAndClass(NamedTuple):
    """A claim's id, and the id of the class that it is for."""

    id: UUID
    class_id: UUID


def _claim(row: RowMapping, lines: tuple[Line, ...]) -> Claim:
    values = {name: row[name] for name in (*_KEPT, *_CHANGING)}
    parsed = {
        "fund_source": FundSource(values["fund_source"]),
        "level": Level(values["level"]),
        "status": ClaimStatus(values["status"]),
    }
    return Claim(**values | parsed, lines=lines)


def _values(claim: Claim, names: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(claim, name) for name in names}


async def add(connection: AsyncConnection, claim: Claim) -> None:
    await connection.execute(insert(_CLAIM), _values(claim, (*_KEPT, *_CHANGING, *_SUMS)))
    await line_store.add_all(connection, claim)


async def load(connection: AsyncConnection, claim_id: UUID, *, lock: bool = False) -> Claim:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    found = await connection.execute(_LOCK if lock else _FIND, {"claim_id": claim_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(what="claim", id=claim_id)
    return _claim(row, await line_store.of_claim(connection, claim_id))


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> ClaimAndClass | None:
    values = {"institution_id": institution_id, "local_id": local_id}
    row = (await connection.execute(_FIND_BY_LOCAL_ID, values)).one_or_none()
    return None if row is None else ClaimAndClass(*row)


async def standing(connection: AsyncConnection, class_id: UUID) -> UUID | None:
    """The id of the class's claim that was not rejected."""
    found: UUID | None = await connection.scalar(_STANDING, {"class_id": class_id})
    return found


async def save(connection: AsyncConnection, claim: Claim) -> None:
    """Store the claim's next version, without its lines. Raises Stale if it is not the next any more."""
    which = {"claim_id": claim.id, "expected": claim.version - 1}
    if (await connection.execute(_SAVE, which | _values(claim, (*_CHANGING, *_SUMS)))).rowcount == 0:
        raise Stale


async def note(
    connection: AsyncConnection, claim: Claim, verb: ClaimVerb, *, by: str, at: datetime, reason: str | None = None
) -> None:
    """Keep who brought the claim to its present version, by which verb, when and why."""
    step = Step(claim.version, verb, by, at, reason)
    await connection.execute(insert(_EVENT), {"claim_id": claim.id, **step._asdict()})


async def history(connection: AsyncConnection, claim_id: UUID, *, limit: int = 200) -> list[Step]:
    """The claim's transitions, oldest first."""
    rows = await connection.execute(_HISTORY, {"claim_id": claim_id, "limit": limit})
    return [Step(**dict(row) | {"verb": ClaimVerb(row["verb"])}) for row in rows.mappings()]


async def page(
    connection: AsyncConnection,
    *,
    institution_id: UUID | None,
    status: ClaimStatus | None,
    region: str | None,
    after: UUID,
    limit: int,
) -> list[ClaimSummary]:
    """Claims in the order of their ids, from above `after`."""
    # Only what is asked for stands in the statement, so that each question is planned for itself.
    conditions = [_CLAIM.c.id > after]
    if institution_id is not None:
        conditions.append(_CLAIM.c.institution_id == institution_id)
    if status is not None:
        conditions.append(_CLAIM.c.status == status)
    if region is not None:
        conditions.append(or_(_CLAIM.c.region == region, _CLAIM.c.reporting_region == region))
    rows = await connection.execute(select(_CLAIM).where(*conditions).order_by(_CLAIM.c.id).limit(limit))
    return [ClaimSummary(_claim(row, ()), row["amount_fen"], row["recovered_fen"]) for row in rows.mappings()]
