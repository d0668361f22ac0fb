"""The chain in the database: appended under the lock of its last link, and read in the order of a check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.chain.rules import BEGINNING, Head, Item, Link, LinkKind, Record
from shared.database import driver

# The update changes nothing, but locks the row if it already exists.
_LOCK: Final = """
INSERT INTO chain_head AS h (chain, body_id, place, hash) VALUES ($1, $2, 0, $3)
ON CONFLICT (chain) DO UPDATE SET place = h.place RETURNING place, hash
"""
_MOVE: Final = "UPDATE chain_head SET place = $2, hash = $3 WHERE chain = $1"
# Null arguments leave no trace, so that results from before there were single parts have the digest that they had.
_RESULTS: Final = """
SELECT encode(sha256(convert_to(coalesce(string_agg(said, E'\\n' ORDER BY id), ''), 'UTF8')), 'hex')
FROM (
    SELECT id, concat_ws('|', id, person, absent, coalesce(theory, -1), coalesce(skills, -1), coalesce(review, -1),
        coalesce(passed::text, '-'), CASE WHEN cheated THEN 'cheated' END, nullif(array_to_string(missed, ','), ''),
        nullif(kept::text, '{}')) AS said
    FROM candidate WHERE session_id = $1
) AS results
"""
# Chains of sessions first, each with its records: a body's chain, which names their links, comes after them.
_CHAINS: Final = "SELECT chain, chain = body_id AS is_body FROM chain_head ORDER BY chain = body_id, chain"
_LINKS: Final = f"SELECT {', '.join(Link._fields)} FROM chain_link WHERE chain = $1 ORDER BY place"
_SESSION: Final = "SELECT id, body_id, local_id, occupation, level::integer FROM session WHERE id = $1"
_WAS_CONCLUDED: Final = """
SELECT EXISTS (SELECT FROM chain_link WHERE chain = $1 AND kind IN ('session-concluded', 'result-corrected'))
"""
_CONFERRED: Final = """
SELECT encode(sha256(convert_to(coalesce(string_agg(said, E'\\n' ORDER BY id), ''), 'UTF8')), 'hex')
FROM (
    SELECT id, concat_ws('|', id, person, local_id, encode(sha256(evidence), 'hex'), struck_by IS NOT NULL) AS said
    FROM nominee WHERE conferral_id = $1
) AS people
"""
_CONFERRAL: Final = """
SELECT id, body_id, local_id, way, occupation, level::integer, decided_by, decided_on
FROM conferral WHERE id = $1 AND status = 'concluded'
"""
# Of a session that began before the chain, only certificates with a link are compared.
_CERTIFICATES: Final = """
SELECT id, number, person, body_id, coalesce(session_id, conferral_id), occupation, level::integer, issued_on, status,
    edition
FROM certificate AS c
WHERE (session_id = $1 OR conferral_id = $1) AND ($2 OR EXISTS (
    SELECT FROM chain_link WHERE chain = $1 AND subject = 'certificates/' || c.id
)) ORDER BY id
"""
_CREDENTIALS: Final = """
SELECT c.certificate_id, c.edition, encode(c.digest, 'hex')
FROM credential AS c JOIN certificate AS t ON t.id = c.certificate_id WHERE t.session_id = $1 OR t.conferral_id = $1
ORDER BY c.certificate_id, c.edition
"""
_UNLINKED: Final = """
SELECT count(*) FROM certificate AS c WHERE NOT EXISTS (
    SELECT FROM chain_link WHERE chain = coalesce(c.session_id, c.conferral_id) AND subject = 'certificates/' || c.id
)
"""

_UNLINKED_IDS: Final = f"{_UNLINKED.replace('count(*)', 'c.id')} ORDER BY c.id LIMIT $1"


async def lock_head(connection: AsyncConnection, chain: UUID, body_id: UUID) -> Head:
    """The last link of the chain, locked until the transaction ends."""
    return Head(*await (await driver(connection)).fetchrow(_LOCK, chain, body_id, BEGINNING))


async def add(connection: AsyncConnection, links: Sequence[Link]) -> None:
    """Store links of one chain, whose head is locked."""
    database, last = await driver(connection), links[-1]
    await database.copy_records_to_table("chain_link", columns=Link._fields, records=links)
    await database.execute(_MOVE, last.chain, last.place, last.hash)


async def results(connection: AsyncConnection, session_id: UUID) -> str:
    """The digest of all results of a session as they are now, in hexadecimal."""
    found: str = await (await driver(connection)).fetchval(_RESULTS, session_id)
    return found


async def conferred(connection: AsyncConnection, conferral_id: UUID) -> str:
    """The digest of everyone on a list as it is now, in hexadecimal."""
    found: str = await (await driver(connection)).fetchval(_CONFERRED, conferral_id)
    return found


async def unlinked(connection: AsyncConnection) -> int:
    """Certificates of which no chain knows: those from before there were chains."""
    found: int = await (await driver(connection)).fetchval(_UNLINKED)
    return found


async def unlinked_ids(connection: AsyncConnection, *, limit: int) -> list[UUID]:
    """The certificates of which no chain knows, in the order of their ids."""
    return [row["id"] for row in await (await driver(connection)).fetch(_UNLINKED_IDS, limit)]


async def items(connection: AsyncConnection) -> AsyncIterator[Item]:
    """Every link, and what the records say now, in the order of a check."""
    database = await driver(connection)
    for chain, is_body in await database.fetch(_CHAINS):
        async for row in database.cursor(_LINKS, chain):
            yield _link(row)
        if not is_body:
            async for record in _records(database, chain):
                yield record


async def _records(database: Any, chain: UUID) -> AsyncIterator[Record]:
    session = await database.fetchrow(_SESSION, chain)
    was_filed = await database.fetchval(f"{_FIRST} AND kind IN ('session-filed', 'conferral-submitted')", chain)
    if session is not None and was_filed:
        yield Record(chain, "session", f"sessions/{chain}", list(session))
    conferral = await database.fetchrow(_CONFERRAL, chain)
    if conferral is not None:
        content = [*conferral, await database.fetchval(_CONFERRED, chain)]
        yield Record(chain, "conferral", f"conferrals/{chain}", content)
    if await database.fetchval(_WAS_CONCLUDED, chain):
        yield Record(chain, "results", f"sessions/{chain}", [await database.fetchval(_RESULTS, chain)])
    async for row in database.cursor(_CERTIFICATES, chain, bool(was_filed)):
        yield Record(chain, "certificate", f"certificates/{row['id']}", list(row))
    async for row in database.cursor(_CREDENTIALS, chain):
        yield Record(chain, "credential", f"certificates/{row[0]}/{row[1]}", [row[2]])


_FIRST: Final = "SELECT count(*) FROM chain_link WHERE chain = $1 AND place = 1"


def _link(row: Any) -> Link:
    return Link(**dict(row) | {"kind": LinkKind(row["kind"])})
