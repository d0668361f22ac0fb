"""Two reviews and publicity between submission and approval, each with a deadline; the days of the calendar.

Claims that were submitted before go on as before: one review, no publicity. Processes of the version before write none
of the new columns.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    "ALTER TABLE claim DROP CONSTRAINT claim_status_check",
    """
    ALTER TABLE claim ADD CONSTRAINT claim_status_check CHECK (status IN (
        'draft', 'submitted', 'first_review', 'second_review', 'publicity', 'objected', 'returned', 'rejected',
        'withdrawn', 'approved', 'paid', 'payment_failed', 'recovered'
    )) NOT VALID
    """,
    "ALTER TABLE claim VALIDATE CONSTRAINT claim_status_check",
    """
    ALTER TABLE claim
        ADD COLUMN second_review boolean NOT NULL DEFAULT false,
        ADD COLUMN publicity_days integer NOT NULL DEFAULT 0 CHECK (publicity_days >= 0),
        ADD COLUMN due_on date,
        ADD COLUMN handled_by text,
        ADD COLUMN first_reviewed_by text,
        ADD COLUMN second_reviewed_by text,
        ADD COLUMN published_on date,
        ADD COLUMN public_until date CHECK (public_until >= published_on),
        ADD CONSTRAINT reviewers_apart CHECK (
            lower(first_reviewed_by) <> lower(submitted_by)
            AND lower(second_reviewed_by) <> lower(submitted_by)
            AND lower(second_reviewed_by) <> lower(first_reviewed_by)
        ) NOT VALID,
        ADD CONSTRAINT approved_after_second_review CHECK (
            NOT second_review OR second_reviewed_by IS NOT NULL
            OR status NOT IN ('publicity', 'objected', 'approved', 'paid', 'payment_failed', 'recovered')
        ) NOT VALID,
        ADD CONSTRAINT approved_after_publicity CHECK (
            publicity_days = 0 OR coalesce(approved_on > public_until, false)
            OR status NOT IN ('approved', 'paid', 'payment_failed', 'recovered')
        ) NOT VALID
    """,
    # Whoever prepared a claim, by whichever of its steps, decides nothing about it.
    """
    CREATE FUNCTION claim_event_apart() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM claim_event
            WHERE claim_id = NEW.claim_id AND verb IN ('draft', 'rebuild', 'submit')
                AND lower(done_by) = lower(NEW.done_by)
        ) THEN
            RAISE EXCEPTION 'whoever prepared a claim does not decide about it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'preparers_apart';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER preparers_apart AFTER INSERT ON claim_event FOR EACH ROW
    WHEN (NEW.verb IN ('take', 'pass_review', 'publish', 'approve', 'return', 'reject', 'pay'))
    EXECUTE FUNCTION claim_event_apart()
    """,
    "DROP INDEX claim_in_progress",
    """
    CREATE UNIQUE INDEX claim_in_progress ON claim (class_id) WHERE status IN (
        'draft', 'submitted', 'first_review', 'second_review', 'publicity', 'objected', 'returned', 'approved'
    )
    """,
    "CREATE INDEX claim_due ON claim (due_on, id) WHERE due_on IS NOT NULL",
    "CREATE INDEX claim_public ON claim (public_until, id) WHERE status IN ('publicity', 'objected')",
    "CREATE TABLE heard_calendar_day (day date PRIMARY KEY, working boolean NOT NULL)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
