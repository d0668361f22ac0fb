"""What candidates of a session are charged is told: statements are numbered, and those from before are told now."""

from alembic import op

revision = "0023"
down_revision = "0022"

STATEMENTS = (
    # What the version before states meanwhile has no number, and is told with the session's next statement.
    "ALTER TABLE session_fee ADD COLUMN version integer CHECK (version >= 1)",
    """
    WITH numbered AS (
        SELECT id, row_number() OVER (PARTITION BY session_id ORDER BY id) AS version FROM session_fee
    )
    UPDATE session_fee AS f SET version = n.version FROM numbered AS n WHERE n.id = f.id
    """,
    "CREATE UNIQUE INDEX session_fee_version ON session_fee (session_id, version) WHERE version IS NOT NULL",
    """
    INSERT INTO outbox (topic, subject, version, event)
    SELECT 'assessment', told.subject, f.version, convert_to(jsonb_build_object(
        'specversion', '1.0', 'id', told.subject || '@' || f.version, 'source', '/assessment',
        'type', 'assessment.session-fee-stated.v1', 'subject', told.subject,
        'time', to_char(f.stated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        'version', f.version, 'datacontenttype', 'application/json',
        'data', jsonb_build_object(
            'session_id', f.session_id, 'body_id', s.body_id, 'region', s.region,
            'reporting_region', s.reporting_region, 'fee_fen', f.fee_fen, 'subsidised', f.subsidised
        )
    )::text, 'UTF8')
    FROM session_fee AS f JOIN session AS s ON s.id = f.session_id,
    LATERAL (SELECT 'session-fees/' || f.session_id AS subject) AS told
    ORDER BY f.session_id, f.version
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
