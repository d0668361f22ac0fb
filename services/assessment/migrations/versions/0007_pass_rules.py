"""The mark that exams need is a dated row, whose first has the value that stood in the code; results keep their row."""

from alembic import op

from shared.migrations.dated_rules import SEQUENCE, figures

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    *SEQUENCE,
    *figures("pass_rule"),
    # 60 points, for all recorded exams and the whole nation.
    """
    INSERT INTO pass_rule (id, key, value, region, validity, status, source, note, entered_by, entered_at,
        decided_by, decided_at)
    VALUES ('NAT-PASS-60', 'pass.part_tenths_min', '600', '000000', '[2000-01-01,)', 'sourced', 'rules §3.3 [13]',
        'as it stood in the code before', 'not recorded', '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08')
    """,
    "ALTER TABLE candidate ADD COLUMN pass_rule text",
    "ALTER TABLE replaced_result ADD COLUMN pass_rule text",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
