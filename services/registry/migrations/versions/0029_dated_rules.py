"""Policy rows and terms of projects are entered, approved and never rewritten; days of the calendar are policy rows.

Processes of the version before go on while this one is brought out. What they write meanwhile counts as rows from
before this record, which they may rewrite. They read the calendar from the plan's entries, which stay until a later
migration; so do the column `put_by`, and the rows of keys that became constants.
"""

from alembic import op

from shared.migrations.dated_rules import SEQUENCE, provenance

revision = "0029"
down_revision = "0028"

STATEMENTS = (
    *SEQUENCE,
    """
    ALTER TABLE policy_row
        DROP CONSTRAINT policy_row_pkey,
        ADD COLUMN id text PRIMARY KEY DEFAULT CAST(uuidv7() AS text),
        ADD COLUMN note text,
        ALTER COLUMN value DROP NOT NULL
    """,
    """
    INSERT INTO policy_row (key, region, validity, value, status, source, note)
    SELECT 'calendar.worked', province.content->>'code',
        daterange(CAST(day.content->>'day' AS date), CAST(day.content->>'day' AS date), '[]'),
        CASE WHEN CAST(day.content->>'working' AS boolean) THEN 'yes' ELSE 'no' END,
        'sourced', '国务院办公厅关于' || left(day.content->>'day', 4) || '年部分节假日安排的通知',
        day.content->>'name_zh'
    FROM plan_entry AS day
    JOIN plan_entry AS province ON starts_with(province.subject, 'regions/') AND province.content->>'parent' IS NULL
    WHERE starts_with(day.subject, 'calendar/')
    """,
    *provenance("policy_row", first_day="lower(validity)"),
    "CREATE INDEX policy_row_place ON policy_row (region, key)",
    """
    ALTER TABLE project_term
        DROP CONSTRAINT one_term_a_day,
        ADD COLUMN id text PRIMARY KEY DEFAULT CAST(uuidv7() AS text),
        ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
        ADD COLUMN source text NOT NULL DEFAULT 'not recorded'
    """,
    "UPDATE project_term SET version = greatest(p.version, 1) FROM project AS p WHERE p.code = project",
    *provenance("project_term", first_day="lower(listed)"),
    "UPDATE project_term SET entered_by = put_by WHERE put_by IS NOT NULL",
    "UPDATE project_term SET entered_by = 'load-plan' WHERE put_by IS NULL",
    # Who entered the rows that are those of the plan was in no column; the loader recognises its own by what they say.
    "UPDATE policy_row SET entered_by = 'load-plan'",
    # A row counts from its approval on, so classes whose months it changes are counted again then as well.
    """
    CREATE TRIGGER recount_of_policy_row_update AFTER UPDATE ON policy_row REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION recount_of_policy_row()
    """,
    "CREATE INDEX project_term_project ON project_term (project)",
    "ALTER TABLE class_event ADD COLUMN grounds jsonb",
    "ALTER TABLE enrolment_event ADD COLUMN grounds jsonb",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
