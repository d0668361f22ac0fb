"""Amounts and limits are entered, approved and never rewritten; each line keeps what it was decided by.

Processes of the version before go on while this one is brought out. What they load meanwhile counts as rows from before
this record.
"""

from alembic import op

from shared.migrations.dated_rules import SEQUENCE, figures, provenance

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    *SEQUENCE,
    """
    ALTER TABLE policy_row
        DROP CONSTRAINT policy_row_kind_item_jurisdiction_validity_key,
        ADD COLUMN ended boolean NOT NULL DEFAULT false
    """,
    "CREATE INDEX policy_row_item ON policy_row (kind, item)",
    *provenance("policy_row", first_day="lower(validity)"),
    "UPDATE policy_row SET entered_by = 'load-policy'",
    *figures("limit_row"),
    "ALTER TABLE claim_line ADD COLUMN grounds jsonb",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
