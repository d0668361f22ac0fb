"""Whose trainees are examined, lists by region, and proposals that a second person confirms."""

from alembic import op

from shared.migrations import proposals

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    # Empty for classes that were received before, until their next fact.
    "ALTER TABLE heard_class ADD COLUMN institution_id uuid, ADD COLUMN starts_on date",
    "CREATE INDEX heard_class_institution ON heard_class (institution_id) WHERE institution_id IS NOT NULL",
    *proposals.STATEMENTS,
    "CREATE INDEX session_region ON session (region, id)",
    "CREATE INDEX session_reporting_region ON session (reporting_region, id)",
    "CREATE INDEX certificate_region ON certificate (region, id)",
    "CREATE INDEX certificate_reporting_region ON certificate (reporting_region, id)",
    "CREATE INDEX certificate_person ON certificate (person)",
    "CREATE INDEX candidate_of_person ON candidate (person)",
    "CREATE INDEX body_reporting_region ON body (reporting_region)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
