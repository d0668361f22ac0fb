"""Limits of claims: how long and how often something can be claimed for, and by which steps that is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, get_type_hints

from services.subsidy.grants.rules import FIGURE_KEYS
from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room
from shared.kernel.working_days import CalendarUnset, WorkingDays


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits that hold for a claim, by the day on which it is made. Source: domain rules §4.3."""

    claim_window_months: int
    """Months after a certificate's day of issue within which its training can be claimed for."""
    claim_trainings_a_year_max: int
    """The maximum of subsidised trainings of one person that begin in one calendar year."""
    claim_recognition_share: Decimal = Decimal("0.5")
    """The share of the amount for an assessment that is paid for a direct recognition; by default the most that it may
    be. Source: domain rules §3.4.
    """
    claim_upgrades_a_year_max: int = 3
    """The maximum of skill-upgrade subsidies of one person for certificates of one calendar year. By default that of
    the national notice of 2024. Source: domain rules §4.3.
    """
    claim_insured_months_min: int = 12
    """Months for which a person has to have been insured before they claim for a skill upgrade. Source: domain §4.2."""
    claim_advance_share: Decimal = Decimal("0.5")
    """The share of the amount for an apprenticeship that is paid in advance; by default the most that it may be.
    Source: domain rules §4.2.
    """


KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Terms)}
"""The key of each row ("claim.window_months"), and the field that it fills."""
_WITH_DEFAULT: Final = {field.name.replace("_", ".", 1) for field in fields(Terms) if field.default is not MISSING}
DRAFT_DAYS: Final = "claim.draft_days_max"
"""Days after its last step on which a draft or returned claim still holds its trainees' subsidies."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps by which a submitted claim is decided, and the time for each. Source: domain rules §4.5.

    A figure that no row sets is as here: one review, no publicity, no deadline.
    """

    review_second: bool = False
    """Whether another person reviews it a second time."""
    review_first_working_days: int | None = None
    review_second_working_days: int | None = None
    publicity_working_days: int = 0
    """Working days on which it is public before it is approved; 0: it is not made public."""
    objection_answer_working_days: int | None = None
    """Working days in which an objection is answered."""
    appeal_days_max: int | None = None
    """Days after a decision in which its institution can appeal."""
    appeal_answer_working_days: int | None = None
    """Working days in which an appeal is answered."""
    review_sample_share: Decimal | None = None
    """The least share of a period's approvals, and of its refusals, that is looked at again."""
    quote_days: int | None = None
    """Days for which a quote for a class binds the amount; None: it binds nothing."""


LADDER_KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Ladder)}
"""The key of each row ("review.second"), and the field that it fills."""
_OTHER_FORMS: Final = {"review.second": bool, "review.sample_share": Decimal}
FORMS: Final = Forms(
    get_type_hints(Terms), {**dict.fromkeys((DRAFT_DAYS, *LADDER_KEYS, *sorted(FIGURE_KEYS)), int), **_OTHER_FORMS}
)


class HeldTerms(NamedTuple):
    """Limits with the rows that they come from, by key."""

    terms: Terms
    rows: Mapping[str, FigureRow]


def terms_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> HeldTerms:
    """The limits for a claim made on `day`, each of the nearest region. Raises PolicyUnset."""
    found = nearest(rows, day=day, region_and_above=region_and_above)
    of_terms = {key: row for key, row in found.items() if key in KEYS}
    return HeldTerms(terms_of(of_terms, day=day), of_terms)


def ladder_on(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> Ladder:
    """The steps and times for a claim on `day`, each figure of the nearest region."""
    found = nearest(rows, day=day, region_and_above=region_and_above)
    figures = {LADDER_KEYS[key]: row.value for key, row in found.items() if key in LADDER_KEYS and not row.is_end}
    keys = {key: name for key, name in LADDER_KEYS.items() if name in figures}
    return Ladder(**FORMS.fill(keys, {key: figures[name] for key, name in keys.items()}, day=day))


def due_on(calendar: WorkingDays, day: date, working_days: int | None) -> date | None:
    """The last day for what begins on `day`; None if no row sets one, or the calendar of that year is not known yet."""
    try:
        return None if working_days is None else calendar.after(day, working_days)
    except CalendarUnset:
        return None


def held_until(rows: Iterable[FigureRow], *, day: date, region_and_above: Sequence[str]) -> date | None:
    """The last day on which a claim prepared on `day` holds subsidies; None where no row sets one."""
    row = nearest(rows, day=day, region_and_above=region_and_above).get(DRAFT_DAYS)
    return None if row is None or row.value is None else day + timedelta(days=int(row.value))


def terms_of(rows: Mapping[str, FigureRow], *, day: date) -> Terms:
    """The limits that these rows make, one for each key that has no default. Raises PolicyUnset."""
    figures = {key: row.value for key, row in rows.items()}
    needed = {key: name for key, name in KEYS.items() if key not in _WITH_DEFAULT or figures.get(key) is not None}
    return Terms(**FORMS.fill(needed, figures, day=day))


def require_sound(row: FigureRow, others: Iterable[FigureRow]) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, RowOverlaps."""
    if row.value is not None:
        FORMS.read_figure(row.key, row.value)
    require_room(row, others)
