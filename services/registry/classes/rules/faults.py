"""Why a class cannot take its next step."""

from __future__ import annotations

from shared.kernel.refusals import Conflict


class TooEarly(Conflict):
    """Facts: `possible_from`."""

    slug = "class-too-early"
    title_en = "It is too early for this step."
    title_zh = "未到规定日期，不能执行此操作。"
    cure_en = "It is possible from {possible_from}."
    cure_zh = "自 {possible_from} 起方可办理。"


class TooLate(Conflict):
    """Facts: `possible_until`."""

    slug = "class-too-late"
    title_en = "It is too late for this step."
    title_zh = "班级的办班日期已过，不能再执行此操作。"
    cure_en = (
        "It was possible until {possible_until}. Change the days of an approved class; return a filed one and "
        "file it again with new days."
    )
    cure_zh = "办理截止日为 {possible_until}。已批准的班级请先变更办班日期；尚未批准的，由县区退回后按新日期重新报备。"


class OutcomesMissing(Conflict):
    """Facts: `in_training`, the number of trainees without an outcome."""

    slug = "outcomes-missing"
    title_en = "Some trainees have no outcome yet."
    title_zh = "仍有学员未登记结业结果。"
    cure_en = "Record the hours of the trainees who have no outcome yet, or withdraw them; then complete the class."
    cure_zh = "请先登记每名学员的学时，或办理退学，再结班。"
    reference = "POST /v1/classes/…/outcomes"


class NoTrainees(Conflict):
    slug = "class-without-trainees"
    title_en = "The class has no trainees, so it can neither start nor be completed."
    title_zh = "该班没有学员，不能开班，也不能结班。"
    cure_en = "Send its roster first, or cancel the class. Trainees who withdrew or were transferred do not count."
    cure_zh = "请先报送学员名册；不再开办的，请取消该班。已退学、转出的学员不计。"
