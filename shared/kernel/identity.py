"""Identity documents: valid numbers, and their masked form.

No error, fact or `repr` here ever holds a number. Where a number was first issued says nothing about where its holder
lives, and county code lists would refuse living people, so region digits are not looked up. Source: domain rules §6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from stdnum.cn.ric import calc_check_digit

from shared.kernel.refusals import Invalid
from shared.kernel.spelling import canonical

BIRTH_YEAR_MIN = 1900

_LENGTH = 18
_LENGTH_OLD_FOREIGN = 15
_DIGITS_APART = re.compile(r"[0-9](?:[ ._/-]?[0-9]){16,}[ ._/-]?[Xx]?")
"""Digits, one or two of them perhaps written apart: 410102-19800101-1232."""
_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
_PERMIT_REGIONS = frozenset({"810000", "820000", "830000"})
_RUNS = ("0123456789" * 2, "1234567890" * 2, "123456789" * 2, "9876543210" * 2)
_PLACEHOLDERS = frozenset({digit * 17 for digit in "0123456789"} | {run[:17] for run in _RUNS})
_PLACEHOLDERS_OLD_FOREIGN = frozenset(body[:12] for body in _PLACEHOLDERS)


class DocumentKind(StrEnum):
    """The kind of document that has the number."""

    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"

    @property
    def shows_birth_date(self) -> bool:
        """Whether its number contains the holder's birth date; the digits of a foreign card are not interpreted."""
        return self is not DocumentKind.FOREIGN_PERMANENT_RESIDENT


class WrongLength(Invalid):
    """A number has too few or too many characters. Facts: `length`, `expected`."""

    slug = "identity-wrong-length"
    title_en = "The identity number has the wrong number of characters."
    title_zh = "证件号码位数不正确。"
    cure_en = "Expected: {expected}. Copy the whole number; spaces are ignored."
    cure_zh = "应为 {expected} 位；请对照证件完整填写，空格不影响识别。"
    check = "C01"


class WrongCharacters(Invalid):
    """A number contains a character that is not allowed in its position."""

    slug = "identity-wrong-characters"
    title_en = "The identity number contains a character that is not allowed in its position."
    title_zh = "证件号码含有不允许的字符。"
    cure_en = (
        "Use digits only. The last of 18 characters may be X; older permanent residence cards begin with 3 letters."
    )
    cure_zh = "只能填写数字；18位号码的末位可为X；旧版外国人永久居留证以三个字母开头。"
    check = "C01"


class WrongCheckDigit(Invalid):
    """A number's last character does not follow from the others."""

    slug = "identity-wrong-check-digit"
    title_en = "The identity number is mistyped: its check digit does not match."
    title_zh = "证件号码校验码不符，可能填写有误。"
    cure_en = "Compare the number with the document, digit by digit."
    cure_zh = "请对照证件逐位核对号码。"
    check = "C01"


class ImpossibleBirthDate(Invalid):
    """The birth date in a number does not exist, is in the future, or is too long ago. Facts: `earliest`, `latest`."""

    slug = "identity-impossible-birth-date"
    title_en = "The birth date in the identity number is not possible."
    title_zh = "证件号码中的出生日期不成立。"
    cure_en = "Check digits 7 to 14: they are the year, month and day of birth, from {earliest} to {latest}."
    cure_zh = "第7至14位为出生年月日，应在 {earliest} 与 {latest} 之间，请核对。"
    check = "C01"


class PlaceholderNumber(Invalid):
    """A number is a placeholder: one digit repeated, or digits in ascending or descending order."""

    slug = "identity-placeholder"
    title_en = "This is a placeholder, not an identity number."
    title_zh = "该值是占位内容，不是证件号码。"
    cure_en = "Enter the number on the person's document."
    cure_zh = "请填写本人证件上的号码。"
    check = "C01"


