"""What a kind of file has in its rows: its columns, under the headings that people know; and the limits of a file.

A table is data: it is handed to the process that reads a file, which knows no service.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

ROWS_MAX: Final = 100_000
"""Rows of a file, without the headings. Source: the issue that asked for files."""
CELL_LENGTH_MAX: Final = 500
"""Characters of a cell; no field of a row takes half as many."""
REASON: Final = ("原因", "reason")
"""Headings of the columns with which failed rows are given back; a file may come with them and they are not read."""
NOT_READ: Final = (*REASON, "序号", "备注", "no.", "remarks")


class FileFormat(StrEnum):
    """Formats that can be read."""

    XLSX = "xlsx"
    CSV = "csv"
    NDJSON = "ndjson"


class SheetFormat(StrEnum):
    """Formats that people open in a spreadsheet: those of templates and of failed rows."""

    XLSX = "xlsx"
    CSV = "csv"


class Kind(StrEnum):
    """How a cell is read."""

    CODE = "code"
    """Digits and letters as text: a number stored as a number has lost what made it one."""
    PHONE = "phone"
    """The same, but a number has all its digits: no phone begins with 0 or is so long that it would be rounded."""
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"
    """Several codes in one cell."""
    YUAN = "yuan"
    """An amount of money, up to two places behind the point; its value is in fen."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One column.

    `field` is the way to the field in a row ("groups/0/group"). `choices` are what the column's list offers, and what
    each stands for; both may be written, in any case, and so may what is `spoken` for them.
    """

    field: str
    zh: str
    en: str
    kind: Kind
    expected_en: str
    expected_zh: str
    is_required: bool = False
    choices: Mapping[str, str | bool] = dataclasses.field(default_factory=dict)
    spoken: Mapping[str, str | bool] = dataclasses.field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    width: int = 16

    @cached_property
    def values(self) -> Mapping[str, str | bool]:
        """What each word stands for that may be written, by the word in small letters."""
        return {
            word.casefold(): value
            for words in (self.choices, self.spoken)
            for label, value in words.items()
            for word in (label, str(value))
        }

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading under which the column is found."""
        return (self.zh, self.en, self.field, *self.aliases)


def plain(heading: str) -> str:
    """`heading` as headings are compared: width, case, spaces, and marks such as * and (必填) make no difference."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    kept = "".join(char for char in folded if not char.isspace() and char not in "*:_" and char.isprintable())
    return kept.replace("(必填)", "").replace("(required)", "")


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
    """What a kind of file has in its rows: `columns` in the order of the template.

    `sheet` is what the template calls the sheet to fill in, and a row is for one of `row_zh`, `row_en` (学员, trainee).
    """

    columns: tuple[Column, ...]
    sheet: str
    row_zh: str
    row_en: str

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        return {column.field: column for column in self.columns}

    @cached_property
    def by_heading(self) -> Mapping[str, Column]:
        return {plain(heading): column for column in self.columns for heading in column.headings}

    def column_of(self, pointer: str) -> Column | None:
        """The column of the field that a JSON pointer leads to, or the first of those inside it."""
        path = pointer.strip("/")
        inside = (each for each in self.columns if each.field.partition("/")[0] == path.partition("/")[0])
        return self.by_field.get(path) or next(inside, None)

    def without(self, fields: Collection[str]) -> Table:
        """The same table, of which the columns of `fields` may be missing: the file as a whole says what they hold."""
        columns = (
            dataclasses.replace(each, is_required=False) if each.field in fields else each for each in self.columns
        )
        return dataclasses.replace(self, columns=tuple(columns))

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Table:
        """The table that JSON was made of."""
        columns = (
            Column(**each | {"kind": Kind(each["kind"]), "aliases": tuple(each["aliases"])})
            for each in fields["columns"]
        )
        return cls(**{**fields, "columns": tuple(columns)})

    @cached_property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_required)


IGNORED: Final = frozenset(map(plain, NOT_READ))
