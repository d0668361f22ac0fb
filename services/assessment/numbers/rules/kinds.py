"""Kinds of certificate numbers: those that the programme draws, and those that people present from before or elsewhere.

A number is unique within its kind. A further kind is a row of PATTERNS and nothing else. Source: domain rules §3.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from services.assessment.bodies.rules.number_prefixes import PREFIX
from services.assessment.numbers.rules import numbers
from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical


class UnknownNumberKind(Invalid):
    """Facts: `kinds`."""

    slug = "certificate-number-of-unknown-kind"
    title_en = "This is no certificate number of a kind that is known here."
    title_zh = "无法识别该证书编号的种类。"
    cure_en = "Copy the whole number from the certificate. Known kinds: {kinds}."
    cure_zh = "请对照证书完整填写编号。可识别的种类：{kinds}。"


class NumberKind(StrEnum):
    LEVEL = "level-22"
    """The eight-level scheme: 22 characters."""
    QUALIFICATION = "qualification-16"
    """The former vocational qualification certificate (职业资格证书): 16 digits."""
    LOCAL = "local-20"
    """Schemes of single places: 20 characters."""
    APPRENTICE = "apprentice-22"
    """Of apprentices, whom the eight-level scheme gives no number: as its numbers, with 0 in the place of the level.

    An assumption: no source was found.
    """


PATTERNS: Final[Mapping[NumberKind, re.Pattern[str]]] = {
    NumberKind.LEVEL: numbers.PATTERN,
    # Year 2, province 2, city 2, kind of body 1, body 3, level 1, serial 5.
    NumberKind.QUALIFICATION: re.compile(r"[0-9]{2}[1-8][0-9]{7}[1-5][0-9]{5}"),
    NumberKind.LOCAL: re.compile(r"[A-Z0-9]{2}[0-9]{18}"),
    NumberKind.APPRENTICE: re.compile(f"{PREFIX.pattern}[0-9]{{2}}0[0-9]{{6}}"),
}


class KindedNumber(NamedTuple):
    """A number with its kind."""

    kind: NumberKind
    number: str


def drawn(prefix: str, *, issued_on: date, award: Award, serials: Sequence[int]) -> list[KindedNumber]:
    """The numbers of new certificates, in order. Raises NoCertificateNumber for awards that are shown otherwise."""
    if award is Award.APPRENTICE:
        series = f"{prefix}{issued_on.year % 100:02}0"
        return [KindedNumber(NumberKind.APPRENTICE, f"{series}{serial:06}") for serial in serials]
    built = numbers.build(prefix, issued_on=issued_on, award=award, serials=serials)
    return [KindedNumber(NumberKind.LEVEL, number) for number in built]


def recognise(raw: str) -> KindedNumber:
    """The number in `raw` with its kind; spacing, width and case are ignored. Raises UnknownNumberKind."""
    number = canonical(raw)
    for kind, pattern in PATTERNS.items():
        if pattern.fullmatch(number):
            return KindedNumber(kind, number)
    raise UnknownNumberKind(kinds=[each.value for each in PATTERNS])
