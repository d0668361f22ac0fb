"""Payment batches with their rows and exports, files of rows, and the account that a claim was paid to."""

from alembic import op

from shared.migrations.file_jobs import FILE_JOBS

revision = "0019"
down_revision = "0018"

BATCHES = (
    """
    CREATE TABLE payment_batch (
        id uuid PRIMARY KEY,
        region text NOT NULL,
        reporting_region text NOT NULL,
        fund_source text,
        rows integer NOT NULL CHECK (rows >= 1),
        amount_fen bigint NOT NULL CHECK (amount_fen >= 1),
        layout jsonb NOT NULL,
        reason text NOT NULL,
        drafted_by text NOT NULL,
        drafted_at timestamptz NOT NULL,
        proposal_id uuid NOT NULL UNIQUE REFERENCES proposal,
        status text NOT NULL CHECK (status IN ('drafted', 'rejected', 'released', 'recalled', 'returned', 'settled')),
        released_by text,
        released_at timestamptz,
        return_file_id uuid,
        returned_by text,
        returned_at timestamptz,
        paid_rows integer NOT NULL DEFAULT 0,
        paid_fen bigint NOT NULL DEFAULT 0,
        failed_rows integer NOT NULL DEFAULT 0,
        failed_fen bigint NOT NULL DEFAULT 0,
        recalled_by text,
        recalled_at timestamptz,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT four_eyes CHECK (
            lower(released_by) <> lower(drafted_by) AND lower(returned_by) <> lower(released_by)
        ),
        CONSTRAINT released_by_someone CHECK (
            (released_by IS NOT NULL) = (status IN ('released', 'recalled', 'returned', 'settled'))
        ),
        CONSTRAINT returned_whole CHECK (
            (return_file_id IS NOT NULL) = (status IN ('returned', 'settled'))
            AND (return_file_id IS NULL
                 OR (paid_rows + failed_rows = rows AND paid_fen + failed_fen = amount_fen))
        )
    )
    """,
    "CREATE INDEX payment_batch_region ON payment_batch (region, id)",
    "CREATE INDEX payment_batch_reporting_region ON payment_batch (reporting_region, id)",
    "CREATE INDEX payment_batch_returned ON payment_batch (id) WHERE status = 'returned'",
    # `status` is open while the claim is on its way; `claim_version` is the claim as it was put in. What the bank says
    # of a row counts once its file is the batch's `return_file_id`.
    """
    CREATE TABLE payment_row (
        batch_id uuid NOT NULL REFERENCES payment_batch,
        row integer NOT NULL CHECK (row >= 1),
        claim_id uuid NOT NULL REFERENCES claim,
        claim_version integer NOT NULL,
        account_id uuid NOT NULL REFERENCES payee_account,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'failed', 'given_up')),
        touched boolean NOT NULL DEFAULT false,
        file_id uuid,
        result text CHECK (result IN ('paid', 'failed')),
        result_on date,
        result_reference text,
        result_reason text,
        PRIMARY KEY (batch_id, row)
    ) WITH (fillfactor = 60)
    """,
    "CREATE UNIQUE INDEX payment_row_open ON payment_row (claim_id) WHERE status = 'open'",
    "CREATE INDEX payment_row_claim ON payment_row (claim_id)",
    """
    CREATE TABLE payment_export (
        id uuid PRIMARY KEY,
        batch_id uuid NOT NULL REFERENCES payment_batch,
        digest bytea NOT NULL,
        exported_by text NOT NULL,
        exported_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX payment_export_batch ON payment_export (batch_id, id)",
    """
    CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_export
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
    # Who draws up or releases a batch did not approve, and did not prepare, any claim in it.
    """
    CREATE FUNCTION payment_apart() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM payment_row AS r JOIN claim AS c ON c.id = r.claim_id
            WHERE r.batch_id = NEW.id AND (
                lower(c.approved_by) IN (lower(NEW.drafted_by), lower(NEW.released_by))
                OR lower(c.submitted_by) IN (lower(NEW.drafted_by), lower(NEW.released_by))
            )
        ) THEN
            RAISE EXCEPTION 'whoever submitted or approved a claim does not pay it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payers_apart';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER payers_apart AFTER UPDATE ON payment_batch FOR EACH ROW
    WHEN (NEW.status = 'released' AND OLD.status = 'drafted') EXECUTE FUNCTION payment_apart()
    """,
)

CLAIMS = (
    "ALTER TABLE claim ADD COLUMN account_id uuid REFERENCES payee_account",
    # What a bank's return settles is booked with it, and no version before knows accounts: to compare each of a hundred
    # thousand claims with its books would take longer than to pay them.
    "DROP TRIGGER claim_is_booked ON claim",
    """
    CREATE CONSTRAINT TRIGGER claim_is_booked AFTER UPDATE ON claim DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((NEW.approved_on IS NOT NULL OR OLD.approved_on IS NOT NULL) AND NEW.status <> 'written_off'
        AND NEW.account_id IS NOT DISTINCT FROM OLD.account_id)
    EXECUTE FUNCTION complete_claim()
    """,
    "CREATE INDEX claim_due_for_payment ON claim (reporting_region, id) WHERE status IN ('approved', 'payment_failed')",
)


def upgrade() -> None:
    for statement in (*BATCHES, *CLAIMS, *FILE_JOBS):
        op.execute(statement)
