"""Why a class that was given up by mistake cannot go on."""

from __future__ import annotations

from shared.kernel.refusals import Conflict


class LessonsTaken(Conflict):
    """Facts: `lessons`, how many of the class's."""

    slug = "lessons-taken"
    title_en = "Other classes have teachers or rooms of this class at the time of its lessons by now."
    title_zh = "该班部分课程的教师或教室现已被其他班级占用。"
    cure_en = "Have the other classes move their lessons first: {lessons} lessons of this class clash."
    cure_zh = "本班有 {lessons} 节课冲突；请先由其他班级调整课程，再撤回取消。"
