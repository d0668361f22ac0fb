"""What flags there are: the check that each belongs to, whether a claim waits for it, and its words for officers."""

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
    ONE_DEVICE_MANY_TRAINEES = "one-device-many-trainees"
    DEVICE_TOO_FAST = "device-too-fast"
    CLASS_TOO_SMALL = "class-too-small"
    ROSTER_GREW_LATE = "roster-grew-late"
    AT_ODD_HOURS = "at-odd-hours"
    ON_A_HOLIDAY = "on-a-holiday"
    OVER_DAILY_HOURS = "over-daily-hours"
    SAME_SECOND = "same-second"
    FACE_NOT_MATCHED = "face-not-matched"
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


class KindOfFlag(NamedTuple):
    """`holds`: a claim for what is flagged waits until an officer has settled it."""

    check: str
    title_en: str
    title_zh: str
    holds: bool = False


KINDS: Final[Mapping[FlagKind, KindOfFlag]] = {
    FlagKind.FEW_PRESENT: KindOfFlag(
        "C14", "A patrol met fewer trainees than have to be there.", "巡查时到课人数低于规定比例。", holds=True
    ),
    FlagKind.HOURS_WITHOUT_MARKS: KindOfFlag(
        "C14",
        "The institution gave a trainee more hours for a day than the marks show.",
        "机构更正后的单日学时多于打卡记录。",
        holds=True,
    ),
    FlagKind.MARKED_NOT_PRESENT: KindOfFlag(
        "C14",
        "A patrol met fewer trainees than were marked present at that moment.",
        "巡查时实际到课人数少于考勤记录显示的在场人数。",
        holds=True,
    ),
    FlagKind.TRAINING_NOT_CONFIRMED: KindOfFlag(
        "C14",
        "Too many trainees did not confirm on the phone that they were trained.",
        "电话抽查中未确认参加培训的学员过多。",
        holds=True,
    ),
    FlagKind.TWO_PLACES_AT_ONCE: KindOfFlag(
        "C05", "A trainee was marked present while in another class.", "学员在另一班级上课期间在本班签到。"
    ),
    FlagKind.TOO_FAR_APART: KindOfFlag(
        "C05",
        "Two marks of a trainee are too far apart for the time between them.",
        "学员两次签到地点相距过远，间隔时间内无法到达。",
    ),
    FlagKind.ROSTER_GREW_LATE: KindOfFlag(
        "C15", "Trainees were added to a class that had begun.", "开班后补报学员。", holds=True
    ),
    FlagKind.ONE_PHONE_MANY_TRAINEES: KindOfFlag(
        "C16", "Many trainees of a class gave the same phone.", "同一班级多名学员填报了同一手机号。"
    ),
    FlagKind.ONE_PHONE_MANY_CLASSES: KindOfFlag(
        "C16",
        "Many trainees of an institution's classes on the same days gave the same phone.",
        "同一机构同期多个班级的学员填报了同一手机号。",
    ),
    FlagKind.ONE_DEVICE_MANY_TRAINEES: KindOfFlag(
        "C16", "Many trainees marked themselves with one phone.", "多名学员使用同一部手机签到。"
    ),
    FlagKind.DEVICE_TOO_FAST: KindOfFlag(
        "C16",
        "A device made more marks in a minute than people can pass it.",
        "考勤设备一分钟内的打卡人次超出合理范围。",
    ),
    FlagKind.CLASS_TOO_SMALL: KindOfFlag(
        "C18", "The class started with fewer trainees than a class should have.", "开班人数低于规定的最少人数。"
    ),
    FlagKind.AT_ODD_HOURS: KindOfFlag("C20", "Trainees were marked at night.", "考勤时间处于夜间等非正常时段。"),
    FlagKind.ON_A_HOLIDAY: KindOfFlag("C20", "Attendance was recorded on a public holiday.", "法定节假日有考勤记录。"),
    FlagKind.OVER_DAILY_HOURS: KindOfFlag(
        "C20", "The marks of a day make more hours than can count for one.", "单日考勤学时超过每日学时上限。"
    ),
    FlagKind.SAME_SECOND: KindOfFlag(
        "C20", "Many trainees of a class were marked in the very same second.", "同一班级多名学员在同一秒打卡。"
    ),
    FlagKind.FACE_NOT_MATCHED: KindOfFlag(
        "C20",
        "A trainee's face was not recognised again and again on one day: perhaps somebody else came.",
        "学员同一天多次人脸比对未通过，疑似他人代签。",
    ),
    FlagKind.LESSON_AT_ODD_TIME: KindOfFlag("C20", "A lesson is planned at night.", "课程安排在夜间等非正常时段。"),
    FlagKind.LESSON_ON_A_HOLIDAY: KindOfFlag(
        "C20", "A lesson is planned on a public holiday.", "课程安排在法定节假日。"
    ),
    FlagKind.PRACTICE_IN_THEORY_ROOM: KindOfFlag(
        "C18", "Practice is planned in a room that is listed for theory.", "实操课安排在登记为理论教室的房间。"
    ),
    FlagKind.BORROWED_TEACHER: KindOfFlag(
        "C24",
        "A teacher of the class works full time for another institution.",
        "授课教师为其他机构的专职教师，疑似转包办班。",
        holds=True,
    ),
    FlagKind.BORROWED_SITE: KindOfFlag(
        "C24",
        "Another institution lists the place of a lesson as its own.",
        "上课地点同时登记为其他机构的培训点，疑似转包办班。",
        holds=True,
    ),
    FlagKind.BORROWED_ACCOUNT: KindOfFlag(
        "C24",
        "Another institution is paid to the same account.",
        "收款账户与其他机构相同，疑似转包办班。",
        holds=True,
    ),
    FlagKind.MORE_PRESENT_THAN_ENROLLED: KindOfFlag(
        "C24",
        "A patrol met more people than are enrolled.",
        "巡查时到课人数多于报名人数，疑似混入其他班级人员。",
        holds=True,
    ),
    FlagKind.RETURNED_FROM_BLACKLIST: KindOfFlag(
        "C25",
        "An owner, site or account of a blacklisted institution is this institution's too.",
        "本机构的负责人、培训点或账户与已列入黑名单的机构相同。",
        holds=True,
    ),
    FlagKind.SANCTIONED_DURING_CLASS: KindOfFlag(
        "C25",
        "A sanction that stops the institution stands on a day of the class.",
        "班级培训期间机构处于暂停办班、移出目录或列入黑名单的处罚期。",
        holds=True,
    ),
    FlagKind.CRITICAL_FINDING_LATE: KindOfFlag(
        "C25",
        "A critical finding was recorded after the class had been completed.",
        "班级结班后登记了巡查发现的重大问题。",
        holds=True,
    ),
}
