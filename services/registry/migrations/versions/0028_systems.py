"""Flags have an owner, a deadline and a history; reports of the public; inspections of hazards."""

from alembic import op

from shared.migrations import public_requests

revision = "0028"
down_revision = "0027"

FLAGS = (
    # Flags raised before have no due day.
    "ALTER TABLE flag ADD COLUMN due_on date, ADD COLUMN assigned_to text",
    "CREATE INDEX flag_left ON flag (region, due_on) WHERE status = 'open'",
    "CREATE INDEX flag_raised ON flag (raised_at)",
    """
    CREATE TABLE flag_event (
        id uuid PRIMARY KEY,
        flag_id uuid NOT NULL REFERENCES flag,
        verb text NOT NULL CHECK (verb IN ('uphold', 'dismiss', 'reopen', 'assign')),
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        said text NOT NULL,
        assigned_to text
    )
    """,
    "CREATE INDEX flag_event_flag ON flag_event (flag_id, id)",
)

PUBLIC_REPORTS = (
    # Words and contact are sealed; receipt and address are known by keyed hashes only.
    """
    CREATE TABLE public_report (
        id uuid PRIMARY KEY,
        receipt_mark uuid NOT NULL UNIQUE,
        about text NOT NULL CHECK (about IN ('institution', 'class', 'exam', 'claim')),
        target_id uuid,
        reference text,
        misconduct text NOT NULL,
        institution_id uuid,
        class_id uuid,
        region text NOT NULL,
        reporting_region text NOT NULL,
        flag_id uuid NOT NULL UNIQUE REFERENCES flag,
        received_at timestamptz NOT NULL,
        erase_contact_on date,
        answer text,
        answered_by text,
        answered_at timestamptz,
        version integer NOT NULL CHECK (version >= 1),
        sealed bytea NOT NULL,
        sealed_contact bytea
    )
    """,
    "CREATE INDEX public_report_region ON public_report (region, id)",
    "CREATE INDEX public_report_reporting_region ON public_report (reporting_region, id)",
    "CREATE INDEX public_report_contact ON public_report (erase_contact_on) WHERE sealed_contact IS NOT NULL",
    """
    CREATE TABLE public_contact_reading (
        id uuid PRIMARY KEY,
        report_id uuid NOT NULL REFERENCES public_report,
        read_by text NOT NULL,
        read_at timestamptz NOT NULL,
        reason text NOT NULL
    )
    """,
    "CREATE INDEX public_contact_reading_report ON public_contact_reading (report_id, id)",
    *public_requests.STATEMENTS,
)

SAFETY = (
    "ALTER TABLE safety_version ADD COLUMN valid_until date",
    """
    CREATE TABLE inspection (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        site_id uuid REFERENCES site,
        region text NOT NULL,
        reporting_region text NOT NULL,
        level text NOT NULL CHECK (level IN ('county', 'city', 'province')),
        local_id text NOT NULL,
        inspected_at timestamptz NOT NULL,
        note text NOT NULL,
        done_by text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (done_by, local_id)
    )
    """,
    *(
        f"CREATE INDEX inspection_{scope} ON inspection ({scope}, id)"
        for scope in ("institution_id", "region", "reporting_region")
    ),
    # A finding is of a patrol in a class, or a hazard of an inspection, which has no class.
    """
    ALTER TABLE finding
        ALTER COLUMN patrol_id DROP NOT NULL,
        ALTER COLUMN class_id DROP NOT NULL,
        ADD COLUMN inspection_id uuid REFERENCES inspection,
        ADD COLUMN site_id uuid REFERENCES site,
        ADD COLUMN assigned_to text,
        ADD CONSTRAINT finding_of_one CHECK (num_nonnulls(patrol_id, inspection_id) = 1),
        ADD CONSTRAINT finding_in_class CHECK ((patrol_id IS NULL) = (class_id IS NULL)),
        ADD CONSTRAINT hazard_number UNIQUE (inspection_id, number)
    """,
    "ALTER TABLE attachment ALTER COLUMN patrol_id DROP NOT NULL",
    """
    CREATE TABLE finding_assignment (
        id uuid PRIMARY KEY,
        finding_id uuid NOT NULL REFERENCES finding,
        assigned_to text,
        assigned_by text NOT NULL,
        assigned_at timestamptz NOT NULL,
        said text NOT NULL
    )
    """,
    "CREATE INDEX finding_assignment_finding ON finding_assignment (finding_id, id)",
)

