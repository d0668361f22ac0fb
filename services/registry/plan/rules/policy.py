"""Policy: the figures that rules need, as rows with a region and days of validity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple, get_type_hints

from shared.kernel.awards import Award
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


class PolicyRowOverlaps(Conflict):
    """Facts: `first_on`, `last_on` of the other row."""

    slug = "policy-row-overlaps"
    title_en = "Another row for this key and region is valid during part of that period."
    title_zh = "同一参数在该地区已有有效期重叠的记录。"
    cure_en = (
        "Start after {first_on}, when the other row begins. For an exception, enter the new value without an end, then "
        "the old value again."
    )
    cure_zh = "请自 {first_on} 之后起生效；临时调整请先录入不设截止日期的新值，再录入恢复原值的记录。"


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
    attendance_device_marks_per_minute_max: int
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
    """Days after which an institution cannot change a day's hours by itself any more, by marks or by an edit."""
    attendance_grace_minutes: int
    """Minutes that a trainee may miss at the beginning and at the end of a lesson, and that still count."""
    attendance_clock_drift_minutes_max: int
    """How far the clock of a device may be off."""
    attendance_same_second_trainees_max: int
    """More trainees of a class than that, marked in the very same second, are flagged."""
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
    """Whether a subsidised class has its timetable, an exam plan, a fee and a trainee before it is approved."""
    filing_lead_working_days: int | None
    """Working days from filing to the first day, at least; None: a class may be filed afterwards."""
    filing_answer_working_days: int
    filing_change_lead_hours: int
    """Hours of the clock between the report of a change and the lesson that it changes."""
    trainee_age_min: int
    trainee_age_max: int
    """Of a subsidised training; older ones declare that they draw no pension."""
    trainee_paper_first_on: date
    """No consent, and no paper of a priority group, is older than that."""
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
    award_special_ability_hours_min: int
    award_pre_job_hours_min: int
    """The least class hours of a subsidised class that leads to the award, whatever its project says."""
    award_senior_technician_upgrading_days_min: int
    """The least days of a subsidised class for senior technicians, from its first to its last."""
    quality_level_rise_months: int
    """Months after completion within which a certificate of a higher level counts as a rise."""
    quality_group_size_min: int
    """Rates of groups with fewer people are not shown."""

    def award_hours_min(self, award: Award) -> int:
        """The least class hours of a subsidised class that leads to `award`; 0 where only its project has a minimum."""
        least = {
            Award.SPECIAL_ABILITY: self.award_special_ability_hours_min,
            Award.PRE_JOB: self.award_pre_job_hours_min,
        }
        return least.get(award, 0)

    def award_days_min(self, award: Award) -> int:
        """The least days of a subsidised class that leads to `award`, or 0."""
        return self.award_senior_technician_upgrading_days_min if award is Award.SENIOR_TECHNICIAN_UPGRADING else 0

    @property
    def class_late_allowed(self) -> bool:
        """Whether a class may be filed afterwards, and so be approved and started after its days."""
        return self.filing_lead_working_days is None


KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Policy)}
"""The key of each row ("class.seats_max"), and the field that it fills."""


class PolicyRow(NamedTuple):
    """One figure: `value` as text, valid from `first_on` to `last_on`, both included, in `region` and below."""

    key: str
    value: str
    region: str
    first_on: date
    last_on: date | None
    status: str
    source: str


def holding(rows: Iterable[PolicyRow], *, day: date, region_and_above: Sequence[str]) -> dict[str, PolicyRow]:
    """The row of each key that holds on `day` at the first of `region_and_above`: that of the nearest region."""
    nearest: dict[str, PolicyRow] = {}
    places = {code: distance for distance, code in enumerate(region_and_above)}
    for row in rows:
        if row.region not in places or day < row.first_on or (row.last_on is not None and day > row.last_on):
            continue
        nearest[row.key] = min(row, nearest.get(row.key, row), key=lambda each: places[each.region])
    return nearest


def policy_on(rows: Iterable[PolicyRow], *, day: date, region_and_above: Sequence[str]) -> Policy:
    """What holds on `day` at the first of `region_and_above`: for each key the row of the nearest region.

    Raises PolicyUnset.
    """
    nearest = holding(rows, day=day, region_and_above=region_and_above)
    for key in KEYS:
        if key not in nearest:
            raise PolicyUnset(key=key, day=day.isoformat())
    values: dict[str, Any] = {name: parse(key, nearest[key].value) for key, name in KEYS.items()}
    return Policy(**values)


def require_no_overlap(row: PolicyRow, others: Iterable[PolicyRow]) -> None:
    """`row` may stand beside `others`. A row without an end may begin within one without an end, which then ends.

    Raises PeriodEndsBeforeStart, PolicyRowOverlaps.
    """
    period = Period(row.first_on, row.last_on)
    for each in others:
        if (each.key, each.region) != (row.key, row.region):
            continue
        follows = each.last_on is None and row.last_on is None and each.first_on < row.first_on
        if not follows and Period(each.first_on, each.last_on).overlaps(period):
            raise PolicyRowOverlaps(
                pointer="/first_on",
                first_on=each.first_on.isoformat(),
                last_on=None if each.last_on is None else each.last_on.isoformat(),
            )


def before_the_next(row: PolicyRow, others: Iterable[PolicyRow]) -> PolicyRow:
    """`row` as far as it reaches: to the day before the next of `others` for its key and region begins."""
    later = [
        each.first_on
        for each in others
        if (each.key, each.region) == (row.key, row.region) and each.first_on > row.first_on
    ]
    if not later or (row.last_on is not None and row.last_on < min(later)):
        return row
    return row._replace(last_on=min(later) - timedelta(days=1))


def parse(key: str, value: str) -> object:
    """`value` as the type that `key` has. Raises UnknownPolicyKey, WrongPolicyValue."""
    if key not in KEYS:
        raise UnknownPolicyKey(pointer="/key", known=sorted(KEYS))
    form = _FORMS[KEYS[key]]
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
_FORMS: Final = {name: _OF_TYPE[type_] for name, type_ in get_type_hints(Policy).items()}
