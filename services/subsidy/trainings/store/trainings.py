"""What was heard of regions, classes, enrolments and certificates: one row each, the latest state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.trainings.rules import Certificate, Outcome, Trainee, TrainingClass
from services.subsidy.trainings.store import aliases
from shared.contracts.dimensions import FundSource
from shared.database import driver
from shared.kernel.levels import Level
from shared.plan import Plan, Region

_SAVE_REGIONS = """
INSERT INTO heard_region (code, parent, reporting_region, valid_to, replaced_by)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[]) AS r (code) ORDER BY code
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, reporting_region = excluded.reporting_region,
    valid_to = excluded.valid_to, replaced_by = excluded.replaced_by
"""
_SAVE_CLASSES = """
INSERT INTO heard_class (id, institution_id, region, reporting_region, occupation, level, fund_source, starts_on,
    state, enrolled)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[],
    $8::date[], $9::text[], $10::integer[]) AS c (id) ORDER BY id
ON CONFLICT (id) DO UPDATE SET institution_id = excluded.institution_id, region = excluded.region,
    reporting_region = excluded.reporting_region, occupation = excluded.occupation, level = excluded.level,
    fund_source = excluded.fund_source, starts_on = excluded.starts_on, state = excluded.state,
    enrolled = excluded.enrolled
"""
_SAVE_ENROLMENTS = """
INSERT INTO heard_enrolment (id, class_id, person, programme, outcome, effective_on)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::date[]) AS e (id) ORDER BY id
ON CONFLICT (id) DO UPDATE SET class_id = excluded.class_id, person = excluded.person,
    programme = excluded.programme, outcome = excluded.outcome, effective_on = excluded.effective_on
"""
_SAVE_CERTIFICATES = """
INSERT INTO heard_certificate (id, person, occupation, level, issued_on, valid)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::date[], $6::boolean[]) AS c (id)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET person = excluded.person, occupation = excluded.occupation, level = excluded.level,
    issued_on = excluded.issued_on, valid = excluded.valid
"""
_REGIONS = "SELECT code, parent, reporting_region, valid_to, replaced_by FROM heard_region"
_FIND_CLASS = """
SELECT id, institution_id, region, reporting_region, occupation, level, fund_source, starts_on, state, enrolled
FROM heard_class WHERE id = :id
"""
# As who each trainee goes on, also where only one of the merge and the enrolment's own fact has been heard.
_TRAINEES = """
SELECT id AS enrolment_id, class_id, COALESCE(a.into_person, e.person) AS person, programme, outcome, effective_on
FROM heard_enrolment AS e LEFT JOIN heard_alias AS a ON a.person = e.person
WHERE class_id = $1 ORDER BY id
"""
_CERTIFIED_ON = """
SELECT k.person, max(c.issued_on)
FROM unnest($1::uuid[], $2::uuid[]) AS k (key, person) JOIN heard_certificate AS c ON c.person = k.key
WHERE c.occupation = $3 AND c.level = $4 AND c.valid AND c.issued_on >= $5 GROUP BY k.person
"""


async def save_regions(connection: AsyncConnection, regions: Sequence[Region]) -> None:
    if regions:
        await (await driver(connection)).execute(_SAVE_REGIONS, *map(list, zip(*regions, strict=True)))


async def save_classes(connection: AsyncConnection, classes: Sequence[TrainingClass]) -> None:
    if classes:
        await (await driver(connection)).execute(
            _SAVE_CLASSES,
            [each.id for each in classes],
            [each.institution_id for each in classes],
            [each.region for each in classes],
            [each.reporting_region for each in classes],
            [each.occupation for each in classes],
            [each.level.value for each in classes],
            [each.fund_source for each in classes],
            [each.starts_on for each in classes],
            [each.state for each in classes],
            [each.enrolled for each in classes],
        )


async def save_trainees(connection: AsyncConnection, trainees: Sequence[Trainee]) -> None:
    if trainees:
        await (await driver(connection)).execute(
            _SAVE_ENROLMENTS,
            [each.enrolment_id for each in trainees],
            [each.class_id for each in trainees],
            [each.person for each in trainees],
            [each.programme for each in trainees],
            [each.outcome for each in trainees],
            [each.effective_on for each in trainees],
        )


async def save_certificates(connection: AsyncConnection, certificates: Sequence[Certificate]) -> None:
    if certificates:
        await (await driver(connection)).execute(
            _SAVE_CERTIFICATES,
            [each.id for each in certificates],
            [each.person for each in certificates],
            [each.occupation for each in certificates],
            [each.level.value for each in certificates],
            [each.issued_on for each in certificates],
            [each.valid for each in certificates],
        )


async def plan(connection: AsyncConnection) -> Plan:
    """The plan as far as subsidies need it: its regions. Empty until they were heard of."""
    regions = [Region(*row) for row in await connection.execute(text(_REGIONS))]
    return Plan({}, {region.code: region for region in regions})


async def find_class(connection: AsyncConnection, class_id: UUID) -> TrainingClass | None:
    row = (await connection.execute(text(_FIND_CLASS), {"id": class_id})).mappings().one_or_none()
    if row is None:
        return None
    source = row["fund_source"]
    parsed = {"level": Level(row["level"]), "fund_source": None if source is None else FundSource(source)}
    return TrainingClass(**dict(row) | parsed)


async def trainees(connection: AsyncConnection, class_id: UUID) -> list[Trainee]:
    """The enrolments heard of for the class, by id."""
    rows = await (await driver(connection)).fetch(_TRAINEES, class_id)
    return [Trainee(**dict(row) | {"outcome": Outcome(row["outcome"])}) for row in rows]


async def certified_on(
    connection: AsyncConnection, persons: Collection[UUID], class_: TrainingClass
) -> dict[UUID, date]:
    """The last day on which each of `persons` got a valid certificate of the class's occupation and level.

    Under whichever of their keys it was issued. Certificates from before the class are left out.
    """
    keys = await aliases.keys_of(connection, persons)
    arguments = (list(keys), list(keys.values()), class_.occupation, class_.level.value, class_.starts_on)
    return dict(await (await driver(connection)).fetch(_CERTIFIED_ON, *arguments))
