"""Flags that hold claims, names of institutions and classes, and proposals that a second person confirms."""

from alembic import op

from shared.migrations import proposals

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    CREATE TABLE heard_flag (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        kind text NOT NULL,
        institution_id uuid,
        class_id uuid,
        enrolment_id uuid,
        person uuid,
        region text NOT NULL,
        reporting_region text NOT NULL,
        status text NOT NULL
    )
    """,
    # Only flags that hold are kept, and few are not dismissed; each is looked up by what it is about.
    """
    CREATE INDEX heard_flag_class ON heard_flag (class_id)
    WHERE status <> 'dismissed' AND class_id IS NOT NULL
    """,
    """
    CREATE INDEX heard_flag_enrolment ON heard_flag (enrolment_id)
    WHERE status <> 'dismissed' AND enrolment_id IS NOT NULL
    """,
    """
    CREATE INDEX heard_flag_person ON heard_flag (person)
    WHERE status <> 'dismissed' AND person IS NOT NULL
    """,
    """
    CREATE INDEX heard_flag_institution ON heard_flag (institution_id)
    WHERE status <> 'dismissed' AND class_id IS NULL
    """,
    "CREATE TABLE heard_institution (id uuid PRIMARY KEY, name text NOT NULL)",
    # Empty for classes that were received before, until their next fact.
    "ALTER TABLE heard_class ADD COLUMN local_id text",
    *proposals.STATEMENTS,
    # Lists of what an organisation, a county or a reporting region sees.
    "CREATE INDEX claim_institution ON claim (institution_id, id)",
    "CREATE INDEX claim_region ON claim (region, id)",
    "CREATE INDEX claim_reporting_region ON claim (reporting_region, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
