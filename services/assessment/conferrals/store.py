"""Conferrals, who is on their lists, their steps and the rules of direct recognition in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Date, Integer, LargeBinary, MetaData, Table, Text, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.conferrals.rules.conferrals import Conferral, ConferralStatus, Listed, Nominee, Step
from services.assessment.conferrals.rules.recognition import RecognitionRow
from services.assessment.sight.rules import Sight
from services.assessment.sight.store import in_sight
from services.assessment.trainings.store import training_of
from shared import tables
from shared.contracts.assessment import CertificateWay
from shared.database import driver
from shared.dated_rules.store import RuleTable, provenance_columns
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.tables import Choice, Days, Instant, Json, fixed

CONFERRAL: Final = Table(
    "conferral",
    MetaData(),
    fixed("id", Uuid),
    fixed("body_id", Uuid),
    fixed("local_id", Text),
    fixed("way", Choice(CertificateWay)),
    fixed("class_id", Uuid),
    fixed("programme", Text),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
    fixed("plan_year", Integer),
    Column("status", Choice(ConferralStatus)),
    fixed("filed_by", Text),
    fixed("filed_at", Instant),
    Column("version", Integer),
    Column("decided_by", Text),
    Column("decided_on", Date),
    Column("public_until", Date),
)
_NOMINEE: Final = Table(
    "nominee",
    MetaData(),
    fixed("id", Uuid),
    fixed("conferral_id", Uuid),
    fixed("person", Uuid),
    fixed("local_id", Text),
    fixed("evidence", LargeBinary),
    fixed("basis", Text),
    fixed("rule", Text),
    Column("struck_by", Text),
    Column("struck_at", Instant),
    Column("striking_reason", Text),
    Column("version", Integer),
)
_STEP: Final = Table(
    "conferral_step",
    MetaData(),
    *(Column(name, Uuid) for name in ("conferral_id", "nominee_id")),
    Column("version", Integer),
    *(Column(name, Text) for name in ("verb", "taken_by", "reason")),
    Column("taken_at", Instant),
    Column("content", Json),
)
RECOGNITION: Final = RuleTable(
    Table(
        "recognition_rule",
        MetaData(),
        *(Column(name, Text) for name in ("id", "contest", "region", "status", "source")),
        Column("held", Choice(Award)),
        Column("level", Choice(Award), key="award"),
        Column("first_place", Integer),
        Column("last_place", Integer),
        Column("validity", Days),
        *provenance_columns(),
    ),
    RecognitionRow,
)
_BY_ID: Final = select(CONFERRAL).where(CONFERRAL.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_BY_LOCAL_ID: Final = select(CONFERRAL).where(
    CONFERRAL.c.body_id == bindparam("body_id"), CONFERRAL.c.local_id == bindparam("local_id")
)
# The programme is looked up each time, as for candidates: the enrolment may arrive later, or under another key.
_NOMINEES: Final = f"""
SELECT {", ".join(f"n.{column.name}" for column in _NOMINEE.c)}, COALESCE(e.programme, f.programme) AS programme
FROM nominee AS n
JOIN conferral AS f ON f.id = n.conferral_id
LEFT JOIN heard_alias AS a ON a.person = n.person
LEFT JOIN LATERAL ({training_of("COALESCE(a.into_person, n.person)", class_id="f.class_id")}) AS e ON true
"""
_ONE: Final = f"{_NOMINEES} WHERE n.id = $1"
_PAGE: Final = f"{_NOMINEES} WHERE n.conferral_id = $1 AND n.id > $2 ORDER BY n.id LIMIT $3"
_ALL: Final = f"{_NOMINEES} WHERE n.conferral_id = $1 ORDER BY n.id"
_LEFT: Final = "SELECT count(*) FROM nominee WHERE conferral_id = $1 AND struck_by IS NULL"
_BY_LOCAL_IDS: Final = "SELECT id, person, local_id FROM nominee WHERE conferral_id = $1 AND local_id = ANY($2)"
_BY_PERSONS: Final = "SELECT id, person, local_id FROM nominee WHERE conferral_id = $1 AND person = ANY($2)"
# A place is used by whoever stands on a list that was not given up, unless the certificate for it was revoked since.
_USED: Final = """
SELECT n.person, n.basis FROM nominee AS n JOIN conferral AS f ON f.id = n.conferral_id
WHERE n.person = ANY($1) AND n.basis = ANY($2) AND n.struck_by IS NULL AND f.status <> 'withdrawn' AND (
    f.status <> 'concluded' OR EXISTS (
        SELECT FROM certificate AS c WHERE c.conferral_id = f.id AND c.person = n.person AND c.status = 'valid'
    )
)
"""
_HELD: Final = """
SELECT person, level FROM certificate WHERE person = ANY($1) AND occupation = $2 AND status = 'valid' AND level <= 8
"""


async def add(connection: AsyncConnection, conferral: Conferral) -> None:
    await tables.add(connection, CONFERRAL, conferral)


async def save(connection: AsyncConnection, conferral: Conferral) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, CONFERRAL, conferral, expected=conferral.version - 1)


async def load(connection: AsyncConnection, conferral_id: UUID, *, lock: bool = False) -> Conferral:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, Conferral, id=conferral_id)
    if found is None:
        raise NotFound(what="conferral", id=conferral_id)
    return found


async def find_by_local_id(connection: AsyncConnection, body_id: UUID, local_id: str) -> Conferral | None:
    return await tables.fetch_one(connection, _BY_LOCAL_ID, Conferral, body_id=body_id, local_id=local_id)


async def is_in_sight(connection: AsyncConnection, conferral_id: UUID, sight: Sight) -> bool:
    """Whether `page` would show the conferral."""
    statement = select(CONFERRAL.c.id).where(CONFERRAL.c.id == conferral_id, *in_sight(CONFERRAL, sight))
    return await connection.scalar(statement) is not None


async def page(
    connection: AsyncConnection,
    sight: Sight,
    *,
    way: CertificateWay | None,
    status: ConferralStatus | None,
    award: Award | None,
    after: UUID,
    limit: int,
) -> list[Conferral]:
    """Conferrals in sight, in the order of their ids, after `after`."""
    asked = [*tables.matches(CONFERRAL, way=way, status=status, award=award), *in_sight(CONFERRAL, sight)]
    return await tables.fetch_page(connection, CONFERRAL, Conferral, asked, after=after, limit=limit)


async def add_nominees(connection: AsyncConnection, nominees: Sequence[Nominee]) -> None:
    """Store new nominees, whose persons are stored already."""
    await tables.add_all(connection, _NOMINEE, nominees)


async def save_nominee(connection: AsyncConnection, nominee: Nominee) -> None:
    """Store the next version. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, _NOMINEE, nominee, expected=nominee.version - 1)


