"""Where totals differ from what the owners tell of their own tables, and when that was compared."""

from alembic import op

revision = "0006"
down_revision = "0005"

# In no projection: a rebuild does not forget since when something differs.
STATEMENTS = (
    """
    CREATE TABLE public.book_difference (
        programme text NOT NULL,
        reporting_region text NOT NULL,
        plan_year integer NOT NULL,
        measure text NOT NULL,
        told_records bigint NOT NULL,
        told_amount bigint NOT NULL,
        told_checksum text NOT NULL,
        counted_records bigint NOT NULL,
        counted_amount bigint NOT NULL,
        counted_checksum text NOT NULL,
        shown_amount bigint NOT NULL,
        since timestamptz NOT NULL,
        red_from timestamptz NOT NULL,
        PRIMARY KEY (programme, reporting_region, plan_year, measure)
    )
    """,
    "CREATE TABLE public.book_comparison (one boolean PRIMARY KEY CHECK (one), compared_at timestamptz NOT NULL)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
