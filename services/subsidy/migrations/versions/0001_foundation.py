"""Policy rows, budgets, claims, copies of consumed facts, and the backbone's tables."""

from alembic import op

from shared.migrations import backbone

revision = "0001"
down_revision = None

POLICY = (
    # Needed for WITHOUT OVERLAPS with plain columns in addition to the range.
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    CREATE TABLE policy_row (
        id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('training', 'assessment', 'apprenticeship', 'skill_upgrade', 'living')),
        payee text NOT NULL,
        item text NOT NULL,
        amount_fen bigint CHECK (amount_fen > 0),
        unit text NOT NULL,
        jurisdiction text NOT NULL CHECK (jurisdiction ~ '^[0-9]{6}$'),
        validity daterange NOT NULL CHECK (NOT lower_inf(validity)),
        valid_from_status text NOT NULL,
        source text NOT NULL,
        status text NOT NULL,
        conditions text NOT NULL,
        UNIQUE (kind, item, jurisdiction, validity WITHOUT OVERLAPS)
    )
    """,
)

BUDGETS = (
    """
    CREATE TABLE budget (
        id uuid PRIMARY KEY,
        region text NOT NULL,
        fund_source text NOT NULL,
        year integer NOT NULL,
        total_fen bigint NOT NULL CHECK (total_fen >= 0),
        committed_fen bigint NOT NULL DEFAULT 0 CHECK (committed_fen >= 0),
        paid_fen bigint NOT NULL DEFAULT 0 CHECK (paid_fen >= 0),
        recovered_fen bigint NOT NULL DEFAULT 0 CHECK (recovered_fen >= 0),
        UNIQUE (region, fund_source, year),
        CONSTRAINT never_overspent CHECK (committed_fen - recovered_fen <= total_fen),
        CONSTRAINT paid_as_committed CHECK (paid_fen <= committed_fen),
        CONSTRAINT recovered_as_paid CHECK (recovered_fen <= paid_fen)
    )
    """,
    """
    CREATE TABLE budget_event (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        budget_id uuid NOT NULL REFERENCES budget,
        total_fen bigint NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL
    )
    """,
)

CLAIMS = (
    """
    CREATE TABLE claim (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL,
        local_id text NOT NULL,
        class_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        fund_source text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8),
        starts_on date NOT NULL,
        policy_row text REFERENCES policy_row,
        status text NOT NULL CHECK (status IN
            ('draft', 'submitted', 'returned', 'rejected', 'approved', 'paid', 'recovered')),
        submitted_by text,
        submitted_on date,
        approved_by text,
        approved_on date,
        paid_on date,
        payment_reference text,
        amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
        recovered_fen bigint NOT NULL CHECK (recovered_fen BETWEEN 0 AND amount_fen),
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (institution_id, local_id),
        CONSTRAINT four_eyes CHECK (approved_by <> submitted_by),
        CONSTRAINT paid_after_approval CHECK (paid_on >= approved_on)
    )
    """,
    "CREATE UNIQUE INDEX claim_standing ON claim (class_id) WHERE status <> 'rejected'",
    """
    CREATE TABLE claim_line (
        claim_id uuid NOT NULL REFERENCES claim,
        line integer NOT NULL CHECK (line >= 1),
        enrolment_id uuid NOT NULL,
        person uuid NOT NULL,
        programme text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        year integer NOT NULL,
        trained_on date NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
        refusal text,
        recovered_on date,
        live boolean NOT NULL,
        PRIMARY KEY (claim_id, line),
        CONSTRAINT amount_or_refusal CHECK ((amount_fen = 0) = (refusal IS NOT NULL)),
        CONSTRAINT recovered_lets_go CHECK (recovered_on IS NULL OR NOT live)
    )
    """,
    # Unique for a person, occupation and level over all claims; also used by a claim's checks to look up by person.
    """
    CREATE UNIQUE INDEX claim_line_held ON claim_line (person, occupation, level) WHERE live AND amount_fen > 0
    """,
    # A row to lock for each person for whom lines were ever built.
    "CREATE TABLE claimant (person uuid PRIMARY KEY) WITH (fillfactor = 80)",
    """
    CREATE TABLE claim_event (
        claim_id uuid NOT NULL REFERENCES claim,
        version integer NOT NULL,
        verb text NOT NULL,
        done_by text NOT NULL,
        done_at timestamptz NOT NULL,
        reason text,
        PRIMARY KEY (claim_id, version)
    )
    """,
)

HEARD = (
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
        institution_id uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        fund_source text,
        starts_on date NOT NULL,
        state text NOT NULL,
        enrolled integer NOT NULL
    )
    """,
    """
    CREATE TABLE heard_enrolment (
        id uuid PRIMARY KEY,
        class_id uuid NOT NULL,
        person uuid NOT NULL,
        programme text NOT NULL,
        outcome text NOT NULL,
        effective_on date NOT NULL
    )
    """,
    "CREATE INDEX heard_enrolment_class ON heard_enrolment (class_id, id)",
    """
    CREATE TABLE heard_certificate (
        id uuid PRIMARY KEY,
        person uuid NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        issued_on date NOT NULL,
        valid boolean NOT NULL
    )
    """,
    "CREATE INDEX heard_certificate_person ON heard_certificate (person, occupation, level)",
    # While the row exists, everything of `person` counts for `into_person` as well.
    "CREATE TABLE heard_alias (person uuid PRIMARY KEY, into_person uuid NOT NULL)",
    "CREATE INDEX heard_alias_into ON heard_alias (into_person)",
)


def upgrade() -> None:
    own = (*POLICY, *BUDGETS, *CLAIMS, *HEARD)
    for statement in (*own, *backbone.PUBLISHER, *backbone.CONSUMER, *backbone.HTTP_WRITER):
        op.execute(statement)
