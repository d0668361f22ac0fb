"""Policy: the figures that rules need, as rows with a region and days of validity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple, get_type_hints

from services.registry.plan.rules.working_days import WorkingDays
from shared.dated_rules.rules import Provenance, holding, require_room, spans
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict, Invalid


class PolicyUnset(Conflict):
    """No row gives a figure that a rule needs for a day and a place. Facts: `key`, `day`."""

    slug = "policy-unset"
    title_en = "No policy row is valid on that day."
    title_zh = "所涉日期没有生效的政策参数。"
    cure_en = "Ask the province to enter a row for {key} that is valid on {day}."
    cure_zh = "请由省级管理人员补充 {key} 在 {day} 有效的政策参数。"


class UnknownPolicyKey(Invalid):
    """Facts: `known`."""

    slug = "unknown-policy-key"
    title_en = "No rule uses this key."
    title_zh = "没有规则使用该政策参数。"
    cure_en = "Use one of the keys in use: {known}."
    cure_zh = "规则所使用的参数名：{known}。"


class WrongPolicyValue(Invalid):
    """Facts: `key`, `expected`."""

    slug = "wrong-policy-value"
    title_en = "The value has the wrong format for this key."
    title_zh = "参数值的格式与该参数不符。"
    cure_en = "Write the value of {key} like this: {expected}."
    cure_zh = "请按以下格式填写 {key}：{expected}。"


class CalendarRowTooLong(Invalid):
    slug = "calendar-row-too-long"
    title_en = "A row of the calendar is about one day, for the whole province."
    title_zh = "日历记录须逐日录入，且适用于全省。"
    cure_en = "Enter one row for each day, with that day as first_on and last_on, and the province as region."
    cure_zh = "请逐日录入：first_on 与 last_on 均填该日，region 填省级编码。"


@dataclass(frozen=True)
class Policy:
    """What holds on one day at one place. Shares are fractions of 1; hours are class hours of 45 minutes."""

    attendance_share_min: Decimal
    """The share of a class's hours that a trainee needs to complete it."""
    attendance_hours_min_required: bool
    """Whether a training also needs the least hours of its project to be completed."""
    attendance_marks_required: bool
    """Whether hours come from marks; otherwise an institution may post them."""
    attendance_day_hours_max: int
    attendance_day_starts: time
    attendance_day_ends: time
    """Training outside these times of day is flagged."""
    attendance_travel_km_per_hour: int
    """The maximum speed of travel between two training sites."""
    attendance_trainees_per_phone_max: int
    """How many trainees may share one phone: as a number in a class, and over classes of the institution on the same
    days; as the device that they mark with in a day.
    """
    attendance_face_score_min: int
    """A comparison of faces with a lower score, from 0 to 100, did not recognise the trainee."""
    attendance_face_mismatches_max: int
    """More comparisons of a trainee's face than that, failed on one day, are flagged."""
    attendance_day_marks_max: int
    """More marks of one trainee on one day are not taken."""
    attendance_edit_days_max: int
    """Days after which an institution cannot put a day's hours right by itself any more."""
    class_seats_max: int
    class_size_min: int
    """A class that starts with fewer trainees is flagged."""
    class_practice_seats_per_teacher_max: int
    class_site_check_required: bool
    """Whether a subsidised class needs an on-site check before it starts."""
    class_plan_required: bool
    """Whether a subsidised class is filed with its site and a teaching plan."""
    class_timetable_required: bool
    class_exam_plan_required: bool
    class_fee_required: bool
    class_roster_required: bool
    """Whether a subsidised class has its timetable, an exam plan, a fee and a trainee before it is approved; without a
    trainee, no class starts."""
    filing_lead_working_days: int | None
    """Working days from filing to the first day, at least; None: a class may be filed afterwards."""
    filing_answer_working_days: int
    filing_change_lead_hours: int
    """Hours of the clock between the report of a change and the lesson that it changes."""
    trainee_age_min: int
    trainee_age_max: int
    """Of a subsidised training; older ones declare that they draw no pension."""
    trainee_particulars_required: bool
    """Whether trainees of a subsidised class give phone, employment state, consent, and a birth date not shown."""
    teacher_age_max: int
    teacher_institutions_max: int
    """How many institutions one teacher may teach at on one day."""
    patrol_finding_due_days: int
    patrol_county_share: Decimal
    patrol_city_share: Decimal
    patrol_province_share: Decimal
    """The share of classes that each level looks at."""
    patrol_present_tolerance_share: Decimal
    """The share of those marked present whom a patrol may miss, in whole trainees; where it misses more, the marks are
    flagged."""
    spotcheck_asked_share_min: Decimal
    """The share of a class's trainees whom a spot check asks, at least."""
    spotcheck_denied_share_max: Decimal
    """Where a larger share of these does not confirm the training, the class is flagged."""
    followup_months: int
    """Months after completion within which work found counts for the employment rate."""
    followup_pay_months: int
    """Months before and after a training whose mean pay is compared."""
    quality_level_rise_months: int
    """Months after completion within which a certificate of a higher level counts as a rise."""
    quality_group_size_min: int
    """Rates of groups with fewer people are not shown."""

    @property
    def class_late_allowed(self) -> bool:
        """Whether a class may be filed afterwards, and so be approved and started after its days."""
        return self.filing_lead_working_days is None


KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Policy)}
"""The key of each row ("class.seats_max"), and the field that it fills."""
CALENDAR_KEY: Final = "calendar.worked"
"""The key of rows that say of one day whether it is worked, where its weekday does not say so."""


@dataclass(frozen=True)
class PolicyRow:
    """One figure: `value` as text, valid on the days of `validity` in `region` and below; None: none holds there."""

    id: str
    key: str
    value: str | None
    region: str
    validity: Period
    status: str
    source: str
    provenance: Provenance
    note: str | None = None
    """What it is about, where the key does not say it: the name of a holiday."""

    @property
    def subject(self) -> tuple[str, str]:
        return self.key, self.region

    @property
    def rule(self) -> str:
        return self.key

    @property
    def is_end(self) -> bool:
        return self.value is None

    @property
    def first_on(self) -> date:
        return self.validity.first

    @property
    def last_on(self) -> date | None:
        return self.validity.last

    def during(self, validity: Period) -> PolicyRow:
        return replace(self, validity=validity)

    def same_as(self, other: PolicyRow) -> bool:
        return replace(self, id=other.id, provenance=other.provenance) == other


def nearest(rows: Iterable[PolicyRow], *, day: date, region_and_above: Sequence[str]) -> dict[str, PolicyRow]:
    """The row of each key that decides on `day` at the first of `region_and_above`: that of the nearest region."""
    found: dict[str, PolicyRow] = {}
    places = {code: distance for distance, code in enumerate(region_and_above)}
    for row in holding((each for each in rows if each.region in places), on=day).values():
        found[row.key] = min(row, found.get(row.key, row), key=lambda each: places[each.region])
    return found


def policy_on(rows: Iterable[PolicyRow], *, day: date, region_and_above: Sequence[str]) -> Policy:
    """What holds on `day` at the first of `region_and_above`. Raises PolicyUnset."""
    rows_held = nearest(rows, day=day, region_and_above=region_and_above)
    return policy_of({key: row.value for key, row in rows_held.items()}, day=day)


def policy_of(figures: Mapping[str, str | None], *, day: date) -> Policy:
    """The policy that these figures of each key make on `day`. Raises PolicyUnset."""
    values: dict[str, Any] = {}
    for key, name in KEYS.items():
        figure = figures.get(key)
        if figure is None:
            raise PolicyUnset(key=key, day=day.isoformat())
        values[name] = parse(key, figure)
    return Policy(**values)


def working_days(rows: Iterable[PolicyRow]) -> WorkingDays:
    """The calendar that the rows of CALENDAR_KEY give."""
    days = spans(row for row in rows if row.key == CALENDAR_KEY)
    return WorkingDays({period.first: row.value == "yes" for row, period in days if not row.is_end})


def require_sound(row: PolicyRow, others: Iterable[PolicyRow], *, province: str | None) -> None:
    """Raises UnknownPolicyKey, WrongPolicyValue, CalendarRowTooLong, RowOverlaps."""
    is_day = row.key == CALENDAR_KEY
    if row.value is not None:
        parse(row.key, row.value)
    if is_day and (row.first_on != row.last_on or row.region != province):
        raise CalendarRowTooLong(pointer="/last_on" if row.first_on != row.last_on else "/region")
    require_room(row, others, gaps=is_day)


def parse(key: str, value: str) -> object:
    """`value` as the type that `key` has. Raises UnknownPolicyKey, WrongPolicyValue."""
    form = _FORMS.get(key)
    if form is None:
        raise UnknownPolicyKey(pointer="/key", known=sorted(_FORMS))
    try:
        return form.read(value)
    except (ValueError, KeyError, InvalidOperation):
        pass
    raise WrongPolicyValue(pointer="/value", key=key, expected=form.expected)


class _Form(NamedTuple):
    read: Callable[[str], object]
    expected: str


def _share(value: str) -> Decimal:
    share = Decimal(value)
    if not 0 <= share <= 1:
        raise ValueError
    return share


def _count(value: str) -> int:
    count = int(value)
    if count < 0:
        raise ValueError
    return count


_OF_TYPE: Final[Mapping[object, _Form]] = {
    Decimal: _Form(_share, "a fraction from 0 to 1, such as 0.80"),
    bool: _Form(lambda value: {"yes": True, "no": False}[value], "yes or no"),
    date: _Form(date.fromisoformat, "a day, such as 2000-01-01"),
    time: _Form(time.fromisoformat, "a time of day, such as 06:00"),
    int: _Form(_count, "a whole number, 0 or more"),
    int | None: _Form(lambda value: _count(value) if value else None, "a whole number, 0 or more, or nothing"),
}
_TYPES: Final = get_type_hints(Policy)
_FORMS: Final = {key: _OF_TYPE[_TYPES[name]] for key, name in KEYS.items()} | {CALENDAR_KEY: _OF_TYPE[bool]}
