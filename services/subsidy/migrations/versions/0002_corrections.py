"""Claim lines by enrolment: what the registry puts right of a training is put right in its lines."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = ("CREATE INDEX claim_line_enrolment ON claim_line (enrolment_id)",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
