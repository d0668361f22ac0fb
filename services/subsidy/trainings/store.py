"""What was heard of classes, enrolments and certificates: one row each, the latest state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.trainings.rules import Certificate, Outcome, Trainee, TrainingClass
from shared.contracts.dimensions import FundSource
from shared.kernel.levels import Level

_CLASS: Final = (
    *("id", "institution_id", "region", "reporting_region", "occupation", "level", "fund_source", "starts_on"),
    *("state", "enrolled"),
)
_TRAINEE: Final = ("enrolment_id", "class_id", "person", "programme", "outcome", "effective_on")
_CERTIFICATE: Final = ("id", "person", "occupation", "level", "issued_on", "valid")
_HEARD_CLASS: Final = table("heard_class", *map(column, _CLASS))
_FIND_CLASS: Final = select(_HEARD_CLASS).where(_HEARD_CLASS.c.id == bindparam("class_id"))

_KEEP_CLASSES: Final = text("""
INSERT INTO heard_class (id, institution_id, region, reporting_region, occupation, level, fund_source, starts_on,
    state, enrolled)
SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:institution_id AS uuid[]), CAST(:region AS text[]),
    CAST(:reporting_region AS text[]), CAST(:occupation AS text[]), CAST(:level AS smallint[]),
    CAST(:fund_source AS text[]), CAST(:starts_on AS date[]), CAST(:state AS text[]), CAST(:enrolled AS integer[]))
    AS c (id) ORDER BY id
ON CONFLICT (id) DO UPDATE SET institution_id = excluded.institution_id, region = excluded.region,
    reporting_region = excluded.reporting_region, occupation = excluded.occupation, level = excluded.level,
    fund_source = excluded.fund_source, starts_on = excluded.starts_on, state = excluded.state,
    enrolled = excluded.enrolled
""")
_KEEP_ENROLMENTS: Final = text("""
INSERT INTO heard_enrolment (id, class_id, person, programme, outcome, effective_on)
SELECT * FROM unnest(CAST(:enrolment_id AS uuid[]), CAST(:class_id AS uuid[]), CAST(:person AS uuid[]),
    CAST(:programme AS text[]), CAST(:outcome AS text[]), CAST(:effective_on AS date[])) AS e (id) ORDER BY id
ON CONFLICT (id) DO UPDATE SET class_id = excluded.class_id, person = excluded.person,
    programme = excluded.programme, outcome = excluded.outcome, effective_on = excluded.effective_on
""")
_KEEP_CERTIFICATES: Final = text("""
INSERT INTO heard_certificate (id, person, occupation, level, issued_on, valid)
SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:person AS uuid[]), CAST(:occupation AS text[]),
    CAST(:level AS smallint[]), CAST(:issued_on AS date[]), CAST(:valid AS boolean[])) AS c (id) ORDER BY id
ON CONFLICT (id) DO UPDATE SET person = excluded.person, occupation = excluded.occupation, level = excluded.level,
    issued_on = excluded.issued_on, valid = excluded.valid
""")
# Under the key that each person goes by, also where only one of the merge and the enrolment's own fact has been heard.
_TRAINEES: Final = text("""
SELECT id AS enrolment_id, class_id, COALESCE(a.into_person, e.person) AS person, programme, outcome, effective_on
FROM heard_enrolment AS e LEFT JOIN heard_alias AS a ON a.person = e.person
WHERE class_id = :class_id ORDER BY id
""")
_CERTIFIED_ON: Final = text("""
SELECT k.person, max(c.issued_on) AS issued_on
FROM unnest(CAST(:keys AS uuid[]), CAST(:persons AS uuid[])) AS k (key, person)
JOIN heard_certificate AS c ON c.person = k.key
WHERE c.occupation = :occupation AND c.level = :level AND c.valid AND c.issued_on >= :since GROUP BY k.person
""")


async def keep_classes(connection: AsyncConnection, classes: Sequence[TrainingClass]) -> None:
    if classes:
        await connection.execute(_KEEP_CLASSES, _arrays(classes, _CLASS))


async def keep_enrolments(connection: AsyncConnection, trainees: Sequence[Trainee]) -> None:
    if trainees:
        await connection.execute(_KEEP_ENROLMENTS, _arrays(trainees, _TRAINEE))


async def keep_certificates(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    if certificates:
        await connection.execute(_KEEP_CERTIFICATES, _arrays(certificates, _CERTIFICATE))


def _arrays(values: Sequence[object], names: Sequence[str]) -> dict[str, list[object]]:
    """An array for each of `names`: what `values` have there."""
    return {name: [getattr(value, name) for value in values] for name in names}


async def find_class(connection: AsyncConnection, class_id: UUID) -> TrainingClass | None:
    row = (await connection.execute(_FIND_CLASS, {"class_id": class_id})).mappings().one_or_none()
    if row is None:
        return None
    source = row["fund_source"]
    parsed = {"level": Level(row["level"]), "fund_source": None if source is None else FundSource(source)}
    return TrainingClass(**dict(row) | parsed)


async def trainees(connection: AsyncConnection, class_id: UUID) -> list[Trainee]:
    """The enrolments heard of for the class, by id."""
    rows = (await connection.execute(_TRAINEES, {"class_id": class_id})).mappings()
    return [Trainee(**dict(row) | {"outcome": Outcome(row["outcome"])}) for row in rows]


async def certified_on(
    connection: AsyncConnection, keys: Mapping[UUID, UUID], class_: TrainingClass
) -> dict[UUID, date]:
    """For each person, the last day on which a valid certificate of the class's occupation and level was issued.

    `keys` are all keys of the persons, each with the person's own: a certificate counts under any of them.
    Certificates from before the class are left out.
    """
    values = {
        "keys": list(keys),
        "persons": list(keys.values()),
        "occupation": class_.occupation,
        "level": class_.level,
        "since": class_.starts_on,
    }
    return {row.person: row.issued_on for row in await connection.execute(_CERTIFIED_ON, values)}
