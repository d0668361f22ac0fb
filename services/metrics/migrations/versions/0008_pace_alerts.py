"""Alerts of what falls behind the plan, and the outbox from which they are told."""

from alembic import op

from shared.migrations import backbone

revision = "0008"
down_revision = "0007"

# In no projection: a rebuild does not forget what was told.
STATEMENTS = (
    """
    CREATE TABLE public.pace_alert (
        id uuid PRIMARY KEY,
        plan text NOT NULL,
        along text NOT NULL,
        measure text NOT NULL,
        key text NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'ended')),
        day date NOT NULL,
        target bigint NOT NULL,
        done bigint NOT NULL,
        expected bigint NOT NULL,
        behind_by bigint NOT NULL,
        behind_since date,
        forecast bigint,
        method text NOT NULL,
        raised_at timestamptz NOT NULL,
        ended_at timestamptz,
        ended_because text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT ended CHECK ((status = 'ended') = (ended_at IS NOT NULL))
    )
    """,
    "CREATE UNIQUE INDEX pace_alert_open ON public.pace_alert (plan, along, measure, key) WHERE status = 'open'",
    """
    CREATE TABLE public.pace_judgement (
        plan text PRIMARY KEY,
        day date NOT NULL,
        judged_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL search_path = public")
    for statement in (*STATEMENTS, *backbone.PUBLISHER):
        op.execute(statement)
