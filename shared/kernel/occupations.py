"""Codes of the national classification of occupations."""

from __future__ import annotations

import re

from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical

_CODE = re.compile(r"[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}")


class MalformedOccupation(Invalid):
    """An occupation code has not the form d-dd-dd-dd. Facts: `example`."""

    slug = "malformed-occupation"
    title_en = "This is not an occupation code."
    title_zh = "职业编码格式不正确。"
    cure_en = "Write it like {example}: one digit, then three groups of two digits, separated by hyphens."
    cure_zh = "请按 {example} 的格式填写：一位数字加三组两位数字，以连字符分隔。"


def parse_occupation(raw: str) -> str:
    """The code in `raw`, such as "4-10-01-05". Raises MalformedOccupation.

    Only the form is checked: codes change with the edition of the classification, so whether one exists is a question
    to the edition in force. Source: domain rules §6.1.
    """
    code = canonical(raw)
    if _CODE.fullmatch(code) is None:
        raise MalformedOccupation(example="4-10-01-05")
    return code
