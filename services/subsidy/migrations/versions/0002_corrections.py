"""Claim lines by enrolment, so that corrections of trainings in the registry reach their lines."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = ("CREATE INDEX claim_line_enrolment ON claim_line (enrolment_id)",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
