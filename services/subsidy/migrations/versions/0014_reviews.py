"""Two reviews and publicity between submission and approval, each with a deadline; objections,
appeals, quotes, the calendar.

Claims that were submitted before go on as before: one review, no publicity. Processes of the version before write none
of the new columns.
"""

from alembic import op

from shared.migrations import public_requests

revision = "0014"
down_revision = "0013"

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

OBJECTIONS = (
    """
    CREATE TABLE objection (
        id uuid PRIMARY KEY,
        receipt_mark uuid NOT NULL UNIQUE,
        claim_id uuid NOT NULL REFERENCES claim,
        line integer NOT NULL,
        enrolment_id uuid NOT NULL,
        class_id uuid NOT NULL,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        received_at timestamptz NOT NULL,
        late boolean NOT NULL,
        due_on date,
        erase_contact_on date,
        status text NOT NULL CHECK (status IN ('open', 'upheld', 'dismissed', 'overturned')),
        reason text,
        answer text,
        answered_by text,
        answered_at timestamptz,
        version integer NOT NULL CHECK (version >= 1),
        sealed bytea NOT NULL,
        sealed_contact bytea,
        CONSTRAINT answered_with_reason CHECK (
            (status = 'open') = (answer IS NULL) AND (answer IS NULL) = (reason IS NULL)
            AND (answer IS NULL) = (answered_by IS NULL)
        )
    )
    """,
    "CREATE INDEX objection_claim ON objection (claim_id, line)",
    "CREATE INDEX objection_class ON objection (class_id) WHERE status = 'upheld'",
    "CREATE INDEX objection_region ON objection (region, id)",
    "CREATE INDEX objection_reporting_region ON objection (reporting_region, id)",
    "CREATE INDEX objection_contact ON objection (erase_contact_on) WHERE sealed_contact IS NOT NULL",
    """
    CREATE TABLE objection_contact_reading (
        id uuid PRIMARY KEY,
        objection_id uuid NOT NULL REFERENCES objection,
        read_by text NOT NULL,
        read_at timestamptz NOT NULL,
        reason text NOT NULL
    )
    """,
    "CREATE INDEX objection_contact_reading_objection ON objection_contact_reading (objection_id, id)",
    *public_requests.STATEMENTS,
)

APPEALS = (
    """
    CREATE TABLE appeal (
        id uuid PRIMARY KEY,
        about text NOT NULL CHECK (about IN ('rejection', 'line', 'recovery')),
        claim_id uuid NOT NULL REFERENCES claim,
        line integer,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        by_person boolean NOT NULL,
        reason text NOT NULL,
        filed_by text NOT NULL,
        filed_at timestamptz NOT NULL,
        due_on date,
        status text NOT NULL CHECK (status IN ('open', 'granted', 'denied')),
        answer text,
        decided_by text,
        decided_at timestamptz,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT line_of_its_kind CHECK ((about = 'rejection') = (line IS NULL)),
        CONSTRAINT decided_with_answer CHECK (
            (status = 'open') = (answer IS NULL) AND (answer IS NULL) = (decided_by IS NULL)
        ),
        CONSTRAINT decider_apart CHECK (lower(decided_by) <> lower(filed_by))
    )
    """,
    "CREATE UNIQUE INDEX appeal_open ON appeal (claim_id, about, (coalesce(line, 0))) WHERE status = 'open'",
    "CREATE INDEX appeal_institution ON appeal (institution_id, id)",
    "CREATE INDEX appeal_region ON appeal (region, id)",
    "CREATE INDEX appeal_reporting_region ON appeal (reporting_region, id)",
)

QUOTES = (
    """
    CREATE TABLE policy_binding (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL,
        policy_row text NOT NULL REFERENCES policy_row,
        bound_on date NOT NULL,
        valid_until date NOT NULL CHECK (valid_until >= bound_on),
        bound_by text NOT NULL,
        bound_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX policy_binding_class ON policy_binding (class_id, id)",
)

WORKLISTS = (
    """
    CREATE TABLE claim_note (
        id uuid PRIMARY KEY,
        claim_id uuid NOT NULL REFERENCES claim,
        text text NOT NULL,
        written_by text NOT NULL,
        written_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX claim_note_claim ON claim_note (claim_id, id)",
    """
    CREATE TABLE delegation (
        id uuid PRIMARY KEY,
        from_person text NOT NULL,
        to_person text NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        first_on date NOT NULL,
        last_on date NOT NULL CHECK (last_on >= first_on),
        reason text NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL,
        ended_by text,
        ended_on date,
        CONSTRAINT to_another CHECK (lower(to_person) <> lower(from_person))
    )
    """,
    "CREATE INDEX delegation_to ON delegation (to_person, last_on)",
    "CREATE INDEX delegation_region ON delegation (region, id)",
    """
    CREATE TABLE review_sample (
        id uuid PRIMARY KEY,
        region text NOT NULL,
        first_on date NOT NULL,
        last_on date NOT NULL CHECK (last_on >= first_on),
        share numeric NOT NULL CHECK (share BETWEEN 0 AND 1),
        seed text NOT NULL,
        population jsonb NOT NULL,
        drawn_by text NOT NULL,
        drawn_at timestamptz NOT NULL,
        UNIQUE (region, first_on, last_on)
    )
    """,
    "CREATE INDEX claim_waiting ON claim (region, id) WHERE status IN ('submitted', 'first_review', 'second_review')",
    "CREATE INDEX claim_event_decided ON claim_event (done_at) WHERE verb IN ('approve', 'reject')",
)


def upgrade() -> None:
    for statement in (*STATEMENTS, *OBJECTIONS, *APPEALS, *QUOTES, *WORKLISTS):
        op.execute(statement)
