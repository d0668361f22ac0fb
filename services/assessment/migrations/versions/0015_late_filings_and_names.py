"""Until when sessions are filed after their day; certificates that bear a name which is not their holder's any more."""

from alembic import op

revision = "0015"
down_revision = "0014"

# From 2026 on sessions are filed ahead, so there is no delay. A session of 2025 is filed before its plan year ends.
_FIGURES = (
    ("filing.delay_days_max", "[2000-01-01,2025-01-01)", "90", "no rule found: a quarter to bring papers in"),
    ("filing.delay_days_max", "[2025-01-01,2026-01-01)", "", "within the plan year"),
    ("filing.delay_days_max", "[2026-01-01,)", "", "filed ahead"),
    ("filing.plan_year_only", "[2000-01-01,2025-01-01)", "no", "by days after the exam"),
    ("filing.plan_year_only", "[2025-01-01,2026-01-01)", "yes", "a plan is accounted for by its year"),
    ("filing.plan_year_only", "[2026-01-01,)", "no", "filed ahead"),
)


_PRINTED = (
    # The name with which an edition was issued, encrypted, bound to the person; only if it was replaced since.
    """
    CREATE TABLE printed_name (
        certificate_id uuid NOT NULL REFERENCES certificate,
        edition integer NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (certificate_id, edition)
    )
    """,
    # Names that were settled before: the first former one of those replaced since the edition was issued. A name that
    # came back meanwhile is listed, too; issuing again takes it off the list.
    """
    INSERT INTO printed_name (certificate_id, edition, sealed)
    SELECT DISTINCT ON (c.id) c.id, c.edition, r.sealed
    FROM replaced_name AS r JOIN certificate AS c ON c.person = r.person
    WHERE c.issued_on <= (r.replaced_at AT TIME ZONE 'Asia/Shanghai')::date AND NOT EXISTS (
        SELECT FROM replaced_edition AS e WHERE e.certificate_id = c.id AND e.replaced_at >= r.replaced_at
    )
    ORDER BY c.id, r.id
    """,
)


def _rows() -> str:
    rows = []
    for key, validity, value, source in _FIGURES:
        name = key.upper().replace(".", "-").replace("_", "-")
        rows.append(f"('NAT-{name}-{validity[1:5]}', '{key}', '{value}', '{validity}', '{source}')")
    return ", ".join(rows)


def upgrade() -> None:
    for statement in _PRINTED:
        op.execute(statement)
    op.execute(
        f"""
        INSERT INTO session_rule (id, key, value, region, validity, status, source, entered_by, entered_at, decided_by,
            decided_at)
        SELECT id, key, value, '000000', CAST(validity AS daterange), 'assumption', source, 'not recorded',
            '2000-01-01 00:00+08', 'not recorded', '2000-01-01 00:00+08'
        FROM (VALUES {_rows()}) AS row (id, key, value, validity, source)
        """
    )
