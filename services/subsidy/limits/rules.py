"""Limits of claims: how long and how often something can be claimed for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final, NamedTuple, get_type_hints

from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits that hold for a claim, by the day on which it is made. Source: domain rules §4.3."""

    claim_window_months: int
    """Months after a certificate's day of issue within which its training can be claimed for."""
    claim_trainings_a_year_max: int
    """The maximum of subsidised trainings of one person that begin in one calendar year."""


KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Terms)}
"""The key of each row ("claim.window_months"), and the field that it fills."""
DRAFT_DAYS: Final = "claim.draft_days_max"
"""Days after its last step on which a draft or returned claim still holds its trainees' subsidies."""
FORMS: Final = Forms(get_type_hints(Terms), {DRAFT_DAYS: int})


class HeldTerms(NamedTuple):
    """Limits with the rows that they come from, by key."""

    terms: Terms
    rows: Mapping[str, FigureRow]


def terms_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> HeldTerms:
    """The limits for a claim made on `day`, each of the nearest region. Raises PolicyUnset."""
    found = nearest(rows, day=day, region_and_above=region_and_above)
    of_terms = {key: row for key, row in found.items() if key in KEYS}
    return HeldTerms(terms_of(of_terms, day=day), of_terms)


def held_until(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> date | None:
    """The last day on which a claim prepared on `day` holds subsidies; None where no row sets one."""
    row = nearest(rows, day=day, region_and_above=region_and_above).get(DRAFT_DAYS)
    return None if row is None or row.value is None else day + timedelta(days=int(row.value))


def terms_of(rows: Mapping[str, FigureRow], *, day: date) -> Terms:
    """The limits that these rows make, one for each key. Raises PolicyUnset."""
    return Terms(**FORMS.fill(KEYS, {key: row.value for key, row in rows.items()}, day=day))


def require_sound(row: FigureRow, others: Iterable[FigureRow]) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, RowOverlaps."""
    if row.value is not None:
        FORMS.read_figure(row.key, row.value)
    require_room(row, others)
