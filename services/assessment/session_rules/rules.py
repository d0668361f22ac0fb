"""Session rules: what a session needs from its filing to its conclusion, by the day and the region of the exam."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, NamedTuple, get_type_hints

from services.assessment.pass_rules.rules import NATIONAL
from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room


@dataclass(frozen=True, slots=True)
class Figures:
    """What a session needs. Source: domain rules §3.3, §3.7; where these are silent, the rows are assumptions."""

    filing_lead_working_days: int | None
    """Working days from filing to the day of the exam, at least; None: a session may be filed afterwards."""
    filing_delay_days_max: int | None
    """Days after the exam by which a session that may be filed afterwards is filed; None: no number of days."""
    filing_plan_year_only: bool
    """Whether a session is filed before the year of its exam, which is that of its plan, ends."""
    filing_plan_required: bool
    """Whether a session is filed with its place, rooms, times, parts and examiners."""
    filing_approval_required: bool
    """Whether an officer approves a session before its day."""
    roster_sealing_required: bool
    """Whether the roster is closed before the day of the exam."""
    group_theory_size_min: int
    group_skills_size_min: int
    group_review_size_min: int
    """Examiners in each room of the part."""
    group_theory_seats_per_examiner_max: int
    """Seats in a room of the theory part for each of its examiners."""
    group_review_odd: bool
    """Whether a review panel has an odd number of examiners."""
    group_supervisors_min: int
    """Quality supervisors of a session."""
    examiner_sessions_in_row_max: int
    """How many sessions in a row, of one body and occupation, one person may examine."""
    examiner_day_sittings_max: int
    """How many sittings one person may examine in a day."""
    publicity_working_days: int
    """Working days for which results are public before the session is concluded; 0: none."""
    eligibility_required: bool
    """Whether candidates are admitted by a route of the occupation's standard only."""

    @property
    def is_ahead(self) -> bool:
        """Whether nothing of a session is filed or added on its day or later."""
        return self.filing_lead_working_days is not None


KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Figures)}
"""The key of each row ("publicity.working_days"), and the field that it fills."""
FORMS: Final = Forms(get_type_hints(Figures))


class SessionRule(NamedTuple):
    """What decides about a session: the figures, and the ids of the rows that they come from."""

    figures: Figures
    rows: tuple[str, ...]


def rule_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> SessionRule:
    """What decides about a session held on `day`, by the rows of the nearest region. Raises PolicyUnset."""
    found = nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL])
    figures = FORMS.fill(KEYS, {key: row.value for key, row in found.items()}, day=day)
    return SessionRule(Figures(**figures), tuple(sorted(found[key].id for key in KEYS)))


def require_sound(row: FigureRow, others: Iterable[FigureRow]) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, RowOverlaps."""
    if row.value is not None:
        FORMS.read_figure(row.key, row.value)
    require_room(row, others)
