"""A layout of the projection with numbered combinations of dimensions, filled from the layout before.

A schema of its own, so that a running version goes on with the old one until it is stopped. What was counted before
plans had years gets the year of its day.
"""

from alembic import op

from services.metrics.projection.store import LIVE, creation

revision = "0007"
down_revision = "0006"

_TRAITS = "(traits >> 4)::smallint"  # without the kind of the organisation, which is a column now


def _dimensions(day: str) -> str:
    """Those of a combination, from a row of the old layout with this day."""
    year = f"CASE plan_year WHEN 0 THEN extract(year FROM {day})::smallint ELSE plan_year END"
    return f"{year} AS plan_year, programme, region, reporting_region, level AS award"


_DIMENSIONS = "(plan_year, programme, region, reporting_region, award, traits)"
_HELD = f"SELECT {_dimensions('issued_on')}, 0::smallint AS traits, certificate FROM live.holding"
_COUNTED = f"""
SELECT {_dimensions("day")}, {_TRAITS} AS traits, subject, part FROM live.contribution WHERE programme IS NOT NULL
"""
_SHOWN = f"""
SELECT {_dimensions("day")}, {_TRAITS} AS traits, measure, (traits & 15)::smallint AS kind, day, amount FROM live.cell
"""

STATEMENTS = (
    # A batch of the running version is in the new layout wholly or not at all.
    "SELECT pg_advisory_xact_lock(hashtext('position metrics'))",
    f"""
    INSERT INTO {LIVE}.combination {_DIMENSIONS}
    SELECT plan_year, programme, region, reporting_region, award, traits FROM ({_COUNTED}) AS counted
    UNION SELECT plan_year, programme, region, reporting_region, award, traits FROM ({_SHOWN}) AS shown
    UNION SELECT plan_year, programme, region, reporting_region, award, traits FROM ({_HELD}) AS held
    """,
    # Who is in training is counted by the day on which that began, whether it ended or not.
    f"""
    INSERT INTO {LIVE}.contribution
        (subject, part, version, combination, kind, measure, day, amount, from_on, until, waits_for, organisation)
    SELECT subject, part, version, id, (was.traits & 15)::smallint, CASE WHEN NOT is_running THEN measure END,
        CASE WHEN NOT is_running THEN day END, CASE WHEN is_running THEN 0 ELSE amount END,
        CASE WHEN is_running THEN day ELSE was_from END, was_until, waits_for, organisation
    FROM (
        SELECT *, coalesce(measure = 'in_training', waits_for IS NOT NULL AND was_from IS NULL) AS is_running
        FROM live.contribution
    ) AS was
    LEFT JOIN (
        SELECT subject, part, c.id FROM ({_COUNTED}) AS counted JOIN {LIVE}.combination AS c
        USING {_DIMENSIONS}
    ) AS numbered USING (subject, part)
    """,
    f"""
    INSERT INTO {LIVE}.cell (measure, combination, kind, day, amount)
    SELECT measure, id, kind, day, sum(amount) FROM ({_SHOWN}) AS shown JOIN {LIVE}.combination USING {_DIMENSIONS}
    GROUP BY measure, id, kind, day
    """,
    f"""
    INSERT INTO {LIVE}.holding (certificate, person, combination, issued_on, valid, organisation)
    SELECT certificate, person, id, issued_on, valid, organisation FROM live.holding JOIN (
        SELECT certificate, c.id FROM ({_HELD}) AS held JOIN {LIVE}.combination AS c USING {_DIMENSIONS}
    ) AS numbered USING (certificate)
    """,
    *(
        f"INSERT INTO {LIVE}.{table} SELECT * FROM live.{table}"
        for table in ("organisation", "started", "alias", "listed", "position", "inbox", "dead_letter")
    ),
    # A database that is new has no running version.
    """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM live.position) THEN DROP SCHEMA live CASCADE; END IF;
    END $$
    """,
)


def upgrade() -> None:
    for statement in creation(LIVE):
        op.execute(statement)
    op.execute("SET LOCAL search_path = public")
    for statement in STATEMENTS:
        op.execute(statement)
