"""The projection's tables, in a schema of their own, so that a rebuild can fill another one and swap."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.migrations import backbone

LIVE = "live_2"
"""With the number of its layout: the version of the code before goes on with the one before during an upgrade."""
BUILDING = "building"
RETIRED = "retired"

_REBUILD = "hashtext('projection rebuild')"

SEARCH_PATH = f"{LIVE}, public"

# What many rows have in common, under a number: their rows and keys are narrow, and the fold compares few columns. A
# combination is never changed or deleted.
_COMBINATION = """
CREATE TABLE combination (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan_year smallint NOT NULL,
    programme text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    reporting_region text COLLATE "C" NOT NULL,
    award smallint NOT NULL,
    traits smallint NOT NULL,
    UNIQUE (plan_year, programme, region, reporting_region, award, traits)
)
"""
# Rows of this one and of the cells are rewritten in place for ever: room on each page keeps the new version there (a
# HOT update).
_CONTRIBUTION = """
CREATE TABLE contribution (
    subject uuid NOT NULL,
    part integer NOT NULL,
    version integer NOT NULL,
    combination integer,
    kind smallint NOT NULL,
    measure text COLLATE "C",
    day date,
    amount bigint NOT NULL,
    from_on date,
    until date,
    waits_for uuid,
    organisation uuid,
    PRIMARY KEY (subject, part)
) WITH (fillfactor = 70)
"""
# Few rows wait at a time, and a row that never did is not touched by this index.
_WAITING = "CREATE INDEX contribution_waiting ON contribution (waits_for) WHERE waits_for IS NOT NULL"
# What was counted before the kind of its organisation was told.
_UNDESCRIBED = """
CREATE INDEX contribution_undescribed ON contribution (organisation) WHERE organisation IS NOT NULL AND kind = 0
"""
_ORGANISATION = "CREATE TABLE organisation (id uuid PRIMARY KEY, kind smallint NOT NULL, name text)"
_STARTED = "CREATE TABLE started (class_id uuid PRIMARY KEY)"
_CELL = """
CREATE TABLE cell (
    measure text COLLATE "C" NOT NULL,
    combination integer NOT NULL,
    kind smallint NOT NULL,
    day date NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (measure, combination, kind, day)
) WITH (fillfactor = 70)
"""
_HOLDING = """
CREATE TABLE holding (
    certificate uuid PRIMARY KEY,
    person uuid NOT NULL,
    combination integer NOT NULL,
    issued_on date NOT NULL,
    valid boolean NOT NULL,
    organisation uuid
)
"""
_HOLDING_OF_PERSON = "CREATE INDEX holding_of_person ON holding (person, issued_on, certificate) WHERE valid"
# While it stands, whatever `person` holds counts for `into_person`. Merges of persons make no chains, but merges and
# separations of several persons may be heard in any order, so that for a moment there may be one here.
_ALIAS = """
CREATE TABLE alias (
    person uuid PRIMARY KEY,
    into_person uuid NOT NULL
)
"""
_ALIAS_INTO = "CREATE INDEX alias_into ON alias (into_person)"
_LISTED = """
CREATE TABLE listed (
    subject text PRIMARY KEY,
    content jsonb NOT NULL
)
"""

YOUNG = "CREATE TABLE young (certificate uuid PRIMARY KEY, is_young boolean NOT NULL)"
FILED_ENTERPRISE = "CREATE TABLE filed_enterprise (body_id uuid PRIMARY KEY, filed_in smallint)"

TABLES = (
    _COMBINATION,
    _CONTRIBUTION,
    _WAITING,
    _UNDESCRIBED,
    _ORGANISATION,
    _STARTED,
    _CELL,
    _HOLDING,
    _HOLDING_OF_PERSON,
    _ALIAS,
    _ALIAS_INTO,
    _LISTED,
    YOUNG,
    FILED_ENTERPRISE,
    *backbone.CONSUMER,
)

_APPLIED = f"SELECT coalesce(sum(next_offset), 0)::bigint FROM {BUILDING}.position WHERE consumer = :consumer"
_AT_ONE_POSITION = f"""
SELECT NOT EXISTS (
    SELECT FROM {LIVE}.position AS served FULL JOIN {BUILDING}.position AS rebuilt USING (consumer, topic, partition)
    WHERE consumer = :consumer AND coalesce(served.next_offset, 0) <> coalesce(rebuilt.next_offset, 0)
)
"""
# Each numbers combinations for itself, so they are compared by what they mean.
_MEANT = """
SELECT measure, plan_year, programme, region, reporting_region, award, traits, kind, day, amount
FROM {schema}.cell JOIN {schema}.combination ON id = combination WHERE amount <> 0
"""
_DIFFERENCES = f"""
SELECT measure, plan_year, programme, reporting_region, count(*),
    coalesce(sum(served.amount), 0)::bigint, coalesce(sum(rebuilt.amount), 0)::bigint
