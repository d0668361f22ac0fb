"""The seats of a class."""

from __future__ import annotations

from shared.kernel.refusals import Conflict


class ClassFull(Conflict):
    """Facts: `seats`."""

    slug = "class-full"
    title_en = "The class has no free seat."
    title_zh = "该班名额已满。"
    cure_en = "A class takes at most as many trainees as it was filed for ({seats}). File another class for the others."
    cure_zh = "班级人数以报备名额（{seats}）为限；其余学员请另行报备班级。"
    check = "C18"
