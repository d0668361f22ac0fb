"""Awards beside levels: numbers from 101 in the columns of levels; licences; renewals are paid once in a cycle."""

from alembic import op

revision = "0008"
down_revision = "0007"

RENEWAL = 104
"""The number of the award for the renewal of a special-operations licence."""

STATEMENTS = (
    "ALTER TABLE claim DROP CONSTRAINT claim_level_check",
    """
    ALTER TABLE claim ADD CONSTRAINT claim_level_check CHECK (level BETWEEN 1 AND 8 OR level BETWEEN 101 AND 199)
    NOT VALID
    """,
    "ALTER TABLE claim VALIDATE CONSTRAINT claim_level_check",
    "CREATE INDEX claim_award ON claim (level, id)",
    # Unique for a person, occupation and award over all claims, and for renewals in a year; by person it is also what
    # a claim's checks look up.
    "DROP INDEX claim_line_held",
    f"""
    CREATE UNIQUE INDEX claim_line_held
    ON claim_line (person, occupation, level, (CASE WHEN level = {RENEWAL} THEN year ELSE 0 END))
    WHERE live AND amount_fen > 0
    """,
    """
    CREATE TABLE heard_licence (
        id uuid PRIMARY KEY,
        level smallint NOT NULL,
        issued_on date NOT NULL,
        confirmed boolean NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
