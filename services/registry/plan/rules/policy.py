"""Policy: the figures that rules need, as rows with a region and days of validity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from decimal import Decimal
from typing import Final, TypeAlias, get_type_hints

from shared.dated_rules.figures import FigureRow, Forms, nearest
from shared.dated_rules.rules import require_room, spans
from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid
from shared.kernel.working_days import WorkingDays


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
    attendance_repeated_trainees_min: int
    attendance_repeated_share_min: Decimal
    """A day is flagged as a copy if at least so many trainees, and at least this share of those present on both days,
    came and went at the very minutes of an earlier day."""
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
    safety_documents_required: bool
    """Whether a class starts only if its institution has a valid emergency plan and safety lessons."""
    safety_lesson_hours_min: int
    """Class hours of safety lessons that an institution then needs, all lessons together."""
    safety_hazards_closed_required: bool
    """Whether a class starts only if no critical hazard is open at its institution or its sites."""
    flag_due_days: int
    """Days within which an officer settles a flag."""
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


PolicyRow: TypeAlias = FigureRow
"""One figure of the policy, or of the calendar."""
KEYS: Final[Mapping[str, str]] = {field.name.replace("_", ".", 1): field.name for field in fields(Policy)}
"""The key of each row ("class.seats_max"), and the field that it fills."""
CALENDAR_KEY: Final = "calendar.worked"
"""The key of rows that say of one day whether it is worked, where its weekday does not say so."""
FORMS: Final = Forms(get_type_hints(Policy), {CALENDAR_KEY: bool})


def policy_on(rows: Iterable[PolicyRow], *, day: date, region_and_above: Sequence[str]) -> Policy:
    """What holds on `day` at the first of `region_and_above`. Raises PolicyUnset."""
    rows_held = nearest(rows, day=day, region_and_above=region_and_above)
    return policy_of({key: row.value for key, row in rows_held.items()}, day=day)


def policy_of(figures: Mapping[str, str | None], *, day: date) -> Policy:
    """The policy that these figures of each key make on `day`. Raises PolicyUnset."""
    return Policy(**FORMS.fill(KEYS, figures, day=day))


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
    return FORMS.read_figure(key, value)
