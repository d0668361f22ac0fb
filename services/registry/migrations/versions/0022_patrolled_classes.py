"""Classes store at which levels they were patrolled: those not patrolled are found by an index."""

from alembic import op

revision = "0022"
down_revision = "0021"

LEVELS = ("county", "city", "province")
OPENED = "status IN ('running', 'completed')"

STATEMENTS = (
    *(f"ALTER TABLE class ADD COLUMN patrolled_{level} boolean NOT NULL DEFAULT false" for level in LEVELS),
    # A class directly in a reporting region has no county: the city counts as the county level.
    """
    UPDATE class AS c SET patrolled_county = p.county, patrolled_city = p.city, patrolled_province = p.province
    FROM (
        SELECT class_id, bool_or(p.level = 'county' OR p.level = 'city' AND c.region = c.reporting_region) AS county,
            bool_or(p.level = 'city') AS city, bool_or(p.level = 'province') AS province
        FROM patrol AS p JOIN class AS c ON c.id = p.class_id GROUP BY class_id
    ) AS p
    WHERE p.class_id = c.id
    """,
    # Within a region there are few enough to go through all of them.
    *(
        f"CREATE INDEX class_{level}_has_not_patrolled ON class (ends_on, id) WHERE {OPENED} AND NOT patrolled_{level}"
        for level in LEVELS
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
