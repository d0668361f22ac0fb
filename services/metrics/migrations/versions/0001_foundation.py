"""The first layout of the projection, with what the migrations up to 0004 add. 0007 makes the present one from it."""

from alembic import op

from shared.migrations import backbone

revision = "0001"
down_revision = None

SCHEMA = "live"

_CONTRIBUTION = """
CREATE TABLE contribution (
    subject uuid NOT NULL,
    part integer NOT NULL,
    version integer NOT NULL,
    measure text COLLATE "C",
    programme text COLLATE "C",
    region text COLLATE "C",
    reporting_region text COLLATE "C" NOT NULL DEFAULT '',
    level smallint,
    plan_year smallint NOT NULL DEFAULT 0,
    day date,
    amount bigint NOT NULL,
    waits_for uuid,
    organisation uuid,
    traits smallint NOT NULL DEFAULT 0,
    was_from date,
    was_until date,
    PRIMARY KEY (subject, part)
) WITH (fillfactor = 70)
"""
_WAITING = "CREATE INDEX contribution_waiting ON contribution (waits_for) WHERE waits_for IS NOT NULL"
_UNDESCRIBED = """
CREATE INDEX contribution_undescribed ON contribution (organisation)
WHERE organisation IS NOT NULL AND traits & 15 = 0
"""
_ORGANISATION = "CREATE TABLE organisation (id uuid PRIMARY KEY, kind smallint NOT NULL)"
_STARTED = "CREATE TABLE started (class_id uuid PRIMARY KEY)"
_CELL = """
CREATE TABLE cell (
    measure text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    reporting_region text COLLATE "C" NOT NULL DEFAULT '',
    level smallint NOT NULL,
    plan_year smallint NOT NULL DEFAULT 0,
    day date NOT NULL,
    traits smallint NOT NULL DEFAULT 0,
    amount bigint NOT NULL,
    PRIMARY KEY (measure, programme, region, level, day, plan_year, reporting_region, traits)
) WITH (fillfactor = 70)
"""
_HOLDING = """
CREATE TABLE holding (
    certificate uuid PRIMARY KEY,
    person uuid NOT NULL,
    plan_year smallint NOT NULL DEFAULT 0,
    programme text NOT NULL,
    region text NOT NULL,
    reporting_region text NOT NULL DEFAULT '',
    level smallint NOT NULL,
    issued_on date NOT NULL,
    valid boolean NOT NULL,
    organisation uuid
)
"""
_HOLDING_OF_PERSON = "CREATE INDEX holding_of_person ON holding (person, issued_on, certificate) WHERE valid"
_ALIAS = """
CREATE TABLE alias (
    person uuid PRIMARY KEY,
    into_person uuid NOT NULL
)
"""
_ALIAS_INTO = "CREATE INDEX alias_into ON alias (into_person)"
_LISTED = """
CREATE TABLE listed (
    subject text PRIMARY KEY,
    content jsonb NOT NULL
)
"""

STATEMENTS = (
    _CONTRIBUTION,
    _WAITING,
    _UNDESCRIBED,
    _ORGANISATION,
    _STARTED,
    _CELL,
    _HOLDING,
    _HOLDING_OF_PERSON,
    _ALIAS,
    _ALIAS_INTO,
    _LISTED,
    *backbone.CONSUMER,
)


def upgrade() -> None:
    for statement in (f"CREATE SCHEMA {SCHEMA}", f"SET LOCAL search_path = {SCHEMA}", *STATEMENTS):
        op.execute(statement)