async def load_nominee(connection: AsyncConnection, nominee_id: UUID) -> Nominee:
    """The record with this id. Raises NotFound."""
    row = await (await driver(connection)).fetchrow(_ONE, nominee_id)
    if row is None:
        raise NotFound(what="nominee", id=nominee_id)
    return Nominee(**dict(row))


async def nominees(connection: AsyncConnection, conferral_id: UUID) -> list[Nominee]:
    """Everyone on the list, also who was struck off, in the order in which they were added."""
    return [Nominee(**dict(row)) for row in await (await driver(connection)).fetch(_ALL, conferral_id)]


async def page_of_nominees(
    connection: AsyncConnection, conferral_id: UUID, *, after: UUID, limit: int
) -> list[Nominee]:
    """A page of `nominees`, after the id `after`."""
    rows = await (await driver(connection)).fetch(_PAGE, conferral_id, after, limit)
    return [Nominee(**dict(row)) for row in rows]


async def left(connection: AsyncConnection, conferral_id: UUID) -> int:
    """How many are on the list and not struck off."""
    count: int = await (await driver(connection)).fetchval(_LEFT, conferral_id)
    return count


async def listed_by_local_id(
    connection: AsyncConnection, conferral_id: UUID, local_ids: Collection[str]
) -> dict[str, Listed]:
    """Which of `local_ids` are on the list, and for whom."""
    rows = await (await driver(connection)).fetch(_BY_LOCAL_IDS, conferral_id, list(local_ids))
    return {row["local_id"]: Listed(*row) for row in rows}


async def listed_by_person(
    connection: AsyncConnection, conferral_id: UUID, persons: Collection[UUID]
) -> dict[UUID, Listed]:
    """Which of `persons` are on the list."""
    rows = await (await driver(connection)).fetch(_BY_PERSONS, conferral_id, list(persons))
    return {row["person"]: Listed(*row) for row in rows}


async def used(connection: AsyncConnection, persons: Collection[UUID], bases: Collection[str]) -> set[tuple[UUID, str]]:
    """Which of `bases` were used for which of `persons`, on any list that was not given up."""
    rows = await (await driver(connection)).fetch(_USED, list(persons), list(bases))
    return {(row["person"], row["basis"]) for row in rows}


async def held(connection: AsyncConnection, persons: Collection[UUID], *, occupation: str) -> list[tuple[UUID, Award]]:
    """The levels of the occupation of which each of `persons` has a valid certificate."""
    rows = await (await driver(connection)).fetch(_HELD, list(persons), occupation)
    return [(row["person"], Award(row["level"])) for row in rows]


async def add_step(connection: AsyncConnection, step: Step) -> None:
    await tables.add(connection, _STEP, step)


async def steps(connection: AsyncConnection, conferral_id: UUID) -> list[Step]:
    """What was done with the list and who is on it, oldest first."""
    columns = _STEP.c[Step._fields]
    statement = select(*columns).where(_STEP.c.conferral_id == conferral_id).order_by(_STEP.c.taken_at, _STEP.c.version)
    return await tables.fetch_all(connection, statement, Step)