FROM ({_MEANT.format(schema=LIVE)}) AS served
FULL JOIN ({_MEANT.format(schema=BUILDING)}) AS rebuilt
USING (measure, plan_year, programme, region, reporting_region, award, traits, kind, day)
WHERE served.amount IS DISTINCT FROM rebuilt.amount
GROUP BY measure, plan_year, programme, reporting_region
ORDER BY measure, plan_year, programme, reporting_region
"""


def creation(schema: str) -> list[str]:
    """The statements that make an empty projection in `schema`, to be run in one transaction."""
    return [f"CREATE SCHEMA {schema}", f"SET LOCAL search_path = {schema}", *TABLES]


@asynccontextmanager
async def taking_building(engine: AsyncEngine) -> AsyncGenerator[bool]:
    """Whether nobody else is rebuilding; then nobody else can while the context lasts, or the process lives."""
    async with engine.connect() as connection:
        taken = bool(await connection.scalar(text(f"SELECT pg_try_advisory_lock({_REBUILD})")))
        await connection.commit()  # the lock is the session's, and no transaction stays open meanwhile
        try:
            yield taken
        finally:
            if taken:
                await connection.scalar(text(f"SELECT pg_advisory_unlock({_REBUILD})"))
                await connection.commit()


async def make_building(connection: AsyncConnection) -> None:
    """Make an empty projection in BUILDING; what is left of a rebuild that did not end is thrown away."""
    await connection.execute(text(f"DROP SCHEMA IF EXISTS {BUILDING} CASCADE"))
    for statement in creation(BUILDING):
        await connection.execute(text(statement))


class Difference(NamedTuple):
    """What differs of a measure: the cells, and what is served and what was rebuilt in them."""

    measure: str
    plan_year: int
    programme: str
    reporting_region: str
    cells: int
    served: int
    rebuilt: int


async def facts_applied(connection: AsyncConnection, consumer: str) -> int:
    """How many facts have been applied to BUILDING."""
    applied: int = await connection.scalar(text(_APPLIED), {"consumer": consumer})
    return applied


async def at_one_position(connection: AsyncConnection, consumer: str) -> bool:
    """Whether the same facts have been applied to LIVE and to BUILDING."""
    return bool(await connection.scalar(text(_AT_ONE_POSITION), {"consumer": consumer}))


async def differences(connection: AsyncConnection) -> list[Difference]:
    """Where the cells of LIVE and of BUILDING differ, by measure, programme and reporting region."""
    return [Difference(*row) for row in await connection.execute(text(_DIFFERENCES))]


async def drop_building(connection: AsyncConnection) -> None:
    await connection.execute(text(f"DROP SCHEMA {BUILDING} CASCADE"))


async def swap(connection: AsyncConnection) -> None:
    """Put BUILDING in the place of LIVE, which is gone."""
    await connection.execute(text(f"ALTER SCHEMA {LIVE} RENAME TO {RETIRED}"))
    await connection.execute(text(f"ALTER SCHEMA {BUILDING} RENAME TO {LIVE}"))
    await connection.execute(text(f"DROP SCHEMA {RETIRED} CASCADE"))
