"""Editions of certificates, revocations that were taken back, and blocks of numbers."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    "ALTER TABLE certificate ADD COLUMN edition integer NOT NULL DEFAULT 1 CHECK (edition >= 1)",
    # What an edition said that another one replaced, with persons, ground and reason: nothing is lost.
    """
    CREATE TABLE replaced_edition (
        certificate_id uuid NOT NULL REFERENCES certificate,
        edition integer NOT NULL,
        number text NOT NULL,
        occupation text NOT NULL,
        level smallint NOT NULL,
        issued_on date NOT NULL,
        former_holder bytea,
        ground text NOT NULL CHECK (ground IN ('lost', 'damaged', 'name-corrected', 'corrected')),
        reason text NOT NULL,
        proposed_by text NOT NULL,
        replaced_by text NOT NULL,
        replaced_at timestamptz NOT NULL,
        PRIMARY KEY (certificate_id, edition)
    )
    """,
    "CREATE INDEX replaced_edition_number ON replaced_edition (number)",
    # A revocation that was the mistake; the certificate itself holds the one that stands.
    """
    CREATE TABLE mistaken_revocation (
        certificate_id uuid NOT NULL REFERENCES certificate,
        version integer NOT NULL,
        revoked_at timestamptz NOT NULL,
        revoked_by text NOT NULL,
        revocation_reason text NOT NULL,
        proposed_by text NOT NULL,
        reinstated_by text NOT NULL,
        reinstated_at timestamptz NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (certificate_id, version),
        CHECK (proposed_by <> reinstated_by)
    )
    """,
    # Numbers are unique within their kind. The old version writes and looks for this kind only.
    "ALTER TABLE certificate ADD COLUMN number_kind text NOT NULL DEFAULT 'level-22'",
    "CREATE UNIQUE INDEX certificate_kinded_number ON certificate (number, number_kind)",
    "ALTER TABLE certificate DROP CONSTRAINT certificate_number_key",
    "ALTER TABLE certificate DROP CONSTRAINT certificate_number_check",
    """
    ALTER TABLE certificate ADD CONSTRAINT certificate_number_check
        CHECK (number_kind <> 'level-22' OR length(number) = 22)
    """,
    # Serials that the province gave; a body draws them in order, after the last one in certificate_serial.
    """
    CREATE TABLE number_block (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        year integer NOT NULL,
        first_serial integer NOT NULL CHECK (first_serial BETWEEN 1 AND 999999),
        last_serial integer NOT NULL CHECK (last_serial BETWEEN first_serial - 1 AND given_last_serial),
        given_last_serial integer NOT NULL CHECK (given_last_serial BETWEEN first_serial AND 999999),
        given_by text NOT NULL,
        given_at timestamptz NOT NULL,
        reason text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        ended_by text,
        ended_at timestamptz,
        ending_reason text,
        CONSTRAINT given_once EXCLUDE USING gist
            (body_id WITH =, year WITH =, int4range(first_serial, last_serial + 1) WITH &&),
        CHECK ((ended_by IS NULL) = (ended_at IS NULL))
    )
    """,
    "CREATE INDEX number_block_body ON number_block (body_id, year, first_serial)",
    """
    CREATE TABLE void_number (
        id uuid PRIMARY KEY,
        body_id uuid NOT NULL REFERENCES body,
        year integer NOT NULL,
        first_serial integer NOT NULL,
        last_serial integer NOT NULL CHECK (last_serial >= first_serial),
        reason text NOT NULL,
        voided_by text NOT NULL,
        voided_at timestamptz NOT NULL,
        CONSTRAINT void_once EXCLUDE USING gist
            (body_id WITH =, year WITH =, int4range(first_serial, last_serial + 1) WITH &&)
    )
    """,
    # What was drawn before there were blocks belongs to a first block.
    """
    INSERT INTO number_block (id, body_id, year, first_serial, last_serial, given_last_serial, given_by, given_at,
        reason, version)
    SELECT uuidv7(), body_id, year, 1, 999999, 999999, 'rule', '2000-01-01 00:00+08', 'numbers.blocks_needed', 1
    FROM certificate_serial
    """,
    """
    INSERT INTO pass_rule (id, key, value, region, validity, status, source, note, entered_by, entered_at,
        decided_by, decided_at)
    VALUES ('NAT-BLOCKS-2000', 'numbers.blocks_needed', 'no', '000000', '[2000-01-01,)', 'assumption',
        'rules §3.5 [10][11b]', 'one rule lets bodies number by themselves, another one has the province give numbers',
        'not recorded', '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08')
    """,
    # Credentials: each has a bit in a status list, whose number of changes tells verifiers whether their copy is old.
    "CREATE SEQUENCE credential_place",
    "CREATE TABLE status_list (list integer PRIMARY KEY, changes bigint NOT NULL DEFAULT 0)",
    """
    CREATE TABLE credential (
        certificate_id uuid NOT NULL REFERENCES certificate,
        edition integer NOT NULL,
        list integer NOT NULL REFERENCES status_list,
        index integer NOT NULL,
        key_id text NOT NULL,
        digest bytea NOT NULL,
        signed_by text NOT NULL,
        signed_at timestamptz NOT NULL,
        is_off boolean NOT NULL DEFAULT false,
        PRIMARY KEY (certificate_id, edition),
        UNIQUE (list, index)
    )
    """,
    "CREATE INDEX credential_off ON credential (list) WHERE is_off",
    """
    CREATE FUNCTION credential_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        WITH turned AS (
            UPDATE credential SET is_off = NOT is_off
            WHERE certificate_id = NEW.id AND is_off <> (NEW.status = 'revoked' OR edition <> NEW.edition)
            RETURNING list
        )
        UPDATE status_list SET changes = changes + 1 WHERE list IN (SELECT list FROM turned);
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER credential_follows AFTER UPDATE OF status, edition ON certificate
    FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.edition <> NEW.edition) EXECUTE FUNCTION credential_follows()
    """,
    # Codes that holders give away; only a keyed hash is stored.
    """
    CREATE TABLE verification_code (
        id uuid PRIMARY KEY,
        certificate_id uuid NOT NULL REFERENCES certificate,
        mark uuid NOT NULL UNIQUE,
        given_to text,
        given_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        ended_at timestamptz
    )
    """,
    "CREATE INDEX verification_code_certificate ON verification_code (certificate_id, id)",
    """
    CREATE TABLE verification_look (
        id uuid PRIMARY KEY,
        certificate_id uuid NOT NULL REFERENCES certificate,
        code_id uuid REFERENCES verification_code,
        asker text,
        looked_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX verification_look_certificate ON verification_look (certificate_id, id)",
    # The chain that shows tampering: links are added, and never changed.
    """
    CREATE TABLE chain_head (
        chain uuid PRIMARY KEY,
        body_id uuid NOT NULL,
        place bigint NOT NULL,
        hash bytea NOT NULL
    )
    """,
    """
    CREATE TABLE chain_link (
        chain uuid NOT NULL,
        place bigint NOT NULL,
        kind text NOT NULL,
        subject text NOT NULL,
        digest bytea NOT NULL,
        at timestamptz NOT NULL,
        previous bytea NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (chain, place)
    )
    """,
    """
    CREATE FUNCTION links_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'links of the chain are never changed';
    END $$
    """,
    """
    CREATE TRIGGER links_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON chain_link
    FOR EACH STATEMENT EXECUTE FUNCTION links_stay()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
