"""Exports to the national query network, and what it answered about each certificate."""

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENTS = (
    """
    CREATE TABLE national_export (
        id uuid PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('sent', 'answered', 'given_up')),
        rows integer NOT NULL CHECK (rows >= 1),
        digest text NOT NULL,
        exported_by text NOT NULL,
        exported_at timestamptz NOT NULL,
        of_export uuid REFERENCES national_export,
        receipt_digest text,
        answered_by text,
        answered_at timestamptz,
        rejected integer,
        given_up_by text,
        giving_up_reason text,
        version integer NOT NULL CHECK (version >= 1),
        CHECK ((status = 'answered') = (answered_at IS NOT NULL))
    )
    """,
    # The file as it was sent, encrypted, bound to the export.
    "CREATE TABLE national_file (export_id uuid PRIMARY KEY REFERENCES national_export, content bytea NOT NULL)",
    # What was last sent of a certificate, what the network answered, and what was told of that.
    """
    CREATE TABLE national_listing (
        certificate_id uuid PRIMARY KEY REFERENCES certificate,
        export_id uuid NOT NULL REFERENCES national_export,
        place integer NOT NULL,
        number text NOT NULL,
        edition integer NOT NULL,
        status text NOT NULL,
        state text NOT NULL CHECK (state IN ('sent', 'found', 'rejected', 'unsent')),
        reason text,
        checked_on date,
        told_missing boolean NOT NULL DEFAULT false,
        version integer NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX national_listing_export ON national_listing (export_id, place)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
