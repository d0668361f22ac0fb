"""What was told last of the sums behind the quality rates, so that only changes are told."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE quality_told (
            programme text NOT NULL,
            reporting_region text NOT NULL,
            year integer NOT NULL,
            sums jsonb NOT NULL,
            version integer NOT NULL CHECK (version >= 1),
            told_on date NOT NULL,
            PRIMARY KEY (programme, reporting_region, year)
        )
        """
    )
