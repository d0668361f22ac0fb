"""Tables: the columns of a kind of file with their headings, and the limits of a file.

A table is data: it is sent to the process that reads a file, which does not depend on any service.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

ROWS_MAX: Final = 100_000
"""The maximum of rows of a file, without the headings."""
CELL_LENGTH_MAX: Final = 500
"""The maximum of characters of a cell; no field of a row takes half as many."""
REASON: Final = ("原因", "reason")
"""Headings of the error columns in a file of failed rows; they are ignored when the file is sent again."""
NOT_READ: Final = (*REASON, "序号", "备注", "no.", "remarks")


class FileFormat(StrEnum):
    """Formats that can be read."""

    XLSX = "xlsx"
    XLS = "xls"
    """Of Excel 97 to 2003."""
    CSV = "csv"
    NDJSON = "ndjson"


class PostedFormat(StrEnum):
    """Formats in which people post rows, unless a kind of file has its own."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


class SheetFormat(StrEnum):
    """Formats of templates and of failed rows, which people open in a spreadsheet."""

    XLSX = "xlsx"
    CSV = "csv"


class Kind(StrEnum):
    """How a cell is read."""

    CODE = "code"
    """Digits and letters as text: stored as a number, it would have lost zeros or digits."""
    PHONE = "phone"
    """The same, but a number has all its digits: no phone begins with 0 or is so long that it would be rounded."""
    NAME = "name"
    """Of a person: invisible characters in it are not removed, so that the name is judged as in any other channel."""
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"
    """Several codes in one cell."""
    COUNT = "count"
    """A whole number that is not negative; separators of thousands are removed."""
    NUMBER = "number"
    """A number that is not negative, with or without decimal places, as text; or a word of the column's `choices`."""
    YUAN = "yuan"
    """An amount of yuan with at most two decimal places; its value is in fen."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One column.

    `field` is the path to the field in a row ("groups/0/group"). `choices` maps the entries of the column's list to
    values; both may be written, in any case, and so may the `spoken` synonyms.
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
    holds_numbers: bool = False
    """Whether numbers of people belong here: it is stored encrypted. In a column of phones, phones do anyway."""

    @cached_property
    def values(self) -> Mapping[str, str | bool]:
        """The values by every accepted spelling, in lower case."""
        return {
            word.casefold(): value
            for words in (self.choices, self.spoken)
            for label, value in words.items()
            for word in (label, str(value))
        }

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading by which the column is found."""
        return (self.zh, self.en, self.field, *self.aliases)


def plain(heading: str) -> str:
    """`heading` normalised for comparison: width, case, spaces, and marks such as * and (必填) are ignored."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    kept = "".join(char for char in folded if not char.isspace() and char not in "*:_" and char.isprintable())
    return kept.replace("(必填)", "").replace("(required)", "")


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
    """The `columns` of a kind of file, in the order of the template.

    `sheet` is the name of the sheet to fill in; `row_zh` and `row_en` name the subject of a row (学员, trainee).
    """

    columns: tuple[Column, ...]
    sheet: str
    row_zh: str
    row_en: str
    passes_over_others: bool = False
    """Whether columns with other headings are passed over: for files that systems outside write as they like."""

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
        """The same table with optional columns for `fields`, whose values are given for the file as a whole."""
        columns = (
            dataclasses.replace(each, is_required=False) if each.field in fields else each for each in self.columns
        )
        return dataclasses.replace(self, columns=tuple(columns))

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Table:
        """The table in its JSON form."""
        columns = (
            Column(**each | {"kind": Kind(each["kind"]), "aliases": tuple(each["aliases"])})
            for each in fields["columns"]
        )
        return cls(**{**fields, "columns": tuple(columns)})

    @cached_property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_required)


IGNORED: Final = frozenset(map(plain, NOT_READ))
