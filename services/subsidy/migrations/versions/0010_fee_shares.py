"""The government's share of one trainee's fee, as the class was filed: no line pays more."""

from alembic import op

revision = "0010"
down_revision = "0009"

# Empty for classes without a filed fee, and for those received before, until their next fact.
STATEMENTS = ("ALTER TABLE heard_class ADD COLUMN share_fen bigint",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
