"""Awards beside levels: numbers from 101 in the columns of levels; licences of other authorities with their history."""

from alembic import op

revision = "0030"
down_revision = "0029"

# A column of a level holds the number of an award: the rank of a level, 101 and up for one without.
AWARD = "level BETWEEN 1 AND 8 OR level BETWEEN 101 AND 199"


def _widened(table: str) -> list[str]:
    # Every row fits already, so the long check of them is left to a weaker lock than that of the change.
    return [
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_level_check",
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_level_check CHECK ({AWARD}) NOT VALID",
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_level_check",
    ]


STATEMENTS = (
    *_widened("class"),
    *_widened("project_term"),
    "CREATE INDEX class_award ON class (level, starts_on, id)",
    # Only levels rise: the trainings of a class that leads to another award have no day until which they may.
    "ALTER TABLE quality_sum ALTER COLUMN rise_until DROP NOT NULL",
    """
    CREATE TABLE licence (
        enrolment_id uuid PRIMARY KEY REFERENCES enrolment,
        class_id uuid NOT NULL REFERENCES class,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        issued_on date NOT NULL,
        valid_until date NOT NULL CHECK (valid_until >= issued_on),
        status text NOT NULL CHECK (status IN ('recorded', 'confirmed', 'rejected')),
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        reason text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT four_eyes CHECK (status <> 'confirmed' OR decided_by <> recorded_by),
        CHECK ((status = 'recorded') = (decided_by IS NULL))
    )
    """,
    "CREATE INDEX licence_class ON licence (class_id, enrolment_id)",
    "CREATE INDEX licence_region ON licence (region, enrolment_id)",
    "CREATE INDEX licence_reporting_region ON licence (reporting_region, enrolment_id)",
    "CREATE INDEX licence_institution ON licence (institution_id, enrolment_id)",
    """
    CREATE TABLE licence_event (
        enrolment_id uuid NOT NULL REFERENCES licence,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        reason text,
        issued_on date NOT NULL,
        valid_until date NOT NULL,
        PRIMARY KEY (enrolment_id, version)
    )
    """,
    # A licence is the test that its training passed.
    """
    CREATE FUNCTION recount_of_licence() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO recount_due (class_id) SELECT DISTINCT class_id FROM written;
        RETURN NULL;
    END
    $$
    """,
    *(
        f"""
        CREATE TRIGGER recount_of_licence_{event.lower()} AFTER {event} ON licence REFERENCING NEW TABLE AS written
        FOR EACH STATEMENT EXECUTE FUNCTION recount_of_licence()
        """
        for event in ("INSERT", "UPDATE")
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
