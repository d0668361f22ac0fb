"""Claims in the database, and who did what to them."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.claims import Claim, ClaimVerb
from services.subsidy.claims.rules.lines import Line
from services.subsidy.claims.store import lines as line_store
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import ClaimStatus
from shared.kernel.levels import Level
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound, Stale

_NAMES = [field.name for field in fields(Claim) if field.name != "lines"]
_COLUMNS = ", ".join(_NAMES)
_ADD = f"""
INSERT INTO claim ({_COLUMNS}, amount_fen, recovered_fen)
VALUES ({", ".join(f":{name}" for name in _NAMES)}, :amount_fen, :recovered_fen)
"""
_FIND = f"SELECT {_COLUMNS} FROM claim WHERE id = :id"
_LOCK = f"{_FIND} FOR UPDATE"
_FIND_BY_LOCAL_ID = "SELECT id, class_id FROM claim WHERE institution_id = :institution_id AND local_id = :local_id"
_STANDING = "SELECT id FROM claim WHERE class_id = :class_id AND status <> 'rejected'"
_SAVE = """
UPDATE claim SET status = :status, policy_row = :policy_row, submitted_by = :submitted_by,
    submitted_on = :submitted_on, approved_by = :approved_by, approved_on = :approved_on, paid_on = :paid_on,
    payment_reference = :payment_reference, amount_fen = :amount_fen, recovered_fen = :recovered_fen,
    version = :version
WHERE id = :id AND version = :version - 1
"""
_NOTE = """
INSERT INTO claim_event (claim_id, version, verb, done_by, done_at, reason)
VALUES (:claim_id, :version, :verb, :by, :at, :reason)
"""
_HISTORY = """
SELECT version, verb, done_by, done_at, reason FROM claim_event WHERE claim_id = :id ORDER BY version LIMIT :limit
"""
_LIST = f"""
SELECT {_COLUMNS}, amount_fen, recovered_fen FROM claim
WHERE id > :after
  AND (CAST(:institution_id AS uuid) IS NULL OR institution_id = :institution_id)
  AND (CAST(:status AS text) IS NULL OR status = :status)
  AND (CAST(:region AS text) IS NULL OR region = :region OR reporting_region = :region)
ORDER BY id LIMIT :limit
"""


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


def _claim(row: RowMapping, lines: tuple[Line, ...]) -> Claim:
    values: dict[str, Any] = {name: row[name] for name in _NAMES}
    parsed = {
        "fund_source": FundSource(values["fund_source"]),
        "level": Level(values["level"]),
        "status": ClaimStatus(values["status"]),
    }
    return Claim(**values | parsed, lines=lines)


def _values(claim: Claim) -> dict[str, object]:
    values = {name: getattr(claim, name) for name in _NAMES}
    sums = {"amount_fen": claim.amount_fen, "recovered_fen": claim.recovered_fen}
    return values | sums | {"level": claim.level.value}


async def add(connection: AsyncConnection, claim: Claim) -> None:
    await connection.execute(text(_ADD), _values(claim))
    await line_store.add_all(connection, claim)


async def load(connection: AsyncConnection, claim_id: UUID, *, lock: bool = False) -> Claim:
    """Raises NotFound. With `lock`, others who want it locked wait until this transaction ends."""
    row = (await connection.execute(text(_LOCK if lock else _FIND), {"id": claim_id})).mappings().one_or_none()
    if row is None:
        raise NotFound(what="claim", id=claim_id)
    return _claim(row, await line_store.of_claim(connection, claim_id))


async def find_by_local_id(
    connection: AsyncConnection, institution_id: UUID, local_id: str
) -> tuple[UUID, UUID] | None:
    """The ids of the claim and of its class."""
    values = {"institution_id": institution_id, "local_id": local_id}
    row = (await connection.execute(text(_FIND_BY_LOCAL_ID), values)).one_or_none()
    return None if row is None else (row.id, row.class_id)


async def standing(connection: AsyncConnection, class_id: UUID) -> UUID | None:
    """The id of the class's claim that was not rejected."""
    found: UUID | None = await connection.scalar(text(_STANDING), {"class_id": class_id})
    return found


async def save(connection: AsyncConnection, claim: Claim) -> None:
    """Store the claim's next version, without its lines. Raises Stale if it is not the next any more."""
    if (await connection.execute(text(_SAVE), _values(claim))).rowcount == 0:
        raise Stale


async def note(
    connection: AsyncConnection, claim: Claim, verb: ClaimVerb, *, by: str, at: datetime, reason: str | None = None
) -> None:
    """Keep who brought the claim to its present version, by which verb, when and why."""
    values = {"claim_id": claim.id, "version": claim.version, "verb": verb, "by": by, "at": at, "reason": reason}
    await connection.execute(text(_NOTE), values)


async def history(connection: AsyncConnection, claim_id: UUID, *, limit: int = 200) -> list[Step]:
    """The claim's transitions, oldest first."""
    rows = await connection.execute(text(_HISTORY), {"id": claim_id, "limit": limit})
    return [Step(version, ClaimVerb(verb), by, at, reason) for version, verb, by, at, reason in rows]


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
    values = {"institution_id": institution_id, "status": status, "region": region, "after": after, "limit": limit}
    rows = (await connection.execute(text(_LIST), values)).mappings()
    return [ClaimSummary(_claim(row, ()), row["amount_fen"], row["recovered_fen"]) for row in rows]
