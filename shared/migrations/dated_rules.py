"""The database's half of shared/dated_rules: a counter of approvals, and what each table of rows needs."""

from __future__ import annotations

from typing import Final

# Rows from before this record have the number 0. Processes of the version before may still write such rows; from then
# on, only the decision about a proposal is ever written into one.
SEQUENCE: Final = (
    "CREATE TABLE rule_sequence (sequence bigint NOT NULL CHECK (sequence >= 0))",
    "INSERT INTO rule_sequence VALUES (0)",
    "CREATE UNIQUE INDEX one_rule_sequence ON rule_sequence ((true))",
    """
    CREATE FUNCTION keep_rule_row() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE decision text[] = '{state, decided_by, decided_at, decision_reason, sequence}';
    BEGIN
        IF OLD.sequence = 0 OR (
            TG_OP = 'UPDATE' AND OLD.state = 'proposed' AND to_jsonb(NEW) - decision = to_jsonb(OLD) - decision
        ) THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        RAISE EXCEPTION 'rows of rules are never rewritten: enter a new one' USING ERRCODE = '23000';
    END
    $$
    """,
)


def figures(table: str) -> tuple[str, ...]:
    """Statements that make a table of figures (shared.dated_rules.figures)."""
    return (
        f"""
        CREATE TABLE {table} (
            id text PRIMARY KEY DEFAULT CAST(uuidv7() AS text),
            key text NOT NULL,
            value text,
            region text NOT NULL CHECK (region ~ '^[0-9]{{6}}$'),
            validity daterange NOT NULL CHECK (NOT lower_inf(validity) AND NOT isempty(validity)),
            status text NOT NULL,
            source text NOT NULL,
            note text
        )
        """,
        *provenance(table, first_day="lower(validity)"),
    )


def provenance(table: str, *, first_day: str) -> tuple[str, ...]:
    """Statements that give `table` the columns of a provenance, and keep its rows as they are.

    Rows that it holds count as known since their `first_day`, an expression: when they were entered was not recorded.
    """
    since = f"CAST({first_day} AS timestamp) AT TIME ZONE 'Asia/Shanghai'"
    return (
        f"""
        ALTER TABLE {table}
            ADD COLUMN reason text,
            ADD COLUMN entered_by text NOT NULL DEFAULT 'not recorded',
            ADD COLUMN entered_at timestamptz NOT NULL DEFAULT now(),
            ADD COLUMN state text NOT NULL DEFAULT 'approved' CHECK (state IN ('proposed', 'approved', 'rejected')),
            ADD COLUMN decided_by text DEFAULT 'not recorded',
            ADD COLUMN decided_at timestamptz DEFAULT now(),
            ADD COLUMN decision_reason text,
            ADD COLUMN sequence bigint DEFAULT 0 CHECK (sequence >= 0),
            ADD CHECK ((state = 'approved') = (sequence IS NOT NULL)),
            ADD CHECK ((state = 'proposed') = (decided_by IS NULL)),
            ADD CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
            ADD CHECK (state <> 'rejected' OR decision_reason IS NOT NULL)
        """,
        f"UPDATE {table} SET entered_at = {since}, decided_at = {since}",  # noqa: S608
        f"CREATE INDEX {table}_waiting ON {table} (id) WHERE state = 'proposed'",
        f"CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_rule_row()",
    )
