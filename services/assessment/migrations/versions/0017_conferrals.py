"""Awards without an exam, terms of posts, rules of direct recognition; the way to a certificate, and who was young."""

from alembic import op

from shared.migrations.dated_rules import provenance

revision = "0017"
down_revision = "0016"

_LEVELS = "level BETWEEN 1 AND 8 OR level BETWEEN 101 AND 199"

STATEMENTS = (
    f"""
    CREATE TABLE conferral (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        local_id text NOT NULL,
        way text NOT NULL CHECK (way IN ('process', 'recognition', 'appointment', 'apprenticeship')),
        class_id uuid,
        programme text NOT NULL,
        region text NOT NULL,
        reporting_region text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL CHECK ({_LEVELS}),
        plan_year integer NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'submitted', 'public', 'concluded', 'withdrawn')),
        filed_by text NOT NULL,
        filed_at timestamptz NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        decided_by text,
        decided_on date,
        public_until date,
        UNIQUE (body_id, local_id),
        CHECK ((decided_by IS NULL) = (decided_on IS NULL)),
        CHECK (status NOT IN ('public', 'concluded') OR decided_by IS NOT NULL)
    )
    """,
    "CREATE INDEX conferral_body ON conferral (body_id, id)",
    # The evidence is encrypted, bound to the nominee. `basis` is what counts once for a person.
    """
    CREATE TABLE nominee (
        id uuid PRIMARY KEY,
        conferral_id uuid NOT NULL REFERENCES conferral,
        person uuid NOT NULL REFERENCES candidate_person,
        local_id text NOT NULL,
        evidence bytea NOT NULL,
        basis text,
        rule text,
        struck_by text,
        struck_at timestamptz,
        striking_reason text,
        version integer NOT NULL CHECK (version >= 1),
        UNIQUE (conferral_id, local_id),
        UNIQUE (conferral_id, person),
        CHECK ((struck_by IS NULL) = (struck_at IS NULL))
    )
    """,
    "CREATE INDEX nominee_list ON nominee (conferral_id, id)",
    "CREATE INDEX nominee_basis ON nominee (person, basis) WHERE basis IS NOT NULL",
    """
    CREATE TABLE conferral_step (
        conferral_id uuid NOT NULL REFERENCES conferral,
        nominee_id uuid REFERENCES nominee,
        version integer NOT NULL,
        verb text NOT NULL,
        taken_by text NOT NULL,
        taken_at timestamptz NOT NULL,
        reason text,
        content jsonb NOT NULL
    )
    """,
    "CREATE INDEX conferral_step_of ON conferral_step (conferral_id, taken_at)",
    # A certificate rests on an exam or on a conferral. The version before only writes and reads the former.
    """
    ALTER TABLE certificate
        ADD COLUMN conferral_id uuid REFERENCES conferral,
        ADD COLUMN way text NOT NULL DEFAULT 'exam',
        ADD COLUMN young boolean,
        ALTER COLUMN candidate_id DROP NOT NULL,
        ALTER COLUMN session_id DROP NOT NULL
    """,
    """
    ALTER TABLE certificate ADD CONSTRAINT certificate_rests_on CHECK (
        num_nonnulls(session_id, conferral_id) = 1
        AND (way = 'exam') = (session_id IS NOT NULL) AND (candidate_id IS NULL) = (session_id IS NULL)
    ) NOT VALID
    """,
    "ALTER TABLE certificate VALIDATE CONSTRAINT certificate_rests_on",
    "CREATE INDEX certificate_conferral ON certificate (conferral_id, id) WHERE conferral_id IS NOT NULL",
    """
    CREATE TABLE appointment_term (
        id uuid PRIMARY KEY,
        certificate_id uuid NOT NULL REFERENCES certificate,
        post text NOT NULL,
        reference text NOT NULL,
        first_on date NOT NULL,
        last_on date NOT NULL,
        opened_by text NOT NULL,
        opened_at timestamptz NOT NULL,
        agreed_by text NOT NULL,
        ended_by text,
        ended_at timestamptz,
        ending_reason text,
        version integer NOT NULL CHECK (version >= 1)
    )
    """,
    "CREATE INDEX appointment_term_of ON appointment_term (certificate_id, first_on)",
    """
    CREATE TABLE recognition_rule (
        id text PRIMARY KEY DEFAULT CAST(uuidv7() AS text),
        contest text NOT NULL,
        held smallint,
        level smallint NOT NULL CHECK (level BETWEEN 2 AND 6),
        first_place integer NOT NULL,
        last_place integer NOT NULL CHECK (last_place = 0 OR last_place >= first_place),
        region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
        validity daterange NOT NULL CHECK (NOT lower_inf(validity) AND NOT isempty(validity)),
        status text NOT NULL,
        source text NOT NULL
    )
    """,
    *provenance("recognition_rule", first_day="lower(validity)"),
    """
    INSERT INTO recognition_rule (id, contest, held, level, first_place, last_place, region, validity, status, source,
        entered_by, entered_at, decided_by, decided_at)
    SELECT 'NAT-' || contest || '-L' || level || coalesce('-L' || held, ''), contest, held, level, first_place,
        last_place, '000000', '[2000-01-01,)', 'assumption', 'rules §3.4 [13b]', 'not recorded',
        '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08'
    FROM (VALUES
        ('national-1', NULL, 5, 1, 8), ('national-1', 5, 6, 1, 8),
        ('national-1', NULL, 4, 9, 15), ('national-1', 4, 5, 9, 15),
        ('national-2', NULL, 5, 1, 5), ('national-2', 5, 6, 1, 5),
        ('national-2', NULL, 4, 6, 10), ('national-2', 4, 5, 6, 10)
    ) AS row (contest, held, level, first_place, last_place)
    """,
    """
    INSERT INTO pass_rule (id, key, value, region, validity, status, source, note, entered_by, entered_at,
        decided_by, decided_at)
    SELECT id, key, value, '000000', '[2000-01-01,)', status, source, note, 'not recorded', '2000-01-01 00:00+08',
        'not recorded', '2000-01-01 00:00+08'
    FROM (VALUES
        ('NAT-CONFERRAL-PUBLICITY-2000', 'conferral.publicity_working_days', '5', 'sourced', 'rules §3.7 [13c]',
            'as for results of exams'),
        ('NAT-CONFERRAL-APPRENTICES-2000', 'conferral.apprentice_publicity_working_days', '0', 'sourced',
            'rules §3.1 [13]', 'the employer sets the conditions'),
        ('NAT-YOUNG-2000', 'young.age_below', '35', 'assumption', 'rules §1',
            'the plan says no age: under 35 on the day of the certificate')
    ) AS row (id, key, value, status, source, note)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
