"""Conversion of one cell to a value: detects what spreadsheets do to numbers and dates, and undoes it if possible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from shared.kernel.identity import contains_identity_number
from shared.spreadsheets.cell_faults import (
    CellUnfit,
    DateAsNumber,
    DateAsText,
    DigitsLost,
    ErrorCell,
    TurnedIntoDate,
    UnknownChoice,
    UnreadableRow,
    ZerosLost,
)
from shared.spreadsheets.tables import Column, Kind

Raw = str | int | float | bool | date | datetime | time | timedelta
"""What readers return for a cell; an empty one is ""."""
Value = str | bool | int | list[str]

DIGITS_KEPT: Final = 15
"""The number of digits that a number in a spreadsheet keeps."""

_LENGTH_OF_DAY: Final = len("20250901")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_ROUNDED = re.compile(r"[0-9]{15}000")
_YEAR_FIRST = re.compile(
    r"([12][0-9]{3})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))(?:[ T]00?:00(?::00(?:\.0+)?)?)?"
)
_IN_CHINESE = str.maketrans({"年": "-", "月": "-", "日": "", " ": ""})
_HELD_AS_TEXT = re.compile(r'="([^"]*)"')
_MARKS = frozenset("='‘’")
_ABROAD = re.compile(r"(?:\+|00)?86(1[0-9]{9,})")
_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_COUNT = re.compile(r"([0-9]{1,12})(?:\.0+)?")
_BETWEEN = re.compile(r"[,，、;；\s]+")
_REPLACEMENT = "\ufffd"
"""The character of a program that could not decode its input."""
_UNSEEN = frozenset({"Cc", "Cf"})
_SEEN = "\t\n"
"""Control characters that separate the text around them."""
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"})


def read(column: Column, raw: Raw) -> Value:
    """The value of a cell that is not empty; "" if it is only blanks. Raises a cell fault."""
    if isinstance(raw, str):
        if _REPLACEMENT in raw and column.kind is not Kind.NAME:
            raise UnreadableRow
        text = raw.strip() if column.kind is Kind.NAME else tidy(raw)
        if text[:1] == "#" and text in _ERRORS:
            raise ErrorCell
        return _FROM_TEXT[column.kind](column, text)
    match column.kind:
        case Kind.CODE | Kind.PHONE | Kind.LIST:
            return _code_of(column, raw)
        case Kind.DATE:
            return _day_of(column, raw)
        case Kind.COUNT | Kind.YUAN | Kind.NUMBER:
            return _FROM_TEXT[column.kind](column, shown(raw) if isinstance(raw, int | float) else "")
        case Kind.CHOICE:
            if isinstance(raw, bool) and raw in column.choices.values():
                return raw
            raise UnknownChoice
        case Kind.TEXT | Kind.NAME:
            raise CellUnfit


def unheld(text: str) -> str:
    """The text inside ="007", which programs write to protect text from the spreadsheet; other text unchanged."""
    held = _HELD_AS_TEXT.fullmatch(text)
    return held[1] if held else text


def shown(raw: Raw) -> str:
    """The cell as text, for the file that is returned."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw)) if abs(raw) < 10**DIGITS_KEPT else repr(raw)
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date().isoformat()
    return str(raw)


def tidy(text: str) -> str:
    """`text` in NFKC, without surrounding blanks and invisible characters; full-width digits become ASCII digits."""
    stripped = text.strip()
    return stripped if stripped.isascii() and stripped.isprintable() else _normal(text)


@lru_cache(maxsize=4096)
def _normal(text: str) -> str:
    # A column of choices has few values, and many names are repeated.
    normal = unicodedata.normalize("NFKC", text)
    return "".join(char for char in normal if char in _SEEN or unicodedata.category(char) not in _UNSEEN).strip()


def _code_in(_: Column, text: str) -> str:
    if text[:1] in _MARKS:
        # People type the apostrophe that marks text in a spreadsheet, also where the cell is already text.
        text = unheld(text).lstrip("'‘’").strip()
    if "+" in text and _SCIENTIFIC.fullmatch(text):
        raise DigitsLost
    # An 18-digit number of which a spreadsheet kept 15 digits, shown in full.
    if text[-3:] == "000" and _ROUNDED.fullmatch(text) and not contains_identity_number(text):
        raise DigitsLost
    return text


def _phone_in(column: Column, text: str) -> str:
    if text.isdigit() and text[0] == "1" and len(text) < DIGITS_KEPT:
        return text
    digits = "".join(char for char in _code_in(column, text) if char not in " -")
    abroad = _ABROAD.fullmatch(digits)
    return abroad[1] if abroad else digits


def _list_in(column: Column, text: str) -> list[str]:
    parts = [part for part in _BETWEEN.split(text) if part]
    return [str(_choice(column, part)) for part in parts] if column.choices else parts


def _code_of(column: Column, raw: Raw) -> str:
    if isinstance(raw, bool):
        raise CellUnfit
    if not isinstance(raw, int | float):
        raise TurnedIntoDate
    if abs(raw) >= 10**DIGITS_KEPT:
        raise DigitsLost
    if column.kind is Kind.PHONE and float(raw).is_integer():
        return _phone_in(column, str(int(raw)))
    raise ZerosLost


def _day_of(column: Column, raw: Raw) -> str:
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise CellUnfit
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    # 20250901 cannot be a serial day number: current ones have five digits.
    if isinstance(raw, int | float) and float(raw).is_integer() and len(str(int(raw))) == _LENGTH_OF_DAY:
        return _day_in(column, str(int(raw)))
    raise DateAsNumber


def _day_in(_: Column, text: str) -> str:
    return _day_of_text(text)


@lru_cache(maxsize=4096)
def _day_of_text(text: str) -> str:
    # Where the year comes first, month and day follow it everywhere.
    found = _YEAR_FIRST.fullmatch(text.translate(_IN_CHINESE) if "年" in text else text)
    day = found and _day(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
    # Raised outside a handler, so that it is not chained to an error that quotes the cell.
    if text and day is None:
        raise DateAsText
    return day.isoformat() if day else text


def _fen_in(_: Column, text: str) -> int:
    # Thousands separators are removed.
    found = _YUAN.fullmatch(text.replace(",", "").removesuffix("元"))
    if found is None:
        raise CellUnfit
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _count_in(_: Column, text: str) -> int:
    found = _COUNT.fullmatch(text.replace(",", ""))
    if found is None:
        raise CellUnfit
    return int(found[1])


def _number_in(column: Column, text: str) -> str:
    word = column.values.get(text.casefold())
    if word is not None:
        return str(word)
    if _NUMBER.fullmatch(text) is None:
        raise CellUnfit
    return text


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _choice(column: Column, text: str) -> str | bool:
    if not text:
        return text
    value = column.values.get(text.casefold())
    if value is None:
        raise UnknownChoice
    return value


_FROM_TEXT: Final[Mapping[Kind, Callable[[Column, str], Value]]] = {
    Kind.CODE: _code_in,
    Kind.PHONE: _phone_in,
    Kind.NAME: lambda _, text: text,
    Kind.TEXT: lambda _, text: text,
    Kind.DATE: _day_in,
    Kind.CHOICE: _choice,
    Kind.LIST: _list_in,
    Kind.COUNT: _count_in,
    Kind.NUMBER: _number_in,
    Kind.YUAN: _fen_in,
}
