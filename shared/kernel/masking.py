"""Numbers masked in what people write without being known: a text stays readable, its numbers do not."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MASK: Final = "***"
DIGITS_MIN: Final = 7
"""As many digits in a row, whatever stands between them, may be the number of a person, a phone or an account."""

_WRITTEN_OUT: Final = "[〇零一二三四五六七八九幺]"
_BETWEEN: Final = r"[\s\-‐-―－.,·•_()/\\:]{0,3}"
_NUMBER: Final = re.compile(
    f"[0-9](?:{_BETWEEN}[0-9]){{{DIGITS_MIN - 1},}}[Xx]?|{_WRITTEN_OUT}(?: ?{_WRITTEN_OUT}){{{DIGITS_MIN - 1},}}"
)
_DAY: Final = re.compile(r"(?<![0-9])20[0-9]{2}[-./年](?:1[0-2]|0?[1-9])[-./月](?:3[01]|[12][0-9]|0?[1-9])(?![0-9])")


def masked(text: str) -> str:
    """`text` with every number that may be of a person, a phone or an account masked; days stay readable."""
    plain = "".join(_plain(char) for char in text)
    kept, start = [], 0
    for day in _DAY.finditer(plain):
        kept += [_without_numbers(text, plain, start, day.start()), text[day.start() : day.end()]]
        start = day.end()
    return "".join([*kept, _without_numbers(text, plain, start, len(text))])


def _without_numbers(text: str, plain: str, start: int, end: int) -> str:
    """The part of `text` from `start` to `end`, with its numbers masked; `plain` is `text` with plain digits."""
    kept = []
    for number in _NUMBER.finditer(plain, start, end):
        kept += [text[start : number.start()], MASK]
        start = number.end()
    return "".join([*kept, text[start:end]])


def _plain(char: str) -> str:
    """The character as it is searched: digits of any width as ASCII ones, unseen characters as spaces."""
    if char.isascii():
        return char
    compatible = unicodedata.normalize("NFKC", char)
    if len(compatible) == 1 and compatible.isascii():
        return compatible
    return " " if unicodedata.category(char) == "Cf" else char
