"""Checks of a file from outside, before anything in it is unpacked or parsed."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from shared.spreadsheets.file_faults import NotASpreadsheet, SpreadsheetDamaged, SpreadsheetTooLarge
from shared.spreadsheets.tables import FileFormat

UNPACKED_BYTES_MAX: Final = 256 * 1024 * 1024
"""A full roster of 100,000 rows unpacks to about 60 MB; one written by a verbose program to twice that."""
RATIO_MAX: Final = 150
"""Sheets compress ten to thirty times; a much higher ratio is a zip bomb."""
RATIO_FREE_BYTES: Final = 8 * 1024 * 1024
"""Bytes below which the ratio is not checked."""
PARTS_MAX: Final = 2_000

_LOOKED_AT: Final = 4096
_TEXT_BYTES: Final = 512
"""A file with a null character in its first bytes is not text; further down it is one bad row."""

Words = tuple[str, str]

LOCKED: Final[Words] = ("a workbook locked with a password", "设有打开密码的工作簿")
LOCKED_XLS: Final[Words] = (
    "an Excel 97-2003 workbook with a password or a protected structure",
    "设有打开密码或保护了工作簿结构的旧版Excel工作簿",
)
"""Excel 97 encrypts a workbook whose structure is protected, with a password that it enters itself."""
EXCEL_95: Final[Words] = ("a workbook of Excel 95 or older (.xls)", "Excel 95及更早版本的工作簿（.xls）")
UNKNOWN: Final[Words] = ("a file of another kind", "其他类型的文件")
_XLS: Final[Words] = ("an Excel 97-2003 workbook (.xls)", "旧版Excel工作簿（.xls）")
_XLSX: Final[Words] = ("an Excel workbook (.xlsx)", "Excel工作簿（.xlsx）")
_TEXT: Final[Words] = ("a text file such as CSV", "CSV等文本文件")
_UTF_16: Final[Words] = ("text in UTF-16 (“Unicode text”)", "UTF-16文本（“Unicode文本”）")
_STARTS: Final[Mapping[bytes, Words]] = {
    b"%PDF": ("a PDF document", "PDF文档"),
    b"\x89PNG": ("a picture", "图片"),
    b"\xff\xd8\xff": ("a picture", "图片"),
    b"{\\rtf": ("a rich-text document", "RTF文档"),
    b"Rar!": ("a RAR archive", "RAR压缩包"),
    b"7z\xbc\xaf": ("a 7z archive", "7z压缩包"),
    b"\x1f\x8b": ("a gzip archive", "gzip压缩包"),
    # Workbooks of Excel 2 to 5 without a file system around them, as simple programs still write them.
    b"\x09\0\x04\0": EXCEL_95,
    b"\x09\x02\x06\0": EXCEL_95,
    b"\x09\x04\x06\0": EXCEL_95,
    b"\x09\x08\x08\0": EXCEL_95,
    b"\x09\x08\x10\0": EXCEL_95,
    b"\xff\xfe\0\0": UNKNOWN,
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
}
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_PARTS: Final[Mapping[str, Words]] = {
    "EncryptedPackage": LOCKED,
    "Workbook": _XLS,
    "Book": EXCEL_95,
    "WordDocument": ("a Word document (.doc)", "Word文档（.doc）"),
}
_ZIP_PARTS: Final[Mapping[str, Words]] = {
    "xl/workbook.xml": _XLSX,
    "xl/workbook.bin": ("a binary workbook (.xlsb)", "二进制工作簿（.xlsb）"),
    "word/document.xml": ("a Word document (.docx)", "Word文档（.docx）"),
    "ppt/presentation.xml": ("a presentation (.pptx)", "演示文稿（.pptx）"),
    "content.xml": ("an OpenDocument file (.ods)", "OpenDocument文件（.ods）"),
}
_EXPECTED: Final[Mapping[FileFormat, tuple[Words, ...]]] = {
    FileFormat.XLSX: (_XLSX,),
    FileFormat.XLS: (_XLS,),
    FileFormat.CSV: (_TEXT, _UTF_16),
    FileFormat.NDJSON: (_TEXT,),
}
_MARKUP: Final[Mapping[bytes, Words]] = {
    b"<workbook": ("an XML spreadsheet of 2003", "2003版XML表格"),
    b"<html": ("a web page saved as a spreadsheet", "另存为表格的网页（HTML）"),
    b"<table": ("a web page saved as a spreadsheet", "另存为表格的网页（HTML）"),
    b"mime-version": ("a web page saved as a spreadsheet", "另存为表格的网页（MHTML）"),
}


def check(format_: FileFormat, content: bytes) -> None:
    """Return if `content` can be a file of that format and unpacks to no more than the limit.

    Raises NotASpreadsheet, SpreadsheetDamaged, SpreadsheetTooLarge. An empty file passes; reading refuses it.
    """
    if not content:
        return
    found = _looks_like(content)
    if found not in _EXPECTED[format_]:
        raise NotASpreadsheet(form=format_.value, looks_like=found[0], looks_like_zh=found[1])
    if format_ is FileFormat.XLSX:
        _check_size(content)


def _looks_like(content: bytes) -> Words:
    start = content[:_LOOKED_AT]
    if start.startswith(b"PK\x03\x04"):
        return _in_zip(content)
    if start.startswith(_OLD_OFFICE):
        # The directory of these files can be anywhere; its names are in UTF-16.
        found = (words for part, words in _OLD_PARTS.items() if part.encode("utf-16-le") + b"\0\0" in content)
        return next(found, UNKNOWN)
    for magic, words in _STARTS.items():
        if start.startswith(magic):
            return words
    if b"\0" in start[:_TEXT_BYTES]:
        return UNKNOWN
    lowered = start.lower()
    if lowered.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"mime-version")):
        return next((words for mark, words in _MARKUP.items() if mark in lowered), UNKNOWN)
    return _TEXT


def _in_zip(content: bytes) -> Words:
    try:
        with ZipFile(BytesIO(content)) as package:
            names = frozenset(package.namelist())
    except (BadZipFile, ValueError, NotImplementedError, EOFError):
        raise SpreadsheetDamaged from None
    return next((words for part, words in _ZIP_PARTS.items() if part in names), ("a zip archive", "zip压缩包"))


def _check_size(content: bytes) -> None:
    with ZipFile(BytesIO(content)) as package:
        parts = package.infolist()
    if len(parts) > PARTS_MAX or len({part.filename for part in parts}) < len(parts):
        raise SpreadsheetDamaged
    if any(part.flag_bits & 1 for part in parts):
        raise NotASpreadsheet(form="xlsx", looks_like=LOCKED[0], looks_like_zh=LOCKED[1])
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED_BYTES_MAX:
        raise SpreadsheetTooLarge(bytes_max=UNPACKED_BYTES_MAX)
    if unpacked > RATIO_FREE_BYTES and unpacked > RATIO_MAX * len(content):
        raise SpreadsheetTooLarge(ratio_max=RATIO_MAX)
