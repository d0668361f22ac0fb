"""Projects by terms; when listings were decided; who has an owner or an account; lists across institutions."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    """
    CREATE TABLE project_term (
        project text NOT NULL REFERENCES project,
        listed daterange NOT NULL CHECK (NOT lower_inf(listed) AND NOT isempty(listed)),
        name_zh text NOT NULL,
        name_en text NOT NULL,
        edition text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8),
        category text NOT NULL,
        hours_min integer NOT NULL CHECK (hours_min >= 1),
        is_scarce boolean NOT NULL,
        is_needed boolean NOT NULL,
        put_by text,
        CONSTRAINT one_term_a_day PRIMARY KEY (project, listed WITHOUT OVERLAPS)
    )
    """,
    "CREATE INDEX project_term_occupation ON project_term (occupation, level)",
    # What was changed since the plan brought it is taken to be the province's; who it was is in no column.
    """
    INSERT INTO project_term (project, listed, name_zh, name_en, edition, occupation, level, category, hours_min,
        is_scarce, is_needed, put_by)
    SELECT code, listed, name_zh, name_en, edition, occupation, level, category, hours_min, is_scarce, is_needed,
        CASE WHEN version > 1 THEN 'province' END
    FROM project
    """,
    # Version 0 is that of a project whose first term is just being put.
    """
    ALTER TABLE project
        DROP COLUMN name_zh, DROP COLUMN name_en, DROP COLUMN edition, DROP COLUMN occupation, DROP COLUMN level,
        DROP COLUMN category, DROP COLUMN hours_min, DROP COLUMN is_scarce, DROP COLUMN is_needed, DROP COLUMN listed,
        DROP CONSTRAINT project_version_check,
        ADD CONSTRAINT project_version_check CHECK (version >= 0)
    """,
    # The id of a listing holds the moment in which it was opened; when one was closed so far is in no column.
    """
    ALTER TABLE listing
        ADD COLUMN opened_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN closed_at timestamptz,
        ADD CHECK (closed_at IS NULL OR closed_by IS NOT NULL)
    """,
    "CREATE INDEX institution_owner ON institution (owner_mark) WHERE owner_mark IS NOT NULL",
    "CREATE INDEX institution_account ON institution (account_mark) WHERE account_mark IS NOT NULL",
    # Who is listed for a project; which sanctions end next, also of one step or of one institution.
    "CREATE INDEX listing_project ON listing (project, institution_id)",
    "CREATE INDEX sanction_end ON sanction (coalesce(last_on, 'infinity'), id)",
    "CREATE INDEX sanction_step_end ON sanction (step, coalesce(last_on, 'infinity'), id)",
    "CREATE INDEX sanction_institution_end ON sanction (institution_id, coalesce(last_on, 'infinity'), id)",
    "UPDATE listing SET opened_at = coalesce(uuid_extract_timestamp(id), opened_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
