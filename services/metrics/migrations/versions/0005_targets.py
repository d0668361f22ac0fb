"""Targets by region and department, figures entered by hand, their proposals, and the ends of the log."""

from alembic import op

from shared.migrations import backbone, proposals

revision = "0005"
down_revision = "0004"

# In no projection: they are not derived from facts, and a rebuild leaves them as they are.
STATEMENTS = (
    """
    CREATE TABLE public.target_sheet (
        plan text NOT NULL,
        axis text NOT NULL CHECK (axis IN ('region', 'department')),
        version integer NOT NULL CHECK (version >= 1),
        proposed_by text NOT NULL,
        confirmed_by text NOT NULL,
        confirmed_at timestamptz NOT NULL,
        PRIMARY KEY (plan, axis, version),
        CONSTRAINT four_eyes CHECK (confirmed_by <> proposed_by)
    )
    """,
    """
    CREATE TABLE public.target (
        plan text NOT NULL,
        axis text NOT NULL,
        version integer NOT NULL,
        place integer NOT NULL,
        key text NOT NULL,
        measure text NOT NULL,
        programme text,
        month smallint CHECK (month BETWEEN 1 AND 12),
        target bigint CHECK (target >= 0),
        PRIMARY KEY (plan, axis, version, place),
        FOREIGN KEY (plan, axis, version) REFERENCES public.target_sheet
    )
    """,
    """
    CREATE TABLE public.figure (
        id uuid PRIMARY KEY,
        plan text NOT NULL,
        indicator text NOT NULL,
        value numeric NOT NULL CHECK (value >= 0),
        as_of date NOT NULL,
        source text NOT NULL,
        proposed_by text NOT NULL,
        confirmed_by text NOT NULL,
        confirmed_at timestamptz NOT NULL,
        CONSTRAINT four_eyes CHECK (confirmed_by <> proposed_by)
    )
    """,
    # Where the log ended when the worker looked: how far totals are behind it.
    """
    CREATE TABLE public.log_end (
        topic text NOT NULL,
        partition integer NOT NULL,
        next_offset bigint NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (topic, partition)
    )
    """,
    "CREATE INDEX figure_indicator ON public.figure (plan, indicator, as_of, id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL search_path = public")
    for statement in (*STATEMENTS, *proposals.STATEMENTS, *backbone.HTTP_WRITER):
        op.execute(statement)
