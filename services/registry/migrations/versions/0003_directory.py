"""The two catalogues: projects that may be subsidised, institutions with what they are listed for; sanctions; flags."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    CREATE TABLE project (
        code text PRIMARY KEY,
        name_zh text NOT NULL,
        name_en text NOT NULL,
        edition text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 8),
        category text NOT NULL,
        hours_min integer NOT NULL CHECK (hours_min >= 1),
        is_scarce boolean NOT NULL,
        is_needed boolean NOT NULL,
        listed daterange NOT NULL CHECK (NOT lower_inf(listed) AND NOT isempty(listed)),
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    "CREATE INDEX project_occupation ON project (occupation, level)",
    # Marks are keyed hashes: equal marks mean the same owner, address or account, and nothing else can be read in them.
    """
    ALTER TABLE institution
        ADD COLUMN department text NOT NULL DEFAULT '',
        ADD COLUMN owner_mark uuid,
        ADD COLUMN account_mark uuid
    """,
    "CREATE INDEX institution_region ON institution (region, id)",
    "CREATE INDEX institution_reporting_region ON institution (reporting_region, id)",
    """
    CREATE TABLE site (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        local_id text NOT NULL,
        address text NOT NULL,
        address_mark uuid NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        longitude double precision CHECK (longitude BETWEEN 73 AND 136),
        latitude double precision CHECK (latitude BETWEEN 3 AND 54),
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (institution_id, local_id),
        CHECK ((longitude IS NULL) = (latitude IS NULL))
    )
    """,
    # Whether another institution lists the same place.
    "CREATE INDEX site_address ON site (address_mark)",
    """
    CREATE TABLE room (
        site_id uuid NOT NULL REFERENCES site,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('theory', 'practice')),
        seats integer NOT NULL CHECK (seats >= 1),
        listed boolean NOT NULL DEFAULT true,
        PRIMARY KEY (site_id, name)
    )
    """,
    # What was closed before it began has its last day before its first, and takes up no day.
    """
    CREATE TABLE listing (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        project text NOT NULL REFERENCES project,
        first_on date NOT NULL,
        last_on date CHECK (last_on >= first_on - 1),
        opened_by text NOT NULL,
        closed_by text,
        closing_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT listed_once EXCLUDE USING gist
            (institution_id WITH =, project WITH =, daterange(first_on, last_on + 1) WITH &&),
        CHECK ((closed_by IS NULL) = (closing_reason IS NULL))
    )
    """,
    "CREATE INDEX listing_institution ON listing (institution_id, id)",
    """
    CREATE TABLE sanction (
        id uuid PRIMARY KEY,
        institution_id uuid NOT NULL REFERENCES institution,
        step text NOT NULL CHECK (step IN ('talk', 'rectify', 'stop', 'delist', 'blacklist')),
        first_on date NOT NULL,
        last_on date CHECK (last_on >= first_on - 1),
        reason text NOT NULL,
        imposed_by text NOT NULL,
        imposed_at timestamptz NOT NULL,
        lifted_by text,
        lifted_at timestamptz,
        lifting_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CONSTRAINT imposed_once EXCLUDE USING gist
            (institution_id WITH =, step WITH =, daterange(first_on, last_on + 1) WITH &&),
        CHECK ((lifted_by IS NULL) = (lifted_at IS NULL) AND (lifted_by IS NULL) = (lifting_reason IS NULL))
    )
    """,
    "CREATE INDEX sanction_institution ON sanction (institution_id, id)",
    # What a blacklisted institution could come back with. Kept when the sanction ends: that is history, not guilt.
    """
    CREATE TABLE blacklisted_mark (
        kind text NOT NULL CHECK (kind IN ('owner', 'site', 'account')),
        mark uuid NOT NULL,
        institution_id uuid NOT NULL REFERENCES institution,
        PRIMARY KEY (kind, mark, institution_id)
    )
    """,
    # One flag for one thing seen: raised again, it stays the same flag.
    """
    CREATE TABLE flag (
        id uuid PRIMARY KEY,
        code text NOT NULL CHECK (code ~ '^C[0-9]{2}$'),
        kind text NOT NULL,
        seen text NOT NULL,
        institution_id uuid,
        class_id uuid,
        enrolment_id uuid,
        person uuid,
        region text NOT NULL,
        reporting_region text NOT NULL,
        holds boolean NOT NULL,
        facts jsonb NOT NULL,
        raised_at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'upheld', 'dismissed')),
        settled_by text,
        settled_at timestamptz,
        settling_reason text,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (kind, seen),
        CHECK ((status = 'open') = (settled_by IS NULL))
    )
    """,
    "CREATE INDEX flag_status ON flag (status, id)",
    "CREATE INDEX flag_region ON flag (region, id)",
    "CREATE INDEX flag_region_status ON flag (region, status, id)",
    "CREATE INDEX flag_reporting_region ON flag (reporting_region, id)",
    "CREATE INDEX flag_reporting_region_status ON flag (reporting_region, status, id)",
    "CREATE INDEX flag_code ON flag (code, id)",
    "CREATE INDEX flag_class ON flag (class_id, id)",
    "CREATE INDEX flag_institution ON flag (institution_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
