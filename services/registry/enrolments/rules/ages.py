"""The age of a trainee on the first day of a class, by the document or, if it shows no birth date, as stated."""

from __future__ import annotations

from datetime import date

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.trainees import EntryParticulars
from services.registry.plan.rules.policy import Policy
from shared.kernel.refusals import Invalid


class AgeOutOfRange(Invalid):
    """Facts: `age_min`, `age_max` (None: no limit) on the day `on`, the class's first. The age itself is not shown."""

    slug = "age-out-of-range"
    title_en = "The person's age on the first day of the class is outside the allowed range."
    title_zh = "该人员在开班当日的年龄不在规定范围内。"
    cure_en = (
        "Trainees must be at least {age_min} years old on {on}; upper limit: {age_max}. Of an older person who draws "
        "no monthly pension yet, say so in the row; other people can join a class without subsidy."
    )
    cure_zh = (
        "学员在 {on} 当日须年满 {age_min} 周岁；年龄上限：{age_max}。超龄但尚未按月领取养老金的，"
        "请在“是否按月领取养老金”中填写“否”；其他人员可参加非补贴班。"
    )
    check = "C01"


class BirthDateDiffers(Invalid):
    slug = "birth-date-differs"
    title_en = "The birth date differs from the one in the identity number."
    title_zh = "所填出生日期与证件号码中的出生日期不一致。"
    cure_en = "Compare both with the document. If the number contains the birth date, you can leave this field empty."
    cure_zh = "请对照证件核对出生日期和证件号码；证件号码中已含出生日期的，可以不填。"
    check = "C01"


def born_on(shown: date | None, said: EntryParticulars) -> date | None:
    """The birth date `shown` by the document, else the stated one; None if neither is known."""
    return said.birth_date if shown is None else shown


def birth_date_fault(shown: date | None, said: EntryParticulars) -> BirthDateDiffers | None:
    """The fault if the stated birth date differs from the one `shown` by the document (C01), else None."""
    if shown is None or said.birth_date in (None, shown):
        return None
    return BirthDateDiffers(pointer="/birth_date")


def age_fault(
    shown: date | None, said: EntryParticulars, *, class_: TrainingClass, policy: Policy, knows_pension: bool = True
) -> AgeOutOfRange | None:
    """The fault if the age on the first day of `class_` is outside the limits (C01), else None.

    `shown` is the birth date on the document; the stated one counts if there is none. A person without a known birth
    date passes, and so does one above the limit as long as `knows_pension` is False. Source: domain rules §4.1, §4.6.
    """
    born = born_on(shown, said)
    if born is None:
        return None
    on = class_.starts_on
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    age_max = None if class_.fund_source is None else policy.trainee_age_max
    too_old = age_max is not None and age > age_max and said.draws_pension is not False and knows_pension
    if age >= policy.trainee_age_min and not too_old:
        return None
    pointer = "/birth_date" if shown is None else "/document_number"
    return AgeOutOfRange(pointer=pointer, age_min=policy.trainee_age_min, age_max=age_max, on=on.isoformat())
