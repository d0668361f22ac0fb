"""How old a trainee is on the first day of a class: by their document, or by what was said where it shows no date."""

from __future__ import annotations

from datetime import date

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.trainees import AtEntry
from services.registry.plan.rules.policy import Policy
from shared.kernel.refusals import Invalid


class AgeOutOfRange(Invalid):
    """Facts: `age_min`, `age_max` (None: no limit) on the day `on`, the class's first. The age itself is not told."""

    slug = "age-out-of-range"
    title_en = "On the class's first day the person is younger or older than its trainees may be."
    title_zh = "该人员在开班当日的年龄不在规定范围内。"
    cure_en = (
        "Trainees are {age_min} years old or more on {on}; upper limit: {age_max}. For an older person who draws "
        "no monthly pension, send draws_pension: false; others can join a class without subsidy."
    )
    cure_zh = (
        "学员在 {on} 当日须年满 {age_min} 周岁；年龄上限：{age_max}。超龄但尚未按月领取养老金的，请填写 "
        "draws_pension: false；其他人员可参加非补贴班。"
    )
    check = "C01"


class BirthDateDiffers(Invalid):
    slug = "birth-date-differs"
    title_en = "The birth date is another than the one in the identity number."
    title_zh = "所填出生日期与证件号码中的出生日期不一致。"
    cure_en = "Compare both with the document; the date may be left out where the number shows one."
    cure_zh = "请对照证件核对出生日期和证件号码；证件号码中已含出生日期的，可以不填。"
    check = "C01"


def born_on(shown: date | None, said: AtEntry) -> date | None:
    """The date of birth that a document has `shown`, or else the one that was said; None where neither is known."""
    return said.birth_date if shown is None else shown


def birth_date_fault(shown: date | None, said: AtEntry) -> BirthDateDiffers | None:
    """What is wrong with a date of birth that is not the one `shown` by the document (C01)."""
    if shown is None or said.birth_date in (None, shown):
        return None
    return BirthDateDiffers(pointer="/birth_date")


def age_fault(
    shown: date | None, said: AtEntry, *, class_: TrainingClass, policy: Policy, knows_pension: bool = True
) -> AgeOutOfRange | None:
    """What is wrong with the age that somebody has on the first day of `class_` (C01).

    Their document has `shown` when they were born, or it was said. Whose date of birth is not known passes; so does an
    age above the range while it is not known whether they draw a pension. Source: domain rules §4.1, §4.6.
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
