"""For whom an organisation's token acts: itself, and those that it has taken over; a closed one only reads.

Nothing of this is remembered from one request to the next. Nearly every organisation stands as any other does, and
whether one does is asked in the message that begins the transaction, which would be sent anyway. See
docs/decisions/0043-asked-with-the-beginning.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.callers import Caller, Role, Standing
from shared.kernel.periods import business_day


class Standings:
    """The organisations of a service: for each role that acts for one, the table of these, with the day from which one
    is closed (`closed_from`) and who took it over (`succeeded_by`).
    """

    def __init__(self, tables: Mapping[Role, Table]) -> None:
        self._special = {
            role: f"SELECT FROM {table.name} WHERE succeeded_by = '{{id}}' OR id = '{{id}}' AND closed_from IS NOT NULL"
            for role, table in tables.items()
        }
        # Whoever took over an organisation has taken over what that one had taken over before.
        self._standing = {
            role: text(f"""
                WITH RECURSIVE taken (id) AS (
                    SELECT id FROM {table.name} WHERE succeeded_by = :id
                    UNION SELECT i.id FROM {table.name} i JOIN taken t ON i.succeeded_by = t.id
                )
                SELECT i.closed_from, i.succeeded_by, ARRAY(SELECT id FROM taken)
                FROM (VALUES (CAST(:id AS uuid))) AS asked (id) LEFT JOIN {table.name} i USING (id)
            """)
            for role, table in tables.items()
        }

    @property
    def roles(self) -> AbstractSet[Role]:
        """The roles whose organisation may be closed or taken over."""
        return self._special.keys()

    def question(self, caller: Caller) -> str | None:
        """A statement that finds nothing if `admit` has nothing to say of the caller; None if it never has."""
        if caller.organisation is None or caller.role not in self._special:
            return None
        return self._special[caller.role].format(id=caller.organisation)

    async def admit(self, connection: AsyncConnection, caller: Caller, *, writes: bool, at: datetime) -> Caller:
        """The caller with the organisations that theirs has taken over, as it is now.

        Raises OrganisationClosed if a closed organisation's token is to write.
        """
        if caller.organisation is None or caller.role not in self._standing:
            return caller
        standing = await self.find(connection, caller.role, caller.organisation)
        return standing.admit(caller, writes=writes, today=business_day(at))

    async def find(self, connection: AsyncConnection, role: Role, organisation: UUID) -> Standing:
        """How the organisation stands now; one that is not known stands as any open one."""
        row = (await connection.execute(self._standing[role], {"id": organisation})).one()
        return Standing(row[0], row[1], frozenset(row[2]))
