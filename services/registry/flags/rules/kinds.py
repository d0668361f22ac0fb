"""The kinds of flags: the check of each, whether a claim waits for it, and its titles."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class FlagKind(StrEnum):
    FEW_PRESENT = "few-present"
    HOURS_WITHOUT_MARKS = "hours-without-marks"
    MARKED_NOT_PRESENT = "marked-not-present"
    TRAINING_NOT_CONFIRMED = "training-not-confirmed"
    TWO_PLACES_AT_ONCE = "two-places-at-once"
    TOO_FAR_APART = "too-far-apart"
    ONE_PHONE_MANY_TRAINEES = "one-phone-many-trainees"
    ONE_PHONE_MANY_CLASSES = "one-phone-many-classes"
    ONE_PHONE_MANY_INSTITUTIONS = "one-phone-many-institutions"
    ONE_DEVICE_MANY_TRAINEES = "one-device-many-trainees"
    DEVICE_TOO_FAST = "device-too-fast"
    CLASS_TOO_SMALL = "class-too-small"
    ROSTER_GREW_LATE = "roster-grew-late"
    AT_ODD_HOURS = "at-odd-hours"
    ON_A_HOLIDAY = "on-a-holiday"
    OVER_DAILY_HOURS = "over-daily-hours"
    SAME_SECOND = "same-second"
    DAY_REPEATED = "day-repeated"
    FACE_NOT_MATCHED = "face-not-matched"
    DOUBLE_TAP = "double-tap"
    LESSON_AT_ODD_TIME = "lesson-at-odd-time"
    LESSON_ON_A_HOLIDAY = "lesson-on-a-holiday"
    PRACTICE_IN_THEORY_ROOM = "practice-in-theory-room"
    BORROWED_TEACHER = "borrowed-teacher"
    BORROWED_SITE = "borrowed-site"
    BORROWED_ACCOUNT = "borrowed-account"
    MORE_PRESENT_THAN_ENROLLED = "more-present-than-enrolled"
    RETURNED_FROM_BLACKLIST = "returned-from-blacklist"
    SANCTIONED_DURING_CLASS = "sanctioned-during-class"
    CRITICAL_FINDING_LATE = "critical-finding-late"
    PUBLIC_REPORT = "public-report"
    TEACHER_GONE = "teacher-gone"
    MONEY_RECOVERED = "money-recovered"
    ONE_PERSON_TWO_DOCUMENTS = "one-person-two-documents"


class FlagDefinition(NamedTuple):
    """`holds`: a claim for what is flagged waits until an officer has settled it.

    `is_confidential`: only officers see it, not the institution concerned.
    """

    check: str
    title_en: str
    title_zh: str
    holds: bool = False
    is_confidential: bool = False


NO_CHECK: Final = "C00"
"""The code of flags that no numbered check of the domain rules raises."""


KINDS: Final[Mapping[FlagKind, FlagDefinition]] = {
    FlagKind.FEW_PRESENT: FlagDefinition(
        "C14", "A patrol found fewer trainees present than required.", "巡查时到课人数低于规定比例。", holds=True
    ),
    FlagKind.HOURS_WITHOUT_MARKS: FlagDefinition(
        "C14",
        "The institution set more hours for a day than the marks show.",
        "机构更正后的单日学时多于打卡记录。",
        holds=True,
    ),
    FlagKind.MARKED_NOT_PRESENT: FlagDefinition(
        "C14",
        "A patrol found fewer trainees than were marked present at that time.",
        "巡查时实际到课人数少于考勤记录显示的在场人数。",
        holds=True,
    ),
    FlagKind.TRAINING_NOT_CONFIRMED: FlagDefinition(
        "C14",
        "Too many trainees did not confirm their training by phone.",
        "电话抽查中未确认参加培训的学员过多。",
        holds=True,
    ),
    FlagKind.ONE_PERSON_TWO_DOCUMENTS: FlagDefinition(
        "C01",
        "Two documents of different kinds have the same name, birth date and phone: probably one person.",
        "两种不同证件的姓名、出生日期和手机号相同，疑似同一人。",
        holds=True,
    ),
    FlagKind.TWO_PLACES_AT_ONCE: FlagDefinition(
        "C05", "A trainee was marked present here while in another class.", "学员在另一班级上课期间在本班签到。"
    ),
    FlagKind.TOO_FAR_APART: FlagDefinition(
        "C05",
        "Two marks of a trainee are too far apart for the time between them.",
        "学员两次签到地点相距过远，间隔时间内无法到达。",
    ),
    FlagKind.ROSTER_GREW_LATE: FlagDefinition(
        "C15", "Trainees were added after the class had begun.", "开班后补报学员。", holds=True
    ),
    FlagKind.ONE_PHONE_MANY_TRAINEES: FlagDefinition(
        "C16", "Many trainees of one class gave the same phone number.", "同一班级多名学员填报了同一手机号。"
    ),
    FlagKind.ONE_PHONE_MANY_CLASSES: FlagDefinition(
        "C16",
        "Many trainees of the institution's concurrent classes gave the same phone number.",
        "同一机构同期多个班级的学员填报了同一手机号。",
    ),
    FlagKind.ONE_PHONE_MANY_INSTITUTIONS: FlagDefinition(
        "C16",
        "Trainees of several institutions gave the same phone number, and they are many.",
        "多家机构的多名学员填报了同一手机号。",
        holds=True,
        is_confidential=True,
    ),
    FlagKind.ONE_DEVICE_MANY_TRAINEES: FlagDefinition(
        "C16", "Many trainees checked in with the same phone.", "多名学员使用同一部手机签到。"
    ),
    FlagKind.DEVICE_TOO_FAST: FlagDefinition(
        "C16",
        "A device recorded more marks in one minute than is plausible.",
        "考勤设备一分钟内的打卡人次超出合理范围。",
    ),
    FlagKind.CLASS_TOO_SMALL: FlagDefinition(
        "C18", "The class started with fewer trainees than the required minimum.", "开班人数低于规定的最少人数。"
    ),
    FlagKind.AT_ODD_HOURS: FlagDefinition(
        "C20", "Attendance was marked at an unusual hour, such as at night.", "考勤时间处于夜间等非正常时段。"
    ),
    FlagKind.ON_A_HOLIDAY: FlagDefinition(
        "C20", "Attendance was recorded on a public holiday.", "法定节假日有考勤记录。"
    ),
    FlagKind.OVER_DAILY_HOURS: FlagDefinition(
        "C20", "The marks of one day give more hours than can count for a day.", "单日考勤学时超过每日学时上限。"
    ),
    FlagKind.SAME_SECOND: FlagDefinition(
        "C20", "Many trainees of one class were marked in the same second.", "同一班级多名学员在同一秒打卡。"
    ),
    FlagKind.DAY_REPEATED: FlagDefinition(
        "C20",
        "Most trainees came and went on several days at the very same minutes; the marks look copied.",
        "多数学员在不同日期的签到、签退时间逐分相同，疑似复制考勤。",
        holds=True,
    ),
    FlagKind.FACE_NOT_MATCHED: FlagDefinition(
        "C20",
        "A trainee's face failed to match several times on one day; another person may have attended.",
        "学员同一天多次人脸比对未通过，疑似他人代签。",
    ),
    FlagKind.DOUBLE_TAP: FlagDefinition(
        "C20",
        "Two marks of a trainee in opposite directions are less than a minute apart; later ones may be turned round.",
        "学员一分钟内先后签到、签退，其后的打卡方向可能颠倒。",
    ),
    FlagKind.LESSON_AT_ODD_TIME: FlagDefinition(
        "C20", "A lesson is planned at an unusual hour, such as at night.", "课程安排在夜间等非正常时段。"
    ),
    FlagKind.LESSON_ON_A_HOLIDAY: FlagDefinition(
        "C20", "A lesson is planned on a public holiday.", "课程安排在法定节假日。"
    ),
    FlagKind.PRACTICE_IN_THEORY_ROOM: FlagDefinition(
        "C18", "Practice is planned in a room that is registered for theory.", "实操课安排在登记为理论教室的房间。"
    ),
    FlagKind.BORROWED_TEACHER: FlagDefinition(
        "C24",
        "A teacher of the class works full time for another institution.",
        "授课教师为其他机构的专职教师，疑似转包办班。",
        holds=True,
    ),
    FlagKind.BORROWED_SITE: FlagDefinition(
        "C24",
        "The place of a lesson is also registered as a site of another institution.",
        "上课地点同时登记为其他机构的培训点，疑似转包办班。",
        holds=True,
    ),
    FlagKind.BORROWED_ACCOUNT: FlagDefinition(
        "C24",
        "The institution is paid to the same account as another institution.",
        "收款账户与其他机构相同，疑似转包办班。",
        holds=True,
    ),
    FlagKind.MORE_PRESENT_THAN_ENROLLED: FlagDefinition(
        "C24",
        "A patrol found more people present than are enrolled.",
        "巡查时到课人数多于报名人数，疑似混入其他班级人员。",
        holds=True,
    ),
    FlagKind.RETURNED_FROM_BLACKLIST: FlagDefinition(
        "C25",
        "The institution shares an owner, site or account with a blacklisted institution.",
        "本机构的负责人、培训点或账户与已列入黑名单的机构相同。",
        holds=True,
    ),
    FlagKind.SANCTIONED_DURING_CLASS: FlagDefinition(
        "C25",
        "A sanction that stops the institution applied on a day of the class.",
        "班级培训期间机构处于暂停办班、移出目录或列入黑名单的处罚期。",
        holds=True,
    ),
    FlagKind.CRITICAL_FINDING_LATE: FlagDefinition(
        "C25",
        "A critical finding was recorded after the class was completed.",
        "班级结班后登记了巡查发现的重大问题。",
        holds=True,
    ),
    FlagKind.PUBLIC_REPORT: FlagDefinition(
        NO_CHECK, "The public reported misconduct.", "收到群众举报。", is_confidential=True
    ),
    FlagKind.MONEY_RECOVERED: FlagDefinition(
        NO_CHECK,
        "Subsidy was recovered from the institution after an audit, a spot check or a fraud: consider a sanction.",
        "因审计、抽查或骗取已向机构追回补贴，请研究是否处罚。",
    ),
    FlagKind.TEACHER_GONE: FlagDefinition(
        NO_CHECK,
        "The class has lessons of a teacher who has died or left.",
        "班级后续课程的授课教师已去世或离岗。",
    ),
}
