"""How one cell becomes a value: what spreadsheets do to numbers and dates is told here, or undone where it can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from services.registry.domain.roster_cell_faults import (
    CellUnfit,
    DateAsNumber,
    DateAsText,
    DigitsLost,
    ErrorCell,
    TurnedIntoDate,
    UnknownChoice,
    ZerosLost,
)
from services.registry.usecases.spreadsheets.columns import Column, Kind
from shared.kernel.identity import contains_identity_number

Raw = str | int | float | bool | date | datetime | time | timedelta
"""What readers find in a cell; an empty one is ""."""
Value = str | bool | list[str]

DIGITS_KEPT: Final = 15
"""A number in a spreadsheet keeps as many digits."""

_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_ROUNDED = re.compile(r"[0-9]{15}000")
_YEAR_FIRST = re.compile(r"([12][0-9]{3})([-/])([0-9]{1,2})\2([0-9]{1,2})")
_BETWEEN = re.compile(r"[,，、;；\s]+")
_UNSEEN = frozenset({"Cc", "Cf"})
_SEEN = "\t\n"
"""Control characters that part what stands around them."""
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"})


def read(column: Column, raw: Raw) -> Value:
    """The value of a cell that is not empty; "" if nothing but blanks is left of it. Raises a cell fault."""
    if isinstance(raw, str):
        text = tidy(raw)
        if text[:1] == "#" and text in _ERRORS:
            raise ErrorCell
        return _FROM_TEXT[column.kind](column, text)
    match column.kind:
        case Kind.CODE | Kind.PHONE | Kind.LIST:
            return _code_of(column, raw)
        case Kind.DATE:
            return _day_of(raw)
        case Kind.CHOICE:
            raise UnknownChoice
        case Kind.TEXT:
            raise CellUnfit


def shown(raw: Raw) -> str:
    """The cell as text, for giving it back."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw)) if abs(raw) < 10**DIGITS_KEPT else repr(raw)
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date().isoformat()
    return str(raw)


def tidy(text: str) -> str:
    """`text` in NFKC, without blanks around it and without marks that nobody sees: full-width digits are digits."""
    stripped = text.strip()
    return stripped if stripped.isascii() and stripped.isprintable() else _normal(text)


@lru_cache(maxsize=4096)
def _normal(text: str) -> str:
    # Of a column of choices there are few, and of names many come again.
    normal = unicodedata.normalize("NFKC", text)
    return "".join(char for char in normal if char in _SEEN or unicodedata.category(char) not in _UNSEEN).strip()


def _code_in(_: Column, text: str) -> str:
    if "+" in text and _SCIENTIFIC.fullmatch(text):
        raise DigitsLost
    # What is left of a number of 18 digits where a spreadsheet kept 15 of them and showed it in full.
    if text[-3:] == "000" and _ROUNDED.fullmatch(text) and not contains_identity_number(text):
        raise DigitsLost
    return text


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
        return str(int(raw))
    raise ZerosLost


def _day_of(raw: Raw) -> str:
    if isinstance(raw, datetime):
        if raw.time() != time():
            raise CellUnfit
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    raise DateAsNumber


def _day_in(_: Column, text: str) -> str:
    found = _YEAR_FIRST.fullmatch(text)
    day = found and _day(int(found[1]), int(found[3]), int(found[4]))
    # Raised outside of a handler, so that it does not drag along an error that quotes the cell.
    if text and day is None:
        raise DateAsText
    return day.isoformat() if day else text


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _choice(column: Column, text: str) -> str | bool:
    if not text:
        return text
    for label, value in column.choices.items():
        if text == label or text.casefold() == str(value).casefold():
            return value
    raise UnknownChoice


_FROM_TEXT: Final[Mapping[Kind, Callable[[Column, str], Value]]] = {
    Kind.CODE: _code_in,
    Kind.PHONE: _code_in,
    Kind.TEXT: lambda _, text: text,
    Kind.DATE: _day_in,
    Kind.CHOICE: _choice,
    Kind.LIST: _list_in,
}
