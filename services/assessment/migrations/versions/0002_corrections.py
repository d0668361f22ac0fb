"""Certificates by class, so that corrections of trainings in the registry reach their certificates."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = ("CREATE INDEX certificate_class ON certificate (class_id)",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
