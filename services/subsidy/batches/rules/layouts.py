"""Layouts of bank files: which columns, in which order, with which separator and encoding, as configuration says."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from msgspec import convert

from shared.kernel.money import Fen, plain_yuan
from shared.kernel.refusals import Invalid


class BankField(StrEnum):
    """What a column of a bank file can show."""

    BATCH = "batch"
    ROW = "row"
    ACCOUNT = "account"
    HOLDER = "holder"
    BANK = "bank"
    BANK_CODE = "bank_code"
    AMOUNT_YUAN = "amount_yuan"
    AMOUNT_FEN = "amount_fen"
    CLAIM = "claim"
    PURPOSE = "purpose"


class Encoding(StrEnum):
    GB18030 = "gb18030"
    UTF_8 = "utf-8"
    UTF_8_WITH_MARK = "utf-8-sig"


@dataclass(frozen=True, kw_only=True)
class BankColumn:
    """A column that shows `field`, or else the same `text` in every row."""

    title: str = ""
    field: BankField | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class BankLayout:
    """How a bank wants its file. `first` and `last` are lines around the rows, in which {batch}, {rows}, {amount_yuan}
    and {amount_fen} stand for the batch's own; empty: none.
    """

    name: str
    columns: tuple[BankColumn, ...]
    encoding: Encoding = Encoding.UTF_8
    separator: str = ","
    line_end: str = "\r\n"
    has_titles: bool = True
    quotes: bool = True
    """Whether a value that holds the separator is put in quotes; otherwise a space stands in its place."""
    first: str = ""
    last: str = ""
    extension: str = "csv"

    @property
    def stored(self) -> dict[str, Any]:
        """As JSON, to be kept with a batch."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, repr=False)
class BankRow:
    """A transfer. Never printed, never logged: it has an account's number."""

    row: int
    claim_id: UUID
    holder: str
    bank: str
    bank_code: str
    account: str
    amount_fen: Fen
    purpose: str
    """The kind of subsidy, in the words of the policy."""


class UnknownBankLayout(Invalid):
    """Facts: `known`, the names there are."""

    slug = "unknown-bank-layout"
    title_en = "There is no bank layout with this name."
    title_zh = "没有该名称的银行文件格式。"
    cure_en = "Use one of {known}, or have the operator add it."
    cure_zh = "可用格式：{known}；需要其他格式请联系运维人员配置。"


_TITLES: Final = (
    ("批次号", BankField.BATCH),
    ("付款序号", BankField.ROW),
    ("收款账号", BankField.ACCOUNT),
    ("户名", BankField.HOLDER),
    ("开户行", BankField.BANK),
    ("联行号", BankField.BANK_CODE),
    ("金额（元）", BankField.AMOUNT_YUAN),
)
SANDBOX: Final = BankLayout(
    name="sandbox",
    columns=(
        *(BankColumn(title=title, field=field) for title, field in _TITLES),
        BankColumn(title="用途", field=BankField.PURPOSE),
    ),
)
"""The layout of the sample, whose columns a return file takes as they are."""


def load(path: Path | None) -> dict[str, BankLayout]:
    """The layouts of a TOML file by their names, and that of the sample. Raises ValueError for an impossible one."""
    found = {SANDBOX.name: SANDBOX}
    if path is not None:
        for name, content in tomllib.loads(path.read_text(encoding="utf-8")).get("layouts", {}).items():
            found[name] = read({"name": name, **content})
    return found


def read(content: Mapping[str, Any]) -> BankLayout:
    """The layout in `content`, as `stored` or the file of settings has it. Raises ValueError for an impossible one."""
    layout = convert(content, BankLayout)
    shown = {column.field for column in layout.columns}
    if len(layout.separator) != 1 or not {BankField.ROW, BankField.ACCOUNT} <= shown:
        raise ValueError(f"bank layout {layout.name}: one character as separator, and the columns row and account")
    if not shown & {BankField.AMOUNT_YUAN, BankField.AMOUNT_FEN}:
        raise ValueError(f"bank layout {layout.name}: an amount, in yuan or in fen")
    return layout


def render(layout: BankLayout, batch_id: UUID, rows: Iterable[BankRow], *, count: int, amount: Fen) -> bytes:
    """The bank file of a batch: the same bytes for the same batch, whenever it is made."""
    text = io.StringIO(newline="")
    facts = {"batch": batch_id, "rows": count, "amount_yuan": plain_yuan(amount), "amount_fen": amount}
    if layout.first:
        text.write(layout.first.format(**facts) + layout.line_end)
    write = _writer(layout, text)
    if layout.has_titles:
        write([column.title for column in layout.columns])
    for row in rows:
        values = _values(batch_id, row)
        write([column.text if column.field is None else values[column.field] for column in layout.columns])
    if layout.last:
        text.write(layout.last.format(**facts) + layout.line_end)
    return text.getvalue().encode(layout.encoding)


def _writer(layout: BankLayout, text: io.StringIO) -> Any:
    if layout.quotes:
        return csv.writer(text, delimiter=layout.separator, lineterminator=layout.line_end).writerow

    def write(values: list[str]) -> None:
        cells = (" ".join(value.replace(layout.separator, " ").split()) for value in values)
        text.write(layout.separator.join(cells) + layout.line_end)

    return write


def _values(batch_id: UUID, row: BankRow) -> dict[BankField, str]:
    return {
        BankField.BATCH: str(batch_id),
        BankField.ROW: str(row.row),
        BankField.ACCOUNT: row.account,
        BankField.HOLDER: row.holder,
        BankField.BANK: row.bank,
        BankField.BANK_CODE: row.bank_code,
        BankField.AMOUNT_YUAN: plain_yuan(row.amount_fen),
        BankField.AMOUNT_FEN: str(row.amount_fen),
        BankField.CLAIM: str(row.claim_id),
        BankField.PURPOSE: row.purpose,
    }
