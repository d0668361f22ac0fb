"""What the province decides for all has a revision, which each statement that writes it replaces by a new one."""

from alembic import op

revision = "0024"
down_revision = "0023"

SOURCES = {"plan_entry": "plan", "policy_row": "policy", "project": "catalogue", "project_term": "catalogue"}

STATEMENTS = (
    "CREATE TABLE rulebook_revision (source text PRIMARY KEY, revision uuid NOT NULL)",
    """
    INSERT INTO rulebook_revision
    VALUES ('plan', gen_random_uuid()), ('policy', gen_random_uuid()), ('catalogue', gen_random_uuid())
    """,
    # Random, so that neither a rollback, nor a restored backup, nor a copy of the database has one a second time for
    # something else. The row is locked until the writer commits: what a revision stands for is one writer's state.
    """
    CREATE FUNCTION renew_rulebook_revision() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO rulebook_revision VALUES (TG_ARGV[0], gen_random_uuid())
        ON CONFLICT (source) DO UPDATE SET revision = excluded.revision;
        RETURN NULL;
    END
    $$
    """,
    *(
        f"CREATE TRIGGER renew_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION renew_rulebook_revision('{source}')"
        for table, source in SOURCES.items()
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
