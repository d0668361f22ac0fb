"""Copies of the registry's facts, bodies, sessions, candidates, certificates, and the backbone's tables."""

from alembic import op

from shared.migrations import backbone

revision = "0001"
down_revision = None

HEARD = (
    "CREATE TABLE heard_programme (code text PRIMARY KEY, parent text)",
    """
    CREATE TABLE heard_region (
        code text PRIMARY KEY,
        parent text,
        reporting_region text,
        valid_to date,
        replaced_by text
    )
    """,
    """
    CREATE TABLE heard_class (
        id uuid PRIMARY KEY,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8),
        cancelled boolean NOT NULL
    )
    """,
    # A candidate's enrolment is looked up by class and person.
    """
    CREATE TABLE heard_enrolment (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL,
        person uuid NOT NULL,
        programme text NOT NULL,
        has_left boolean NOT NULL
    )
    """,
    "CREATE INDEX heard_enrolment_class ON heard_enrolment (class_id, person)",
    # While the row exists, `person` and `into_person` are one human.
    "CREATE TABLE heard_alias (person uuid PRIMARY KEY, into_person uuid NOT NULL)",
    "CREATE INDEX heard_alias_into ON heard_alias (into_person)",
)

TABLES = (
    # `scope` is a list of [occupation, rank], in order.
    """
    CREATE TABLE body (
        id uuid PRIMARY KEY,
        credit_code text NOT NULL UNIQUE,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('employer', 'college', 'social')),
        region text NOT NULL,
        reporting_region text NOT NULL,
        number_prefix text NOT NULL UNIQUE CHECK (length(number_prefix) = 13),
        scope jsonb NOT NULL,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    """
    CREATE TABLE session (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        local_id text NOT NULL,
        class_id uuid,
        programme text NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        outside_territory boolean NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 2 AND 6),
        held_on date NOT NULL,
        status text NOT NULL CHECK (status IN ('filed', 'concluded', 'cancelled')),
        filed_by text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (body_id, local_id)
    )
    """,
    # One encrypted value holds document number and name; only `person` is readable without the field keys.
    """
    CREATE TABLE candidate_person (
        person uuid PRIMARY KEY,
        document_kind text NOT NULL,
        sealed bytea NOT NULL
    )
    """,
    # Marks in tenths of a point. The version is that of the result, 0 before there is one.
    """
    CREATE TABLE candidate (
        id uuid PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES session,
        person uuid NOT NULL REFERENCES candidate_person,
        local_id text NOT NULL,
        absent boolean NOT NULL DEFAULT false,
        theory smallint CHECK (theory BETWEEN 0 AND 1000),
        skills smallint CHECK (skills BETWEEN 0 AND 1000),
        review smallint CHECK (review BETWEEN 0 AND 1000),
        passed boolean,
        version integer NOT NULL DEFAULT 0 CHECK (version >= 0),
        UNIQUE (session_id, local_id),
        UNIQUE (session_id, person),
        CHECK ((passed IS NULL) = (theory IS NULL) AND (passed IS NULL) = (skills IS NULL)),
        CHECK (NOT (absent AND passed IS NOT NULL))
    )
    """,
    # Results that a correction replaced, with person and reason: nothing is lost.
    """
    CREATE TABLE replaced_result (
        candidate_id uuid NOT NULL REFERENCES candidate,
        version integer NOT NULL,
        absent boolean NOT NULL,
        theory smallint,
        skills smallint,
        review smallint,
        reason text NOT NULL,
        replaced_by text NOT NULL,
        replaced_at timestamptz NOT NULL,
        PRIMARY KEY (candidate_id, version)
    )
    """,
    # The last certificate serial of a body in a year; the row is the lock that keeps serials without gaps.
    """
    CREATE TABLE certificate_serial (
        body_id uuid NOT NULL REFERENCES body,
        year integer NOT NULL,
        last_serial integer NOT NULL CHECK (last_serial BETWEEN 0 AND 999999),
        PRIMARY KEY (body_id, year)
    )
    """,
    """
    CREATE TABLE certificate (
        id uuid PRIMARY KEY,
        number text NOT NULL UNIQUE CHECK (length(number) = 22),
        person uuid NOT NULL REFERENCES candidate_person,
        candidate_id uuid NOT NULL REFERENCES candidate,
        body_id uuid NOT NULL REFERENCES body,
        session_id uuid NOT NULL REFERENCES session,
        class_id uuid,
        programme text NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8),
        issued_on date NOT NULL,
        issued_by text NOT NULL,
        status text NOT NULL CHECK (status IN ('valid', 'revoked')),
        version integer NOT NULL CHECK (version >= 1),
        revoked_at timestamptz,
        revoked_by text,
        revocation_reason text,
        CHECK ((status = 'revoked') = (revoked_at IS NOT NULL))
    )
    """,
    # Two sessions cannot certify a person for the same thing; the loser is retried and sees the winner's certificate.
    """
    CREATE UNIQUE INDEX certificate_one_valid ON certificate (person, occupation, level) WHERE status = 'valid'
    """,
    "CREATE INDEX certificate_session ON certificate (session_id, id)",
    "CREATE INDEX certificate_candidate ON certificate (candidate_id)",
    "CREATE INDEX certificate_body ON certificate (body_id, id)",
)


def upgrade() -> None:
    for statement in (*HEARD, *TABLES, *backbone.PUBLISHER, *backbone.CONSUMER, *backbone.HTTP_WRITER):
        op.execute(statement)
