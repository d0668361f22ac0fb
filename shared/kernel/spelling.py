"""Normalisation of typed or pasted codes before anything is checked."""

from __future__ import annotations

import unicodedata


def canonical(raw: str) -> str:
    """`raw` in NFKC, upper case, without spaces and without invisible format characters, inside or around.

    Full-width digits become ASCII ones; invisible characters that spreadsheets and chat programs add (zero-width space,
    byte-order mark, direction marks) are removed. The caller checks whether the rest is acceptable.
    """
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    kept = (char for char in unicodedata.normalize("NFKC", raw) if not _is_unseen(char))
    return "".join(kept).upper()


def _is_unseen(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"
