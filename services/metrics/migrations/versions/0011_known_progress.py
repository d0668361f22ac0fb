"""What progress and pace were held against on each day, and today's map for the figures of a day that is over.

Closings from before this version have no counts of technicians: nobody can say any more what these were.
"""

from alembic import op

from services.metrics.history.store import KNOWN
from services.metrics.projection.store import LIVE

revision = "0011"
down_revision = "0010"

_DAY, _MAP_DAY = (f"nullif(current_setting('history.{name}', true), '')::date" for name in ("day", "map_day"))

STATEMENTS = (
    # From which day on each sheet and each figure was known.
    """
    CREATE TABLE public.closing_target_sheet (
        plan text NOT NULL,
        axis text NOT NULL,
        version integer NOT NULL,
        known_on date NOT NULL REFERENCES public.closing,
        PRIMARY KEY (plan, axis, version),
        FOREIGN KEY (plan, axis, version) REFERENCES public.target_sheet
    )
    """,
    """
    CREATE TABLE public.closing_figure (
        id uuid PRIMARY KEY REFERENCES public.figure,
        known_on date NOT NULL REFERENCES public.closing
    )
    """,
    """
    CREATE TABLE public.closing_technicians (
        day date NOT NULL REFERENCES public.closing,
        plan_year smallint NOT NULL,
        young_technicians bigint NOT NULL,
        young_appointed bigint NOT NULL,
        appointed bigint NOT NULL,
        filed_enterprises bigint NOT NULL,
        PRIMARY KEY (day, plan_year)
    )
    """,
    """
    INSERT INTO public.closing_target_sheet
    SELECT plan, axis, version, min(day) FROM public.target_sheet JOIN public.closing ON taken_at >= confirmed_at
    GROUP BY plan, axis, version
    """,
    """
    INSERT INTO public.closing_figure
    SELECT id, min(day) FROM public.figure JOIN public.closing ON taken_at >= confirmed_at GROUP BY id
    """,
    f"""
    CREATE VIEW {KNOWN}.target_sheet AS
    SELECT plan, axis, version, proposed_by, confirmed_by, confirmed_at
    FROM public.target_sheet JOIN public.closing_target_sheet USING (plan, axis, version)
    WHERE known_on <= {_DAY}
    """,
    f"""
    CREATE VIEW {KNOWN}.figure AS
    SELECT id, plan, indicator, value, as_of, source, proposed_by, confirmed_by, confirmed_at
    FROM public.figure JOIN public.closing_figure USING (id)
    WHERE known_on <= {_DAY}
    """,
    # A function, because a view would depend on the table, which a rebuild replaces.
    f"""
    CREATE FUNCTION {KNOWN}.region_of_today() RETURNS TABLE (subject text, content jsonb) LANGUAGE sql STABLE AS
    $$ SELECT subject, content FROM {LIVE}.listed WHERE starts_with(subject, 'regions/') $$
    """,
    # A day of the map after the day itself stands for today's map.
    f"""
    CREATE OR REPLACE VIEW {KNOWN}.listed AS
    SELECT DISTINCT ON (subject) subject, content FROM (
        SELECT subject, content, known_on FROM public.closing_listed
        WHERE known_on <= {_DAY} AND NOT (starts_with(subject, 'regions/') AND {_MAP_DAY} > {_DAY})
        UNION ALL
        SELECT subject, content, {_DAY} FROM {KNOWN}.region_of_today() WHERE {_MAP_DAY} > {_DAY}
    ) AS told (subject, content, known_on)
    ORDER BY subject, known_on DESC
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL search_path = public")
    for statement in STATEMENTS:
        op.execute(statement)
