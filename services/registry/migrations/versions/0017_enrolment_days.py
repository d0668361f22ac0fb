"""Enrolments as they came and were: days before a resumption, the paper that was shown, who did what."""

from alembic import op

revision = "0017"
down_revision = "0016"


def _refusing(name: str, *, written: str) -> str:
    """The trigger function `name`, which looks at the rows of `written`: (id, person, from_on, until_on).

    As it was first made, and for days before a resumption as well. Almost no one in a batch has any, which is found
    out by one look into an index for all of them.
    """
    return f"""
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    AS $$
    BEGIN
        PERFORM FROM trainee WHERE person IN (SELECT w.person FROM {written} AS w) ORDER BY person FOR NO KEY UPDATE;
        IF FOUND AND (EXISTS (
            SELECT FROM {written} AS w
            JOIN enrolment AS e ON e.person = w.person AND e.id <> w.id
                AND e.from_on <= w.until_on AND w.from_on <= e.until_on
            WHERE w.from_on <= w.until_on AND e.from_on <= e.until_on
        ) OR EXISTS (
            WITH theirs AS MATERIALIZED (
                SELECT * FROM earlier_days WHERE person = ANY (ARRAY(SELECT w.person FROM {written} AS w))
            )
            SELECT FROM theirs AS d JOIN {written} AS w ON w.person = d.person AND w.id <> d.enrolment_id
                AND d.from_on <= w.until_on AND w.from_on <= d.until_on
            WHERE w.from_on <= w.until_on
        )) THEN
            RAISE EXCEPTION 'a person would be in two classes on one day'
                USING ERRCODE = 'exclusion_violation', TABLE = 'enrolment', CONSTRAINT = 'enrolment_overlap';
        END IF;
        RETURN NULL;
    END
    $$
    """


STATEMENTS = (
    _refusing("refuse_overlaps", written="written"),
    _refusing(
        "refuse_overlaps_of_moved",
        written="""(
            SELECT id, person, from_on, until_on FROM written EXCEPT SELECT id, person, from_on, until_on FROM former
        )""",
    ),
    _refusing(
        "refuse_overlaps_of_earlier",
        written="(SELECT enrolment_id AS id, person, from_on, until_on FROM written)",
    ),
    """
    CREATE TRIGGER overlap_of_new AFTER INSERT ON earlier_days
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_overlaps_of_earlier()
    """,
    """
    CREATE TRIGGER overlap_of_changed AFTER UPDATE ON earlier_days
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_overlaps_of_earlier()
    """,
    # The key of the paper that was shown, where its holder goes on under another.
    "ALTER TABLE enrolment ADD COLUMN came_as uuid",
    # Who enrolled the trainee, and when: the first line of a history.
    "ALTER TABLE enrolment ADD COLUMN enrolled_by text, ADD COLUMN enrolled_at timestamptz",
    """
    WITH RECURSIVE moved AS (
        SELECT e.id, m.person FROM person_merge AS m JOIN enrolment AS e ON e.id = ANY (m.moved)
        WHERE m.undone_at IS NULL
        UNION
        SELECT e.id, moved.person FROM moved JOIN enrolment AS e ON e.transferred_from = moved.id
    )
    UPDATE enrolment AS e SET came_as = moved.person FROM moved WHERE e.id = moved.id
    """,
    "ALTER TABLE enrolment ADD CHECK (came_as <> person)",
    # What a step changed, by name; and what was sealed of an entry before a step that put it right.
    "ALTER TABLE enrolment_event ADD COLUMN changed jsonb, ADD COLUMN former_entry bytea",
    # An undoing asks the enrolments themselves; of a merge it is enough to know how many it moved.
    "ALTER TABLE person_merge ADD COLUMN enrolments integer",
    "UPDATE person_merge SET enrolments = cardinality(moved)",
    "ALTER TABLE person_merge ALTER COLUMN enrolments SET NOT NULL, DROP COLUMN moved",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
