"""Which sites of a class passed its check, as they were; the changes that institutions report, as a list."""

from alembic import op

revision = "0012"
down_revision = "0010"

STATEMENTS = (
    # [[site, version], ...]: a check holds for the places that the officer saw, not for what they become.
    "ALTER TABLE class ADD COLUMN checked_sites jsonb NOT NULL DEFAULT '[]'",
    """
    UPDATE class SET checked_sites = jsonb_build_array(jsonb_build_array(site.id, site.version))
    FROM site WHERE site.id = class.site_id AND class.checked_on IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
