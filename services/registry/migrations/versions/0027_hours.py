"""Hours by the timetable that stands, also where classes overlap: by lessons if both have any, otherwise by days."""

from alembic import op

revision = "0027"
down_revision = "0026"


def _refusing(name: str, *, written: str) -> str:
    """The trigger function `name`, which checks the rows of `written`: (id, class_id, person, from_on, until_on).

    As before, but for the last condition of each part: almost no pair of trainings gets that far.
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
                AND classes_meet(w.class_id, e.class_id, greatest(w.from_on, e.from_on), least(w.until_on, e.until_on))
        ) OR EXISTS (
            WITH theirs AS MATERIALIZED (
                SELECT * FROM earlier_days WHERE person = ANY (ARRAY(SELECT w.person FROM {written} AS w))
            )
            SELECT FROM theirs AS d JOIN {written} AS w ON w.person = d.person AND w.id <> d.enrolment_id
                AND d.from_on <= w.until_on AND w.from_on <= d.until_on
            JOIN enrolment AS e ON e.id = d.enrolment_id
            WHERE w.from_on <= w.until_on
                AND classes_meet(w.class_id, e.class_id, greatest(w.from_on, d.from_on), least(w.until_on, d.until_on))
        )) THEN
            RAISE EXCEPTION 'a person would be in two classes at once'
                USING ERRCODE = 'exclusion_violation', TABLE = 'enrolment', CONSTRAINT = 'enrolment_overlap';
        END IF;
        RETURN NULL;
    END
    $$
    """


STATEMENTS = (
    # `hours` are what counts; a lesson that is omitted lowers them, and one that takes its place lets the edit count.
    "ALTER TABLE attendance_day ADD COLUMN signed smallint CHECK (signed BETWEEN 0 AND 24)",
    "UPDATE attendance_day SET signed = hours WHERE edited",
    # How many facts were told of the lessons of a class.
    "CREATE TABLE timetable (class_id uuid PRIMARY KEY REFERENCES class, version integer NOT NULL CHECK (version > 0))",
    # All days that trainings take, those before a resumption too.
    """
    CREATE VIEW occupied_days AS
    SELECT id AS enrolment_id, class_id, person, from_on, until_on FROM enrolment
    UNION ALL
    SELECT d.enrolment_id, e.class_id, d.person, d.from_on, d.until_on
    FROM earlier_days AS d JOIN enrolment AS e ON e.id = d.enrolment_id
    """,
    # Whether a person cannot be in both classes on these days, both included. A lesson of a class that was cancelled
    # took its time until then; an omitted one never did.
    """
    CREATE FUNCTION classes_meet(one uuid, other uuid, first_on date, last_on date) RETURNS boolean
    LANGUAGE sql STABLE AS $$
        SELECT one = other
            OR NOT EXISTS (SELECT FROM lesson WHERE class_id = one)
            OR NOT EXISTS (SELECT FROM lesson WHERE class_id = other)
            OR EXISTS (
                SELECT FROM lesson AS l JOIN lesson AS m ON m.during && l.during
                WHERE l.class_id = one AND NOT l.omitted AND m.class_id = other AND NOT m.omitted
                    AND (lower(l.during) AT TIME ZONE 'Asia/Shanghai')::date BETWEEN first_on AND last_on
                    AND (lower(m.during) AT TIME ZONE 'Asia/Shanghai')::date BETWEEN first_on AND last_on
            )
    $$
    """,
    _refusing("refuse_overlaps", written="written"),
    _refusing(
        "refuse_overlaps_of_moved",
        written="""(
            SELECT id, class_id, person, from_on, until_on FROM written
            EXCEPT SELECT id, class_id, person, from_on, until_on FROM former
        )""",
    ),
    _refusing(
        "refuse_overlaps_of_earlier",
        written="""(
            SELECT d.enrolment_id AS id, e.class_id, d.person, d.from_on, d.until_on
            FROM written AS d JOIN enrolment AS e ON e.id = d.enrolment_id
        )""",
    ),
    # New lessons of trainees who are also elsewhere. Whoever enrols one of them meanwhile waits for the trainee's row.
    """
    CREATE FUNCTION refuse_lessons_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM trainee WHERE person IN (
            SELECT person FROM enrolment WHERE class_id IN (SELECT class_id FROM written)
        ) ORDER BY person FOR NO KEY UPDATE;
        IF FOUND AND EXISTS (
            SELECT FROM (SELECT DISTINCT class_id FROM written) AS w
            JOIN occupied_days AS here ON here.class_id = w.class_id
            JOIN occupied_days AS o ON o.person = here.person AND o.class_id <> here.class_id
                AND o.from_on <= here.until_on AND here.from_on <= o.until_on
            WHERE here.from_on <= here.until_on AND o.from_on <= o.until_on AND classes_meet(
                here.class_id, o.class_id, greatest(here.from_on, o.from_on), least(here.until_on, o.until_on)
            )
        ) THEN
            RAISE EXCEPTION 'a person would be in two lessons at once'
                USING ERRCODE = 'exclusion_violation', TABLE = 'lesson', CONSTRAINT = 'lesson_elsewhere';
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER lesson_elsewhere AFTER INSERT ON lesson
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_lessons_elsewhere()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