class WrongDocumentKind(Invalid):
    """A number belongs to a different kind of document from the given one. Facts: `given`, `looks_like`."""

    slug = "identity-wrong-document-kind"
    title_en = "The identity number belongs to another kind of document."
    title_zh = "证件号码与证件类型不一致。"
    cure_en = "Send the document kind {looks_like}, or correct the first digits of the number."
    cure_zh = "请将证件类型改为 {looks_like}，或核对号码开头几位。"
    check = "C01"


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A document accepted by `parse_document`; `number` is normalised and left out of `repr`."""

    kind: DocumentKind
    number: str = field(repr=False)

    @property
    def birth_date(self) -> date | None:
        """The holder's date of birth; None for a kind that does not show it."""
        if not self.kind.shows_birth_date:
            return None
        return date.fromisoformat(self.number[6:14])

    def age_on(self, day: date) -> int | None:
        """The holder's age in full years on `day`, from birthday to birthday; None if the birth date is unknown.

        A person born on 29 February turns a year older on 1 March of a common year.
        """
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def parse_document(kind: DocumentKind, raw: str, *, today: date) -> IdentityDocument:
    """The document of `kind` with the number `raw`, whatever its spacing, width and case.

    Raises WrongLength, PlaceholderNumber, WrongCharacters, WrongDocumentKind, WrongCheckDigit, ImpossibleBirthDate,
    in that order. `today` itself is a possible birth date. Source: domain rules §6.1, §6.2.
    """
    number = canonical(raw)
    if kind is DocumentKind.FOREIGN_PERMANENT_RESIDENT and len(number) == _LENGTH_OLD_FOREIGN:
        _check_old_foreign_card(number)
    else:
        _check_18(kind, number)
        if kind is not DocumentKind.FOREIGN_PERMANENT_RESIDENT:
            _check_birth_date(number[6:14], today)
    return IdentityDocument(kind, number)


def masked(number: str) -> str:
    """`number` masked for lists: the first six and last four characters, the rest as stars.

    Anything shorter than a real number is all stars. Source: domain rules §6.3.
    """
    if len(number) < _LENGTH_OLD_FOREIGN:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def last_four(number: str) -> str:
    """`number` masked for everybody: only its last four characters, which tell two people of one name apart.

    Anything shorter than a real number is all stars. Source: domain rules §6.3.
    """
    return "*" * len(number) if len(number) < _LENGTH_OLD_FOREIGN else "*" * (len(number) - 4) + number[-4:]


def contains_identity_number(text: str) -> bool:
    """Whether `text` contains an identity number, also inside a longer run of digits, or written apart.

    Any eleventh run of 18 digits has a correct check digit, so a number also shows a birth date that is possible:
    references of banks and serial numbers are not refused by chance.
    """
    if len(text) < _LENGTH:
        return False
    return any(_hides_number(re.sub(r"[ ._/-]", "", run).upper()) for run in _DIGITS_APART.findall(text))


def _hides_number(digits: str) -> bool:
    windows = (digits[start : start + _LENGTH] for start in range(len(digits) - _LENGTH + 1))
    return any(_shows_birth_date(window) and calc_check_digit(window) == window[17] for window in windows)


def _shows_birth_date(number: str) -> bool:
    try:
        return BIRTH_YEAR_MIN <= date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}").year < 2100
    except ValueError:
        return False


def _check_18(kind: DocumentKind, number: str) -> None:
    if len(number) != _LENGTH:
        raise WrongLength(length=len(number), expected=_expected_lengths(kind))
    body, last = number[:17], number[17]
    if body in _PLACEHOLDERS:
        raise PlaceholderNumber
    if not (number.isascii() and body.isdigit() and last in "0123456789X"):
        raise WrongCharacters
    looks_like = _kind_by_first_digits(number)
    if looks_like is not kind:
        raise WrongDocumentKind(given=kind.value, looks_like=looks_like.value)
    if calc_check_digit(number) != last:
        raise WrongCheckDigit


def _expected_lengths(kind: DocumentKind) -> list[int]:
    if kind is DocumentKind.FOREIGN_PERMANENT_RESIDENT:
        return [_LENGTH, _LENGTH_OLD_FOREIGN]
    return [_LENGTH]


def _kind_by_first_digits(number: str) -> DocumentKind:
    # One person must have one key, and the kind is part of the key: so a number is accepted under its own kind only.
    if number[0] == "9":
        return DocumentKind.FOREIGN_PERMANENT_RESIDENT
    if number[:6] in _PERMIT_REGIONS:
        return DocumentKind.RESIDENCE_PERMIT
    return DocumentKind.RESIDENT_ID


def _check_birth_date(digits: str, today: date) -> None:
    born = _day(digits)
    if born is None or born.year < BIRTH_YEAR_MIN or born > today:
        raise ImpossibleBirthDate(earliest=f"{BIRTH_YEAR_MIN}-01-01", latest=today.isoformat())


def _day(digits: str) -> date | None:
    # The refusal is raised outside this handler, so that it is not chained to an error that quotes the digits.
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def _check_old_foreign_card(number: str) -> None:
    if number[3:] in _PLACEHOLDERS_OLD_FOREIGN:
        raise PlaceholderNumber
    if _OLD_FOREIGN.fullmatch(number) is None:
        raise WrongCharacters
