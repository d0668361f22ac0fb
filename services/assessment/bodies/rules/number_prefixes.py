"""The number prefix that the authority assigns to a body: characters 1 to 13 of its certificate numbers."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical

PREFIX: Final = re.compile(r"[YS][0-9]{4}41[0-9]{6}")


class BodyLetter(StrEnum):
    """Character 1: the kind of body."""

    EMPLOYER = "Y"
    SOCIAL = "S"


class WrongNumberPrefix(Invalid):
    """Facts: `example`."""

    slug = "wrong-number-prefix"
    title_en = "This is not a valid prefix of certificate numbers."
    title_zh = "证书编号前缀格式不正确。"
    cure_en = "Enter Y or S, the four digits of the body, 41 for the province, and six digits of the site: {example}."
    cure_zh = "前缀由 Y 或 S、四位机构代码、省份代码41和六位站点序号组成，如 {example}。"


def parse_prefix(raw: str) -> str:
    """The normalised number prefix in `raw`. Raises WrongNumberPrefix."""
    prefix = canonical(raw)
    if PREFIX.fullmatch(prefix) is None:
        raise WrongNumberPrefix(pointer="/number_prefix", example="S000041000123")
    return prefix


def letter_of(prefix: str) -> BodyLetter:
    """The letter of a prefix, which is the kind of body."""
    return BodyLetter(prefix[0])
