"""Conditions of statements about exams: what lies in a region, or is of a body whose place that is."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, or_, select

from services.assessment.bodies.store.bodies import BODY
from services.assessment.sight.rules import Sight
from shared import tables
from shared.located import lies_in
from shared.reach import Reach


def in_sight(table: Table, sight: Sight) -> list[ColumnElement[bool]]:
    """Conditions: a row of `table` (sessions or certificates) is of the bodies of `sight`, and lies in its reach.

    For officers it may also be of a body that does. What an institution sees depends on its trainees, too.
    """
    here = lies_in(table, sight.reach)
    if sight.bodies is not None or sight.institutions is not None:
        return [*here, *tables.matches(table, body_id=sight.bodies)]
    if sight.reach == Reach():
        return []
    bodies = select(BODY.c.id).where(*lies_in(BODY, sight.reach))
    return [or_(and_(*here), table.c.body_id.in_(bodies))]
