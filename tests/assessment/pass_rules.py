"""The pass rule of all exams so far, as a value."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.assessment.pass_rules.rules import NATIONAL, PassRule
from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import loaded
from shared.kernel.periods import Period

SIXTY = PassRule(
    600,
    FigureRow(
        id="NAT-PASS-60",
        key="pass.part_tenths_min",
        value="600",
        region=NATIONAL,
        validity=Period(date(2000, 1, 1)),
        status="sourced",
        source="a regulation",
        provenance=loaded(by="somebody", at=datetime(2000, 1, 1, tzinfo=UTC), sequence=0),
    ),
)
