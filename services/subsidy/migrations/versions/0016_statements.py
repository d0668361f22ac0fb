"""Monthly statements: each posting is frozen once for its institution and once for its fund."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    """
    CREATE TABLE statement (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('institution', 'fund')),
        institution_id uuid,
        budget_id uuid REFERENCES budget,
        region text NOT NULL,
        reporting_region text NOT NULL,
        month date NOT NULL CHECK (extract(day FROM month) = 1),
        number integer NOT NULL CHECK (number >= 1),
        postings integer NOT NULL CHECK (postings > 0),
        sums jsonb NOT NULL,
        digest text NOT NULL,
        frozen_by text NOT NULL,
        frozen_at timestamptz NOT NULL,
        CONSTRAINT of_one CHECK (
            (kind = 'institution' AND institution_id IS NOT NULL AND budget_id IS NULL)
            OR (kind = 'fund' AND budget_id IS NOT NULL AND institution_id IS NULL)
        )
    )
    """,
    """
    CREATE UNIQUE INDEX statement_number ON statement (kind, institution_id, budget_id, region, month, number)
    NULLS NOT DISTINCT
    """,
    "CREATE INDEX statement_institution ON statement (institution_id, id) WHERE institution_id IS NOT NULL",
    "CREATE INDEX statement_region ON statement (region, id)",
    "CREATE INDEX statement_reporting_region ON statement (reporting_region, id)",
    """
    CREATE TABLE statement_line (
        kind text NOT NULL,
        posting_id uuid NOT NULL REFERENCES ledger_posting,
        statement_id uuid NOT NULL REFERENCES statement,
        PRIMARY KEY (posting_id, kind)
    )
    """,
    "CREATE INDEX statement_line_statement ON statement_line (statement_id, posting_id)",
    """
    CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON statement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
    """
    CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
