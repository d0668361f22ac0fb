"""What bodies are filed for as dated entries, sanctions on bodies, and bodies that are closed or taken over."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE body ADD COLUMN closed_from date, ADD COLUMN succeeded_by uuid REFERENCES body",
    "CREATE INDEX body_succeeded_by ON body (succeeded_by) WHERE succeeded_by IS NOT NULL",
    # Entries replace it. The old version still reads it; it is dropped once none of that version runs.
    "ALTER TABLE body ALTER COLUMN scope SET DEFAULT '[]'",
    """
    CREATE TABLE scope_entry (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8 OR level BETWEEN 101 AND 199),
        first_on date NOT NULL,
        last_on date CHECK (last_on >= first_on - 1),
        opened_by text NOT NULL,
        opened_at timestamptz NOT NULL,
        ended_by text,
        ended_at timestamptz,
        ending_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT filed_once EXCLUDE USING gist
            (body_id WITH =, occupation WITH =, level WITH =, daterange(first_on, last_on + 1) WITH &&),
        CHECK ((ended_by IS NULL) = (ended_at IS NULL))
    )
    """,
    "CREATE INDEX scope_entry_body ON scope_entry (body_id, id)",
    # Nobody recorded who filed these, and when: they hold for all exams on record.
    """
    INSERT INTO scope_entry (id, body_id, occupation, level, first_on, opened_by, opened_at, version)
    SELECT uuidv7(), b.id, item->>0, (item->>1)::smallint, '2000-01-01', 'not recorded', '2000-01-01 00:00+08', 1
    FROM body AS b, jsonb_array_elements(b.scope) AS item
    """,
    """
    CREATE TABLE body_sanction (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        step text NOT NULL CHECK (step IN ('talk', 'rectify', 'stop', 'delist', 'blacklist')),
        first_on date NOT NULL,
        last_on date CHECK (last_on >= first_on - 1),
        reason text NOT NULL,
        imposed_by text NOT NULL,
        imposed_at timestamptz NOT NULL,
        lifted_by text,
        lifted_at timestamptz,
        lifting_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT imposed_once EXCLUDE USING gist
            (body_id WITH =, step WITH =, daterange(first_on, last_on + 1) WITH &&),
        CHECK ((lifted_by IS NULL) = (lifted_at IS NULL)),
        CHECK (lifted_by <> imposed_by)
    )
    """,
    "CREATE INDEX body_sanction_body ON body_sanction (body_id, id)",
    """
    CREATE TABLE ending (
        entry_id uuid NOT NULL,
        version integer NOT NULL,
        former_last_on date,
        ended_by text NOT NULL,
        ended_at timestamptz NOT NULL,
        reason text,
        taken_back_by text,
        taken_back_at timestamptz,
        taking_back_reason text,
        PRIMARY KEY (entry_id, version)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
