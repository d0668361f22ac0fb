"""Which sites of a class passed its check, as they were; the changes that institutions report, as a list."""

from alembic import op

revision = "0012"
down_revision = "0011"

REPORTED = "verb IN ('change', 'plan') AND reasons <> '{}'"

STATEMENTS = (
    # [[site, version], ...]: a check holds for the places that the officer saw, not for what they become.
    "ALTER TABLE class ADD COLUMN checked_sites jsonb NOT NULL DEFAULT '[]'",
    """
    UPDATE class SET checked_sites = jsonb_build_array(jsonb_build_array(site.id, site.version))
    FROM site WHERE site.id = class.site_id AND class.checked_on IS NOT NULL
    """,
    # Where the class was at that step. What an institution reported is what it gave a reason for.
    "ALTER TABLE class_event ADD COLUMN region text, ADD COLUMN reporting_region text",
    """
    UPDATE class_event e SET region = c.region, reporting_region = c.reporting_region FROM class c
    WHERE c.id = e.class_id
    """,
    f"CREATE INDEX class_event_reported ON class_event (id) WHERE {REPORTED}",
    f"CREATE INDEX class_event_region_reported ON class_event (region, id) WHERE {REPORTED}",
    f"CREATE INDEX class_event_reporting_region_reported ON class_event (reporting_region, id) WHERE {REPORTED}",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
