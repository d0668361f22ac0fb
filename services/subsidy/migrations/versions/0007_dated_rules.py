"""Amounts and limits are entered, approved and never rewritten; each line keeps what it was decided by.

Processes of the version before go on while this one is brought out. What they load meanwhile counts as rows from before
this record.
"""

from alembic import op

from shared.migrations.dated_rules import SEQUENCE, figures, provenance

revision = "0007"
down_revision = "0006"

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
    # Where there are claims already, they go on by the limits that stood in the code.
    """
    INSERT INTO limit_row (key, value, region, validity, status, source, entered_by, entered_at, decided_by, decided_at)
    SELECT limits.key, limits.value, code, '[2022-03-31,)', 'assumption',
        'rules §4.3: the limit of most provinces, Henan''s own was not found', 'load-policy', '2022-03-31 00:00+08',
        'load-policy', '2022-03-31 00:00+08'
    FROM heard_region
    CROSS JOIN (VALUES ('claim.window_months', '12'), ('claim.trainings_a_year_max', '3')) AS limits (key, value)
    WHERE parent IS NULL
    """,
    "ALTER TABLE claim_line ADD COLUMN grounds jsonb",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
