"""Thresholds of supervision: from where on something in an exam looks wrong, as dated rows.

The figures are assumptions from what auditors have found. Source: domain rules §4.6 C19.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final, get_type_hints

from services.assessment.pass_rules.rules import NATIONAL
from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a session or a body is flagged."""

    flag_due_days: int
    """Days that the owner of a flag has."""
    session_candidates_max: int
    """More candidates than this in one session are flagged."""
    passed_results_min: int
    """Where fewer have marks, it is no sign that all of them passed."""
    same_results_min: int
    """So many identical results, and the share below of all, are a sign."""
    same_share_permille: int
    pile_results_min: int
    """Where fewer have marks, nothing is said about how they pile up."""
    pile_width_tenths: int
    """The tenths of a point from the pass mark up in which results pile up."""
    pile_share_permille: int
    """So many of all marks of a part there are a sign."""
    burst_days: int
    """The days after a body's first filing in which very many exams are a burst."""
    burst_sessions_max: int
    burst_candidates_max: int
    examiner_candidates_max: int
    """Candidates whom one examiner examines in a day."""
    appeal_file_days: int
    """Days after the publication in which candidates appeal against their results."""
    appeal_answer_days: int
    """Days that a body has to answer an appeal."""


KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Thresholds)}
FORMS: Final = Forms(get_type_hints(Thresholds))


def thresholds_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> Thresholds:
    """The thresholds of `day`, by the rows of the nearest region. Raises PolicyUnset."""
    found = nearest(rows, day=day, region_and_above=[*region_and_above, NATIONAL])
    return Thresholds(**FORMS.fill(KEYS, {key: row.value for key, row in found.items()}, day=day))


def require_sound(row: FigureRow, others: Iterable[FigureRow]) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, RowOverlaps."""
    if row.value is not None:
        FORMS.read_figure(row.key, row.value)
    require_room(row, others)
