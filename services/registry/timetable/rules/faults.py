"""The refusals of a timetable."""

from __future__ import annotations

from shared.kernel.refusals import Conflict, Invalid


class LessonOutsideClass(Invalid):
    """Facts: `starts_on`, `ends_on` of the class."""

    slug = "lesson-outside-class"
    title_en = "The lesson is not on a day of the class."
    title_zh = "该课程不在班级的培训日期之内。"
    cure_en = "Move it between {starts_on} and {ends_on}, or change the days of the class together with its lessons."
    cure_zh = "请安排在 {starts_on} 至 {ends_on} 之间；如需变更班级日期，请连同新的课程表一并报告。"


class LessonEndsBeforeStart(Invalid):
    slug = "lesson-ends-before-start"
    title_en = "The lesson ends before it starts."
    title_zh = "课程的结束时间不晚于开始时间。"
    cure_en = "Give an ends_at after begins_at."
    cure_zh = "请将 ends_at 改为晚于 begins_at 的时间。"


class LessonOverMidnight(Invalid):
    """Facts: `day` on which it begins."""

    slug = "lesson-over-midnight"
    title_en = "The lesson does not end on the day on which it begins."
    title_zh = "课程跨越零点，未在当日结束。"
    cure_en = "Attendance is counted by day. End the lesson before midnight of {day}, and plan the rest as another one."
    cure_zh = "考勤按日计算。请在 {day} 零点前结束该课程，其余部分另排一节课。"


class LessonTooShort(Invalid):
    """Facts: `hours`."""

    slug = "lesson-too-short"
    title_en = "The lesson is too short for its class hours."
    title_zh = "该课程的起止时间不足所填学时（每学时 45 分钟）。"
    cure_en = "A class hour takes 45 minutes. Correct the hours ({hours}) or the times."
    cure_zh = "每学时为 45 分钟，请核对学时或起止时间。"
    check = "C14"


class LessonsMeet(Invalid):
    """Facts: `begins_at` of the later one."""

    slug = "lessons-meet"
    title_en = "Two lessons of the class overlap in part, or parallel lessons have different hours."
    title_zh = "同一班级的课程时间部分重叠，或分组课程的学时不一致。"
    cure_en = "Parallel lessons of groups have the same start, end and hours. All other lessons must not overlap."
    cure_zh = "分组授课的课程须同时开始、同时结束且学时相同；其他课程应先后安排。"


class TeacherInTwoPlaces(Conflict):
    """Facts: `begins_at` of the lesson."""

    slug = "teacher-in-two-places"
    title_en = "The teacher already has another lesson at that time."
    title_zh = "该教师在此时间已有其他课程。"
    cure_en = "Move the lesson to another time or assign another teacher."
    cure_zh = "请调整上课时间，或改由其他教师授课。"
    check = "C06"


class RoomTaken(Conflict):
    """Facts: `begins_at` of the lesson."""

    slug = "room-taken"
    title_en = "The room already has another lesson at that time."
    title_zh = "该教室在此时间已有其他课程。"
    cure_en = "Move the lesson to another time or another room."
    cure_zh = "请调整上课时间或更换教室。"
    check = "C18"


class RoomsTooSmall(Invalid):
    """Facts: `holds`, how many the rooms and teachers of that time take, and `seats` of the class."""

    slug = "rooms-too-small"
    title_en = "The rooms are too small for the class, or a practical lesson has too few teachers."
    title_zh = "教室容量不足，或实操课的教师人数不足。"
    cure_en = "At that time there is room for {holds} of {seats} trainees. Use larger rooms or add groups."
    cure_zh = "该时段的教室和教师只能容纳 {holds} 人，班级名额为 {seats} 人；请更换教室或增加分组。"
    check = "C18"


class TraineesElsewhere(Conflict):
    """Facts: `trainees`, how many would be in two lessons at once; `local_ids` of the first twenty of them."""

    slug = "trainees-elsewhere"
    title_en = "Some trainees have a lesson of another class at the time of these lessons."
    title_zh = "部分学员在所排课程的时间须参加其他培训班的课程。"
    cure_en = (
        "Move the lessons to a time at which these {trainees} trainees have no other lesson, or withdraw or transfer "
        "them first: {local_ids}."
    )
    cure_zh = "请将课程调整到以下学员（共 {trainees} 名）没有其他课程的时间，或先为其办理退学、转班：{local_ids}。"
    check = "C04"


