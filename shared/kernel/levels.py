"""The eight levels of the national skills scheme, ordered by rank and never by the mark on a certificate."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from shared.kernel.refusals import Invalid


class UnknownLevel(Invalid):
    """No level has this code or mark. Facts: `known`."""

    slug = "unknown-level"
    title_en = "This is not a skill level."
    title_zh = "没有这个技能等级。"
    cure_en = "Use one of these: {known}."
    cure_zh = "请使用以下取值之一：{known}。"


class Level(IntEnum):
    """A skill level; its value is its rank, so `<` and `max` mean what people mean. Source: domain rules §3.1."""

    APPRENTICE = 1
    JUNIOR_WORKER = 2
    INTERMEDIATE_WORKER = 3
    SENIOR_WORKER = 4
    TECHNICIAN = 5
    SENIOR_TECHNICIAN = 6
    SPECIAL_GRADE_TECHNICIAN = 7
    CHIEF_TECHNICIAN = 8

    @classmethod
    def from_code(cls, code: str) -> Level:
        """The level written "L1" to "L8". Raises UnknownLevel."""
        level = _BY_CODE.get(code)
        if level is None:
            raise UnknownLevel(known=list(_BY_CODE))
        return level

    @classmethod
    def from_certificate_mark(cls, mark: str) -> Level:
        """The level that `mark` stands for in a certificate number (5 is low, 1 is high). Raises UnknownLevel."""
        level = _BY_MARK.get(mark)
        if level is None:
            raise UnknownLevel(known=list(_BY_MARK))
        return level

    @property
    def code(self) -> str:
        """The level's name in files, messages and policy rows, from "L1" up to "L8" by rank."""
        return _CODES[self - 1]

    @property
    def certificate_mark(self) -> str | None:
        """The character at place 16 of a certificate number; None for an apprentice, who gets no such number.

        The letters of the two highest levels are assumptions. Source: domain rules §3.5.
        """
        return _WORDS[self - 1].certificate_mark

    @property
    def is_high_skilled(self) -> bool:
        """Whether a certificate of this level makes its holder a high-skilled talent. Source: domain rules §3.1."""
        return self >= Level.SENIOR_WORKER

    @property
    def name_zh(self) -> str:
        """The official Chinese name."""
        return _WORDS[self - 1].name_zh

    @property
    def name_en(self) -> str:
        """The English name, with the old "level five" to "level one" where there is one."""
        return _WORDS[self - 1].name_en


class _Words(NamedTuple):
    certificate_mark: str | None
    name_zh: str
    name_en: str


# In order of rank, from 1.
_WORDS = (
    _Words(None, "学徒工", "Apprentice worker"),
    _Words("5", "初级工", "Junior worker (level five)"),
    _Words("4", "中级工", "Intermediate worker (level four)"),
    _Words("3", "高级工", "Senior worker (level three)"),
    _Words("2", "技师", "Technician (level two)"),
    _Words("1", "高级技师", "Senior technician (level one)"),
    _Words("T", "特级技师", "Special-grade technician"),
    _Words("S", "首席技师", "Chief technician"),
)
_CODES = tuple(f"L{level.value}" for level in Level)
_BY_CODE = dict(zip(_CODES, Level, strict=True))
_BY_MARK = {words.certificate_mark: level for words, level in zip(_WORDS, Level, strict=True) if words.certificate_mark}
