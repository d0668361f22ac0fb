"""Names and phone numbers of people: their forms, and placeholders and damaged names that are refused."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import StringConstraints

from shared.forms import ENCRYPTED
from shared.kernel.names import spelling_fault
from shared.kernel.refusals import Invalid, Refusal
from shared.kernel.spelling import canonical

PHONE_DIGITS: Final = 11
PHONE_EXPECTED_EN: Final = f"{PHONE_DIGITS} digits that begin with 1"
PHONE_EXPECTED_ZH: Final = f"以1开头的{PHONE_DIGITS}位数字"

Phone = Annotated[str, StringConstraints(pattern=rf"^1[0-9]{{{PHONE_DIGITS - 1}}}$"), ENCRYPTED]
"""A mobile phone number, as forms accept it."""

DAMAGED: Final = "the stored name was damaged 原登记姓名有损坏"
"""The reason that is kept where a later sound spelling takes the place of a damaged name."""

_ORDINARY_NAME: Final = re.compile(r"([\u4e00-\u9fff])(?!\1+$)[\u4e00-\u9fff]{1,3}")
"""Two to four Chinese characters, not all the same: nearly every name, checked quickly."""
NO_WORDS: Final = frozenset(
    {
        "NA", "NONE", "NULL", "NIL", "NAN", "UNDEFINED", "UNKNOWN", "NAME", "TEST", "TESTER", "TESTING", "TBD", "TODO",
        "ABC", "ASDF", "QWERTY",
        "无", "暂无", "没有", "无名", "无姓名", "不详", "未知", "未填", "未填写", "待定", "待补", "空", "姓名", "名字",
        "测试", "测试员", "测试者", "测试用户", "测试人员", "测试学员", "匿名", "佚名", "某某", "某人",
        "同上", "同前", "如上", "见上", "略", "从略", "DITTO",
    }
)  # fmt: skip
_RUN_LENGTH: Final = 8
_ASCENDING: Final = "0123456789" * 2
_RUNS: Final = frozenset(
    digits[start : start + _RUN_LENGTH]
    for digits in (*(digit * _RUN_LENGTH for digit in "0123456789"), _ASCENDING, _ASCENDING[::-1])
    for start in range(len(digits) - _RUN_LENGTH + 1)
)


class PlaceholderName(Invalid):
    slug = "placeholder-name"
    title_en = "This is placeholder text; it is not a name."
    title_zh = "该姓名是占位内容，不是真实姓名。"
    cure_en = "Give the name shown on the person's document."
    cure_zh = "请填写与证件一致的真实姓名。"


class PlaceholderPhone(Invalid):
    slug = "placeholder-phone"
    title_en = "This is a placeholder; it is not the trainee's phone number."
    title_zh = "该手机号是占位内容，不是学员的真实号码。"
    cure_en = "Give the trainee's own phone number."
    cure_zh = "请填写学员本人的手机号。"


def name_fault(name: str) -> Refusal | None:
    """The fault of a word for "none", of no letters or one repeated letter, or of the spelling; None for a name."""
    if _ORDINARY_NAME.fullmatch(name) is not None and name not in NO_WORDS:
        return None
    letters = "".join(char for char in canonical(name) if char.isalpha())
    # Two characters that are the same can be a name (丁丁); one Latin letter, or three times the same, cannot.
    repeated = len(set(letters)) == 1 and (letters.isascii() or len(letters) > 2)
    if not letters or letters in NO_WORDS or repeated:
        return PlaceholderName(pointer="/name")
    return spelling_fault(name)


def phone_fault(phone: str | None) -> PlaceholderPhone | None:
    """The fault of a number that begins or ends with eight equal, ascending or descending digits, else None."""
    if phone is not None and (phone[-_RUN_LENGTH:] in _RUNS or phone[:_RUN_LENGTH] in _RUNS):
        return PlaceholderPhone(pointer="/phone")
    return None
