"""Projects with their results and verdicts, the instalments of their grants, and claims for these."""

from alembic import op

revision = "0027"
down_revision = "0026"

RENEWAL = 104
"""The number of the award for the renewal of a special-operations licence."""

STATEMENTS = (
    "ALTER TABLE claim DROP CONSTRAINT known_kind",
    """
    ALTER TABLE claim ADD CONSTRAINT known_kind CHECK (kind IN (
        'training', 'assessment', 'apprenticeship', 'apprenticeship_advance', 'skill_upgrade', 'living', 'project_grant'
    )) NOT VALID
    """,
    "ALTER TABLE claim VALIDATE CONSTRAINT known_kind",
    # Null for every other kind: the version before does not write it.
    "ALTER TABLE claim ADD COLUMN payable_from date",
    "ALTER TABLE claim ADD CONSTRAINT paid_when_due CHECK (paid_on >= payable_from)",
    # A grant is for no person: its payee has an instalment beside the other.
    "DROP INDEX claim_line_held",
    f"""
    CREATE UNIQUE INDEX claim_line_held
    ON claim_line (person, occupation, level, kind, (CASE WHEN level = {RENEWAL} THEN year ELSE 0 END))
    WHERE live AND amount_fen > 0 AND kind <> 'project_grant'
    """,
    """
    CREATE TABLE project (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('national_base', 'provincial_base', 'talent', 'master_studio')),
        name text NOT NULL,
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        fund_source text NOT NULL,
        programme text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        first_year integer NOT NULL,
        last_year integer NOT NULL CHECK (last_year >= first_year),
        grant_fen bigint NOT NULL CHECK (grant_fen > 0),
        targets jsonb NOT NULL,
        instalments jsonb NOT NULL,
        reason text NOT NULL,
        filed_by text NOT NULL,
        filed_at timestamptz NOT NULL,
        proposal_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('filed', 'rejected', 'approved', 'cancelled')),
        approved_by text CHECK (approved_by <> filed_by),
        approved_at timestamptz,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    "CREATE UNIQUE INDEX project_once ON project (institution_id, kind, name) WHERE status <> 'rejected'",
    "CREATE INDEX project_region ON project (region, id)",
    "CREATE INDEX project_reporting_region ON project (reporting_region, id)",
    # What claims for grants are built from, from the approval on.
    """
    CREATE TABLE grant_instalment (
        id uuid PRIMARY KEY,
        project_id uuid NOT NULL REFERENCES project,
        number integer NOT NULL CHECK (number >= 1),
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        fund_source text NOT NULL,
        programme text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        year integer NOT NULL,
        due_on date NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        cancelled boolean NOT NULL,
        UNIQUE (project_id, number)
    )
    """,
    # Each stays; the latest of a target counts.
    """
    CREATE TABLE project_result (
        id uuid PRIMARY KEY,
        project_id uuid NOT NULL REFERENCES project,
        year integer NOT NULL,
        measure text NOT NULL,
        figure integer NOT NULL CHECK (figure >= 0),
        source text NOT NULL,
        counted_on date NOT NULL,
        entered_by text NOT NULL,
        entered_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX project_result_project ON project_result (project_id, id)",
    # Each stays; the latest of a year counts, and none stands if that was taken back.
    """
    CREATE TABLE project_verdict (
        id uuid PRIMARY KEY,
        project_id uuid NOT NULL REFERENCES project,
        year integer NOT NULL,
        verdict text CHECK (verdict IN ('met', 'partly', 'not_met')),
        reason text NOT NULL,
        proposed_by text NOT NULL,
        confirmed_by text NOT NULL CHECK (confirmed_by <> proposed_by),
        confirmed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX project_verdict_project ON project_verdict (project_id, id)",
    *(
        f"""
        CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
        """
        for table in ("project_result", "project_verdict")
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
