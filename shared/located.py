"""Conditions for rows that lie in a region: by the codes that they bear, or because their place came to it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, and_, or_, tuple_

from shared import tables
from shared.plan import Located
from shared.reach import Reach


def lies_in(table: Table, reach: Reach) -> list[ColumnElement[bool]]:
    """Condition: the rows of `table` are within `reach`. None if it reaches everything.

    A list is planned with the index of one code, except where a place has come to the region from another one.
    """
    own = reported_in(table, reach)
    return [or_(*own, tables.one_of(table.c.region, sorted(reach.came_to)))] if own and reach.came_to else own


def reported_in(table: Table, reach: Reach) -> list[ColumnElement[bool]]:
    """Condition: the rows were reported within `reach`, wherever their place lies now; for figures, which add up."""
    return tables.matches(table, **reach.narrowed)


def misplaced_in(table: Table, places: Mapping[str, Located]) -> ColumnElement[bool] | None:
    """Condition: the rows lie in one of `places` and do not bear the regions in which it lies; None without places."""
    asked = [
        and_(table.c.region == place, tuple_(table.c.region, table.c.reporting_region) != lies)
        for place, lies in places.items()
    ]
    return or_(*asked) if asked else None
