"""Quality rates: results and certificates from assessment, sums for each class, and which to recount."""

from alembic import op

revision = "0016"
down_revision = "0015"

# A transition table beside tables that grow: a plan made while these were small would read all of them for ever.
_MARKING = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    INSERT INTO recount_due (class_id) {classes};
    RETURN NULL;
END
$$
"""
_TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION {name_of_function}()
"""


def _marking(table: str, classes: str, *events: str) -> list[str]:
    """What makes every writer of `table`, at each of `events`, mark the `classes` of the rows in `written`."""
    name = f"recount_of_{table}"
    return [
        _MARKING.format(name=name, classes=classes),
        *(
            _TRIGGER.format(name=f"{name}_{event.lower()}", event=event, table=table, name_of_function=name)
            for event in events
        ),
    ]


_OF_TESTED_PERSONS = """
SELECT DISTINCT e.class_id FROM written AS w
LEFT JOIN person_merge AS m ON m.person = w.person AND m.undone_at IS NULL
JOIN enrolment AS e ON e.person = coalesce(m.into_person, w.person)
"""

STATEMENTS = (
    "ALTER TABLE class ADD COLUMN signed_order boolean NOT NULL DEFAULT false",
    """
    CREATE TABLE heard_result (
        candidate_id uuid PRIMARY KEY,
        person uuid NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        passed boolean NOT NULL,
        tested_on date NOT NULL
    )
    """,
    "CREATE INDEX heard_result_person ON heard_result (person)",
    """
    CREATE TABLE heard_certificate (
        id uuid PRIMARY KEY,
        person uuid NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        issued_on date NOT NULL,
        valid boolean NOT NULL
    )
    """,
    "CREATE INDEX heard_certificate_person ON heard_certificate (person)",
    # Trainings of a class that ended on `day`, begun by so many persons (`started`). Work counts up to `work_until`, a
    # higher level up to `rise_until`. The pay of each person that both figures are known of, in the order of size.
    """
    CREATE TABLE quality_sum (
        class_id uuid NOT NULL REFERENCES class,
        day date NOT NULL,
        programme text NOT NULL,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        occupation text NOT NULL,
        started integer NOT NULL,
        tested integer NOT NULL,
        passed integer NOT NULL,
        completed integer NOT NULL,
        in_demand integer NOT NULL,
        risen integer NOT NULL,
        rise_until date NOT NULL,
        without_work integer NOT NULL,
        employed integer NOT NULL,
        work_until date NOT NULL,
        pay_changes bigint[] NOT NULL,
        PRIMARY KEY (class_id, day, programme)
    )
    """,
    "CREATE INDEX quality_sum_day ON quality_sum (day)",
    "CREATE INDEX quality_sum_region ON quality_sum (region, day)",
    "CREATE INDEX quality_sum_reporting_region ON quality_sum (reporting_region, day)",
    "CREATE INDEX quality_sum_institution ON quality_sum (institution_id, day)",
    # Of what was replaced before, only by whom and when it was replaced is known.
    """
    ALTER TABLE replaced_follow_up
        ADD COLUMN reported_by text,
        ADD COLUMN reported_at timestamptz
    """,
    # Rows are only inserted and deleted, so that writers of enrolments never wait for the recount.
    """
    CREATE TABLE recount_due (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        class_id uuid NOT NULL,
        since timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    ALTER TABLE recount_due SET (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0
    )
    """,
    *_marking("enrolment", "SELECT DISTINCT class_id FROM written", "UPDATE"),
    *_marking(
        "follow_up",
        "SELECT DISTINCT e.class_id FROM written AS w JOIN enrolment AS e ON e.id = w.enrolment_id",
        "INSERT",
        "UPDATE",
    ),
    *_marking("heard_result", _OF_TESTED_PERSONS, "INSERT", "UPDATE"),
    *_marking("heard_certificate", _OF_TESTED_PERSONS, "INSERT", "UPDATE"),
    *_marking(
        "person_merge",
        """
        SELECT DISTINCT e.class_id FROM written AS w
        CROSS JOIN LATERAL (VALUES (w.person), (w.into_person)) AS one (person)
        JOIN enrolment AS e ON e.person = one.person
        """,
        "INSERT",
        "UPDATE",
    ),
    # A class that was changed, and classes whose months are others by a new row.
    *_marking("class", "SELECT id FROM written", "UPDATE"),
    *_marking(
        "policy_row",
        """
        SELECT DISTINCT c.id FROM written AS w JOIN class AS c ON w.validity @> c.starts_on
        WHERE w.key IN ('followup.months', 'quality.level_rise_months')
        """,
        "INSERT",
    ),
    """
    INSERT INTO recount_due (class_id)
    SELECT DISTINCT class_id FROM enrolment WHERE status IN ('completed', 'failed', 'withdrawn')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