class TooManyLessonHours(Invalid):
    """Facts: `day`, `hours` planned, `hours_max`."""

    slug = "too-many-lesson-hours"
    title_en = "The lessons of one day have too many class hours."
    title_zh = "单日课程学时超过每日学时上限。"
    cure_en = "Plan at most {hours_max} class hours on {day}."
    cure_zh = "请将 {day} 的课程控制在 {hours_max} 学时以内。"
    check = "C20"


class TimetableHoursDiffer(Invalid):
    """Facts: `hours` of the lessons, `class_hours`."""

    slug = "timetable-hours-differ"
    title_en = "The hours of the lessons do not add up to the hours of the class."
    title_zh = "课程表的总学时与班级学时不一致。"
    cure_en = "The lessons have {hours} hours, the class has {class_hours}. Parallel lessons of groups count once."
    cure_zh = "课程表合计 {hours} 学时，班级为 {class_hours} 学时；同一时间的分组课程只计一次。"
    check = "C14"


class TeacherNotEngaged(Invalid):
    """Facts: `day` of the lesson."""

    slug = "teacher-not-engaged"
    title_en = "This teacher is not engaged by your institution on that day."
    title_zh = "该教师在课程当日未受聘于本机构（可能已离任）。"
    cure_en = "Choose a teacher who is engaged on {day}, or register the engagement first."
    cure_zh = "请指定在 {day} 受聘于本机构的教师，或先登记聘用。"


class TeacherNotForProject(Invalid):
    """Facts: `project`."""

    slug = "teacher-not-for-project"
    title_en = "The teacher is not registered by your institution for the project of the class."
    title_zh = "本机构未登记该教师可承担本班所属项目的教学。"
    cure_en = "Add {project} to the teacher's projects, or assign another teacher."
    cure_zh = "请先将 {project} 加入该教师可承担的项目，或改由其他教师授课。"


class TeacherNotQualified(Invalid):
    """Facts: `day` of the lesson."""

    slug = "teacher-not-qualified"
    title_en = "The teacher has no qualification that is valid on that day."
    title_zh = "该教师在课程当日没有有效的资格证书。"
    cure_en = (
        "Add a qualification that is valid on {day}, or assign another teacher. Qualifications entered by other "
        "institutions count after an officer has verified them."
    )
    cure_zh = (
        "请补充在 {day} 有效的资格证书，或改由其他教师授课。其他机构登记的证书，"
        "经主管部门工作人员核验后方可在本机构使用。"
    )


class TimetableClosed(Conflict):
    slug = "timetable-closed"
    title_en = "The timetable of this class can no longer be changed."
    title_zh = "该班的课程表已不能再变更。"
    cure_en = "A timetable can be changed until the class is completed or cancelled."
    cure_zh = "班级结班或取消后，课程表不能再变更。"


class LessonHasBegun(Conflict):
    """Facts: `begins_at` of the first lesson that would change."""

    slug = "lesson-has-begun"
    title_en = "A lesson that has started can no longer be changed."
    title_zh = "已经开始的课程不能再变更。"
    cure_en = (
        "Send all lessons up to now unchanged, except those reported as not held. If a lesson was not held, "
        "report it first, then add a lesson to replace it."
    )
    cure_zh = "请保留此刻之前的课程（已登记停课的除外），仅变更之后的课程。课程实际未上的，请先登记停课，再补排课程。"
    reference = "POST /v1/classes/…/omission"


class LessonToCome(Conflict):
    """Facts: `begins_at` of the lesson."""

    slug = "lesson-to-come"
    title_en = "The lesson has not started yet, so it cannot be reported as not held."
    title_zh = "该课程尚未开始，不能登记停课。"
    cure_en = "Change the timetable instead, or report the cancelled lesson after its planned start."
    cure_zh = "请在课程表中调整该课程；临时停课的，请在原定开始时间之后登记。"


class ReasonMissing(Invalid):
    slug = "timetable-reason-missing"
    title_en = "The class is approved: a change of its timetable needs a reason."
    title_zh = "班级已审批，变更课程表须填写原因。"
    cure_en = "State a reason for the change; the county sees it in the history of the class."
    cure_zh = "请填写变更原因，县区可在班级历史中查看。"