CLOSINGS = (
    "ALTER TABLE institution ADD COLUMN closed_from date, ADD COLUMN succeeded_by uuid REFERENCES institution",
    "CREATE INDEX institution_succeeded_by ON institution (succeeded_by) WHERE succeeded_by IS NOT NULL",
    """
    CREATE TABLE closing (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        successor_id uuid REFERENCES institution CHECK (successor_id <> institution_id),
        kind text NOT NULL CHECK (kind IN ('closure', 'merger', 'succession')),
        from_on date NOT NULL,
        reason text NOT NULL,
        proposed_by text NOT NULL,
        status text NOT NULL CHECK (status IN ('proposed', 'closed', 'reversal_proposed', 'withdrawn', 'reversed')),
        carried jsonb NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((successor_id IS NULL) = (kind = 'closure'))
    )
    """,
    """
    CREATE UNIQUE INDEX closing_standing ON closing (institution_id)
    WHERE status IN ('proposed', 'closed', 'reversal_proposed')
    """,
    "CREATE INDEX closing_institution ON closing (institution_id, id)",
    """
    CREATE TABLE closing_event (
        id uuid PRIMARY KEY,
        closing_id uuid NOT NULL REFERENCES closing,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        said text NOT NULL,
        UNIQUE (closing_id, version)
    )
    """,
)

ORDERS = (
    """
    CREATE TABLE training_order (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        local_id text NOT NULL,
        buyer_name text NOT NULL,
        buyer_credit_code text NOT NULL,
        buyer_id uuid REFERENCES institution,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8),
        persons integer NOT NULL CHECK (persons >= 1),
        ordered daterange NOT NULL CHECK (NOT lower_inf(ordered) AND NOT isempty(ordered)),
        sites uuid[] NOT NULL,
        signed_on date NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        status text NOT NULL CHECK (status IN ('filed', 'confirmed', 'withdrawn')),
        filed_by text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (institution_id, local_id)
    )
    """,
    *(
        f"CREATE INDEX training_order_{scope} ON training_order ({scope}, id)"
        for scope in ("institution_id", "buyer_id", "region", "reporting_region")
    ),
    """
    CREATE TABLE training_order_event (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES training_order,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        said text NOT NULL,
        UNIQUE (order_id, version)
    )
    """,
    # A class that was taken out stays as a row, for the history.
    """
    CREATE TABLE order_class (
        order_id uuid NOT NULL REFERENCES training_order,
        class_id uuid NOT NULL REFERENCES class,
        attached_by text NOT NULL,
        attached_at timestamptz NOT NULL,
        detached_by text,
        detached_at timestamptz,
        detaching_reason text,
        CHECK (num_nulls(detached_by, detached_at, detaching_reason) IN (0, 3))
    )
    """,
    "CREATE UNIQUE INDEX order_class_standing ON order_class (class_id) WHERE detached_at IS NULL",
    "CREATE INDEX order_class_order ON order_class (order_id, class_id)",
    # Whether a class was demanded depends on its order.
    """
    CREATE FUNCTION recount_of_order_class() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO recount_due (class_id) SELECT DISTINCT class_id FROM written;
        RETURN NULL;
    END
    $$
    """,
    *(
        f"CREATE TRIGGER recount_of_order_class_{event.lower()} AFTER {event} ON order_class"
        " REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION recount_of_order_class()"
        for event in ("INSERT", "UPDATE")
    ),
    """
    CREATE FUNCTION recount_of_training_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO recount_due (class_id)
        SELECT DISTINCT oc.class_id FROM written JOIN order_class AS oc ON oc.order_id = written.id;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER recount_of_training_order_update AFTER UPDATE ON training_order
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION recount_of_training_order()
    """,
)

TEACHERS = (
    "ALTER TABLE teacher ADD COLUMN merged_into uuid REFERENCES teacher",
    """
    CREATE TABLE teacher_merge (
        id uuid PRIMARY KEY,
        teacher_id uuid NOT NULL REFERENCES teacher,
        into_id uuid NOT NULL REFERENCES teacher CHECK (into_id <> teacher_id),
        proposed_by text NOT NULL,
        status text NOT NULL CHECK (status IN ('proposed', 'merged', 'withdrawn', 'undone')),
        moved jsonb NOT NULL,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    "CREATE UNIQUE INDEX teacher_merge_standing ON teacher_merge (teacher_id) WHERE status IN ('proposed', 'merged')",
    "CREATE INDEX teacher_merge_into ON teacher_merge (into_id)",
    """
    CREATE TABLE teacher_merge_event (
        id uuid PRIMARY KEY,
        merge_id uuid NOT NULL REFERENCES teacher_merge,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        said text NOT NULL,
        UNIQUE (merge_id, version)
    )
    """,
    """
    CREATE TABLE teacher_departure (
        id uuid PRIMARY KEY,
        teacher_id uuid NOT NULL REFERENCES teacher,
        kind text NOT NULL CHECK (kind IN ('died', 'left')),
        last_on date NOT NULL,
        reason text NOT NULL,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL,
        ended jsonb NOT NULL,
        undone_by text,
        undone_at timestamptz,
        undoing_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CHECK (num_nulls(undone_by, undone_at, undoing_reason) IN (0, 3))
    )
    """,
    "CREATE UNIQUE INDEX teacher_departure_standing ON teacher_departure (teacher_id) WHERE undone_at IS NULL",
)

STATEMENTS = (*FLAGS, *PUBLIC_REPORTS, *SAFETY, *CLOSINGS, *ORDERS, *TEACHERS)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
