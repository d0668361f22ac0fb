"""Which trainings are completed; questions about names in lists of awards without an exam."""

from alembic import op

revision = "0025"
down_revision = "0024"

STATEMENTS = (
    # Null for what was received before: the version before does not write it.
    "ALTER TABLE heard_enrolment ADD COLUMN completed boolean",
    # A question is about a candidate or about a nominee. The version before asks only about candidates.
    """
    ALTER TABLE name_question
        ALTER COLUMN session_id DROP NOT NULL,
        ALTER COLUMN candidate_id DROP NOT NULL,
        ADD COLUMN conferral_id uuid REFERENCES conferral,
        ADD COLUMN nominee_id uuid REFERENCES nominee
    """,
    """
    ALTER TABLE name_question ADD CONSTRAINT name_question_about CHECK (
        num_nonnulls(session_id, conferral_id) = 1
        AND (candidate_id IS NULL) = (session_id IS NULL) AND (nominee_id IS NULL) = (conferral_id IS NULL)
    ) NOT VALID
    """,
    "ALTER TABLE name_question VALIDATE CONSTRAINT name_question_about",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
