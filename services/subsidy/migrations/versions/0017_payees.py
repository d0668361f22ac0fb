"""Bank accounts of payees: numbers encrypted, one current account and one that waits for each institution."""

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = (
    """
    CREATE TABLE payee_account (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        holder text NOT NULL,
        bank text NOT NULL,
        bank_code text NOT NULL,
        ending text NOT NULL CHECK (length(ending) = 4),
        mark uuid NOT NULL,
        sealed bytea,
        reason text NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        proposal_id uuid NOT NULL UNIQUE REFERENCES proposal,
        status text NOT NULL CHECK (status IN ('entered', 'current', 'replaced', 'rejected')),
        decided_by text,
        decided_at timestamptz,
        replaced_at timestamptz,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((status = 'rejected') = (sealed IS NULL)),
        CHECK ((status = 'entered') = (decided_at IS NULL)),
        CHECK ((status = 'replaced') = (replaced_at IS NOT NULL)),
        CONSTRAINT four_eyes CHECK (
            status NOT IN ('current', 'replaced')
            OR (decided_by IS NOT NULL AND lower(decided_by) <> lower(entered_by))
        )
    )
    """,
    "CREATE UNIQUE INDEX payee_account_current ON payee_account (institution_id) WHERE status = 'current'",
    "CREATE UNIQUE INDEX payee_account_entered ON payee_account (institution_id) WHERE status = 'entered'",
    "CREATE INDEX payee_account_institution ON payee_account (institution_id, id)",
    "CREATE INDEX payee_account_region ON payee_account (region, id)",
    "CREATE INDEX payee_account_reporting_region ON payee_account (reporting_region, id)",
    "CREATE INDEX payee_account_mark ON payee_account (mark)",
    """
    CREATE TRIGGER only_kept BEFORE DELETE OR TRUNCATE ON payee_account
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
    "CREATE INDEX heard_class_latest ON heard_class (institution_id, starts_on DESC, id DESC)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
