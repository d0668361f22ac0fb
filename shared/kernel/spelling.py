"""How a typed or pasted code is brought to its one spelling before anything is checked."""

from __future__ import annotations

import unicodedata


def canonical(raw: str) -> str:
    """`raw` in NFKC, upper case, without spaces and without invisible format characters, inside or around.

    Full-width digits become ASCII ones; marks that spreadsheets and chat programs leave behind (zero-width space,
    byte-order mark, direction marks) vanish. Whether the rest is acceptable is for the caller to say.
    """
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    kept = (char for char in unicodedata.normalize("NFKC", raw) if not _is_unseen(char))
    return "".join(kept).upper()


def _is_unseen(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"
