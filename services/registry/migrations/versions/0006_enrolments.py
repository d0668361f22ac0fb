"""Enrolments in full: the days they take, entry particulars, history, merged persons; no two at once for one person."""

from alembic import op

revision = "0006"
down_revision = "0005"


def _refusing(name: str, *, written: str) -> str:
    """The trigger function `name`, which looks at the rows of `written`.

    Without the settings a plan made while the table was small would read all of it for ever.
    """
    return f"""
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    AS $$
    BEGIN
        PERFORM FROM trainee WHERE person IN (SELECT w.person FROM {written} AS w) ORDER BY person FOR NO KEY UPDATE;
        IF FOUND AND EXISTS (
            SELECT FROM {written} AS w
            JOIN enrolment AS e ON e.person = w.person AND e.id <> w.id
                AND e.from_on <= w.until_on AND w.from_on <= e.until_on
            WHERE w.from_on <= w.until_on AND e.from_on <= e.until_on
        ) THEN
            RAISE EXCEPTION 'a person would be in two classes on one day'
                USING ERRCODE = 'exclusion_violation', TABLE = 'enrolment', CONSTRAINT = 'enrolment_overlap';
        END IF;
        RETURN NULL;
    END
    $$
    """


STATEMENTS = (
    # A keyed hash of the phone: shows that many trainees gave the same one without holding it in clear.
    "ALTER TABLE trainee ADD COLUMN phone_mark uuid",
    # `from_on` to `until_on`, both included, are the days that the training takes; none if the last lies before the
    # first. `entry` seals which priority groups and what evidence: the row itself says only that there is one.
    """
    ALTER TABLE enrolment
        DROP CONSTRAINT enrolment_status_check,
        ADD CONSTRAINT enrolment_status_check CHECK (status IN
            ('in_training', 'deferred', 'completed', 'failed', 'withdrawn', 'transferred')),
        ADD COLUMN from_on date,
        ADD COLUMN until_on date,
        ADD COLUMN employment text,
        ADD COLUMN priority boolean NOT NULL DEFAULT false,
        ADD COLUMN evidence_on date,
        ADD COLUMN consented_on date,
        ADD COLUMN entry bytea,
        ADD COLUMN transferred_from uuid
    """,
    "UPDATE enrolment SET from_on = c.starts_on, until_on = c.ends_on FROM class c WHERE c.id = class_id",
    "ALTER TABLE enrolment ALTER COLUMN from_on SET NOT NULL, ALTER COLUMN until_on SET NOT NULL",
    "CREATE INDEX enrolment_person ON enrolment (person)",
    # Two keys of one human may have met in a class: what was given up there does not keep them from being merged, nor
    # the person from coming back. The third column is null for who has a seat.
    "ALTER TABLE enrolment DROP CONSTRAINT enrolment_class_id_person_key",
    """
    CREATE UNIQUE INDEX enrolment_once_in_class
    ON enrolment (class_id, person, (CASE WHEN status IN ('withdrawn', 'transferred') THEN id END)) NULLS NOT DISTINCT
    """,
    # Every step after the entry, with the state and the days that it led to.
    """
    CREATE TABLE enrolment_event (
        enrolment_id uuid NOT NULL REFERENCES enrolment,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        reason text,
        status text NOT NULL,
        from_on date NOT NULL,
        until_on date NOT NULL,
        PRIMARY KEY (enrolment_id, version)
    )
    """,
    # Names and phones before their correction, encrypted.
    """
    CREATE TABLE replaced_particulars (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES trainee,
        sealed bytea NOT NULL,
        reason text NOT NULL,
        replaced_by text NOT NULL,
        replaced_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX replaced_particulars_person ON replaced_particulars (person, id)",
    # `person` goes on as `into_person` until the merge is undone. Chains are not made: `into_person` is never merged.
    """
    CREATE TABLE person_merge (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES trainee,
        into_person uuid NOT NULL REFERENCES trainee,
        region text NOT NULL,
        reporting_region text,
        reason text NOT NULL,
        merged_by text NOT NULL,
        merged_at timestamptz NOT NULL,
        undone_by text,
        undone_at timestamptz,
        undoing_reason text,
        moved uuid[] NOT NULL,
        CHECK (person <> into_person)
    )
    """,
    "CREATE UNIQUE INDEX person_merge_standing ON person_merge (person) WHERE undone_at IS NULL",
    "CREATE INDEX person_merge_into ON person_merge (into_person) WHERE undone_at IS NULL",
    "CREATE INDEX person_merge_region ON person_merge (region, id)",
    "CREATE INDEX person_merge_reporting_region ON person_merge (reporting_region, id)",
    # Fact versions of the subject persons/{person}: merges and separations count on.
    "CREATE TABLE person_version (person uuid PRIMARY KEY, version integer NOT NULL CHECK (version >= 1))",
    # Why a trigger and not an exclusion constraint: see the decision record on overlaps. Whoever writes enrolments of
    # the same person queues at the trainee's row, and then sees what the other has committed.
    _refusing("refuse_overlaps", written="written"),
    """
    CREATE TRIGGER overlap_of_new AFTER INSERT ON enrolment
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_overlaps()
    """,
    # A roster that looked a key up just before it was merged is handled again, and then finds the merge. This trigger
    # fires after the one before, by its name: the trainees are locked by then.
    """
    CREATE FUNCTION refuse_merged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM written w JOIN person_merge m ON m.person = w.person AND m.undone_at IS NULL
        ) THEN
            RAISE EXCEPTION 'a person who goes on under another key would be enrolled'
                USING ERRCODE = 'exclusion_violation', TABLE = 'enrolment', CONSTRAINT = 'enrolment_person_merged';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER person_merged AFTER INSERT ON enrolment
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_merged()
    """,
    # Most changes touch neither person nor days: a set difference finds that out without a look at other rows.
    _refusing(
        "refuse_overlaps_of_moved",
        written="""(
            SELECT id, person, from_on, until_on FROM written EXCEPT SELECT id, person, from_on, until_on FROM former
        )""",
    ),
    """
    CREATE TRIGGER overlap_of_changed AFTER UPDATE ON enrolment
    REFERENCING OLD TABLE AS former NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_overlaps_of_moved()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
