"""Certificate numbers of 22 characters: built and parsed. Source: domain rules §3.5.

    Y 0001 41 000123   25   3     000042
    body's prefix      year award serial of the body in that year

There is no check digit: a mistyped number looks like another one, so only a look-up shows whether it exists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from services.assessment.bodies.rules.number_prefixes import PREFIX
from services.assessment.numbers.rules.blocks import SERIAL_MAX
from shared.kernel.awards import Award
from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical

NUMBER_LENGTH: Final = 22

PATTERN: Final = re.compile(f"({PREFIX.pattern})([0-9]{{2}})([654321TS])([0-9]{{6}})")


class WrongNumberLength(Invalid):
    """Facts: `length`, `expected`."""

    slug = "certificate-number-wrong-length"
    title_en = "A certificate number of the eight-level scheme has 22 characters."
    title_zh = "职业技能等级证书编号应为22位。"
    cure_en = "Copy the whole number from the certificate; spaces are ignored."
    cure_zh = "请对照证书完整填写编号，空格不影响识别。"


class WrongNumberCharacters(Invalid):
    slug = "certificate-number-wrong-characters"
    title_en = "The certificate number contains a character that is not allowed in its position."
    title_zh = "证书编号含有不允许的字符。"
    cure_en = (
        "It starts with Y or S, characters 6 and 7 are 41 (the province), and character 16 is the level (5 to 1, T, S) "
        "or 6 for a special ability."
    )
    cure_zh = "编号以 Y 或 S 开头，第6至7位为省份代码41，第16位为等级（5至1、T 或 S，专项职业能力为 6），其余为数字。"


class NoCertificateNumber(Invalid):
    slug = "level-has-no-certificate-number"
    title_en = "Certificates of this award do not have a number in the eight-level scheme."
    title_zh = "该等级（证书种类）不核发职业技能等级证书编号。"


class CertificateNumber(NamedTuple):
    """A number's parts. `year` is its last two digits, `serial` counts from 1."""

    prefix: str
    year: int
    award: Award
    serial: int

    def agrees_with(self, *, issued_on: date, award: Award) -> bool:
        """Whether year and award in the number match those of the record that was found."""
        return self.year == issued_on.year % 100 and self.award is award


def build(prefix: str, *, issued_on: date, award: Award, serials: Sequence[int]) -> list[str]:
    """The numbers of certificates. Raises NoCertificateNumber for an apprentice, and for awards shown otherwise."""
    assert PREFIX.fullmatch(prefix), "a prefix is checked when its body is filed"
    assert all(1 <= serial <= SERIAL_MAX for serial in serials), "serials come from a block"
    require_mark(award)
    series = f"{prefix}{issued_on.year % 100:02}{award.certificate_mark}"
    return [f"{series}{serial:06}" for serial in serials]


def require_mark(award: Award) -> None:
    """Raises NoCertificateNumber for an award whose certificates have no number."""
    if award.certificate_mark is None:
        raise NoCertificateNumber


def parse(raw: str) -> CertificateNumber:
    """The parts of the number in `raw`; spacing and case are ignored.

    Raises WrongNumberLength, WrongNumberCharacters.
    """
    number = canonical(raw)
    if len(number) != NUMBER_LENGTH:
        raise WrongNumberLength(length=len(number), expected=NUMBER_LENGTH)
    parts = PATTERN.fullmatch(number)
    if parts is None or int(parts[4]) == 0:
        raise WrongNumberCharacters
    return CertificateNumber(parts[1], int(parts[2]), Award.from_certificate_mark(parts[3]), int(parts[4]))
