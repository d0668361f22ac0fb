"""Numbers of people where none belongs: in ids, keys and free text, which are stored, answered and logged in clear."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shared.kernel.identity import contains_identity_number

_MOBILE: Final = re.compile(r"(?<![0-9])(?<![0-9][ -])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_LONG_ENOUGH: Final = re.compile(r"[0-9](?:[ ._/-]?[0-9]){10}")
_MACHINE_MADE: Final = re.compile(r"(?=.*[a-fA-F])[0-9a-fA-F-]{32,}")
"""A UUID or a digest: digits in it that look like a number are chance."""


def contains_personal_number(text: str) -> bool:
    """Whether `text` contains an identity number or a mobile phone's number, in any width, whole or written apart."""
    narrowed = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if not _LONG_ENOUGH.search(narrowed) or _MACHINE_MADE.fullmatch(narrowed):
        return False
    return _MOBILE.search(narrowed) is not None or contains_identity_number(narrowed)
