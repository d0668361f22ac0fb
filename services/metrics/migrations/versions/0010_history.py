"""What was known at the end of each day, and the tables of such a day under the names of those of the present."""

from alembic import op

from services.metrics.history.store import KNOWN

revision = "0010"
down_revision = "0009"

# Where no day is asked about, nothing was known.
_DAY, _MAP_DAY = (f"nullif(current_setting('history.{name}', true), '')::date" for name in ("day", "map_day"))

# In no projection: a rebuild does not change what was known on a day that is over.
STATEMENTS = (
    "CREATE TABLE public.closing (day date PRIMARY KEY, taken_at timestamptz NOT NULL)",
    """
    CREATE TABLE public.closing_position (
        day date NOT NULL REFERENCES public.closing,
        topic text NOT NULL,
        partition integer NOT NULL,
        next_offset bigint NOT NULL,
        applied_at timestamptz NOT NULL,
        PRIMARY KEY (day, topic, partition)
    )
    """,
    """
    CREATE TABLE public.closing_log_end (
        day date NOT NULL REFERENCES public.closing,
        topic text NOT NULL,
        partition integer NOT NULL,
        next_offset bigint NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (day, topic, partition)
    )
    """,
    # A rebuild numbers combinations again, so that those of closings have numbers of their own.
    """
    CREATE TABLE public.closing_combination (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plan_year smallint NOT NULL,
        programme text COLLATE "C" NOT NULL,
        region text COLLATE "C" NOT NULL,
        reporting_region text COLLATE "C" NOT NULL,
        award smallint NOT NULL,
        traits smallint NOT NULL,
        UNIQUE (plan_year, programme, region, reporting_region, award, traits)
    )
    """,
    # What a cell gained on the day; rows are only added.
    """
    CREATE TABLE public.closing_cell (
        known_on date NOT NULL REFERENCES public.closing,
        measure text COLLATE "C" NOT NULL,
        combination integer NOT NULL REFERENCES public.closing_combination,
        kind smallint NOT NULL,
        day date NOT NULL,
        amount bigint NOT NULL,
        PRIMARY KEY (known_on, measure, combination, kind, day)
    )
    """,
    # What was listed otherwise than on the closing before.
    """
    CREATE TABLE public.closing_listed (
        subject text NOT NULL,
        known_on date NOT NULL REFERENCES public.closing,
        content jsonb NOT NULL,
        PRIMARY KEY (subject, known_on)
    )
    """,
    f"CREATE SCHEMA {KNOWN}",
    f"""
    CREATE VIEW {KNOWN}.combination AS
    SELECT id, plan_year, programme, region, reporting_region, award, traits FROM public.closing_combination
    """,
    f"""
    CREATE VIEW {KNOWN}.cell AS
    SELECT measure, combination, kind, day, amount FROM public.closing_cell
    WHERE known_on <= {_DAY}
    """,
    f"""
    CREATE VIEW {KNOWN}.listed AS
    SELECT DISTINCT ON (subject) subject, content FROM public.closing_listed
    WHERE known_on <= {_DAY}
       OR starts_with(subject, 'regions/') AND known_on <= {_MAP_DAY}
    ORDER BY subject, known_on DESC
    """,
    f"""
    CREATE VIEW {KNOWN}.position AS
    SELECT topic, partition, next_offset, applied_at FROM public.closing_position
    WHERE day = {_DAY}
    """,
    f"""
    CREATE VIEW {KNOWN}.log_end AS
    SELECT topic, partition, next_offset, seen_at FROM public.closing_log_end
    WHERE day = {_DAY}
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
