"""Normalisation of typed or pasted text before anything is checked: codes, and characters that old code pages broke."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_FIRST_PRIVATE: Final = 0xE815
_LEAD: Final = 0xFE
_TRAILS: Final = [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
_SINCE_UNICODE_3_1: Final = {
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6,
    0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA,
    0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip
"""The ones that GB 18030-2000 left in the private-use area. Source: GB 18030-2022, annex D."""


def _present() -> Iterator[tuple[int, int]]:
    # GBK gave the bytes FE50 to FEA0 the private-use codes from U+E815 on, in order; Unicode has them all by now.
    for code, trail in enumerate(_TRAILS, start=_FIRST_PRIVATE):
        decoded = bytes((_LEAD, trail)).decode("gb18030")
        yield code, _SINCE_UNICODE_3_1.get(code, ord(decoded))


PRESENT: Final = dict(_present())
"""Private-use codes of GBK and GB 18030-2000 and the characters that they stood for, such as U+E863 for 䶮."""

# Marks that stand for a character which a program could not show or convert: ? □ ▢ ▯ ■ 〓 ￮ and U+FFFD; those by which
# a character is hidden (* ● ○ ◆ ◇); and private-use codes that stand for nothing known.
_LOST: Final = re.compile("[?？*＊□▢▯■█●○◆◇〓\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]+")
_BESIDE: Final = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|\{.*?\}|〔.*?〕|\d")
"""In NFKC: what is written beside a name to tell namesakes apart."""


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories: control and format characters (zero width, direction), unassigned, private use, surrogates,
separators of lines."""
_IDEOGRAPHS: Final = range(0x20000, 0x40000)
"""The planes of rare ideographs, which names use: those that were added after this Python are unassigned to it."""


def has_unseen(text: str, *, allowed: str = "") -> bool:
    """Whether `text` has characters that cannot be seen or mean nothing, other than those in `allowed`."""
    if text.isascii() and text.isprintable():
        return False
    return any(
        unicodedata.category(char) in _UNSEEN and char not in allowed and ord(char) not in _IDEOGRAPHS for char in text
    )


def canonical(raw: str) -> str:
    """`raw` in NFKC, upper case, without spaces and without invisible format characters, inside or around.

    Full-width digits become ASCII ones, private-use codes of old code pages their present characters; invisible
    characters that spreadsheets and chat programs add (zero-width space, byte-order mark, direction marks) are removed.
    The caller checks whether the rest is acceptable.
    """
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    kept = (char for char in unicodedata.normalize("NFKC", present(raw)) if not _is_unseen(char))
    return "".join(kept).upper()


def letters(raw: str) -> str:
    """The letters and digits of `raw` in canonical spelling: without spaces, dots and other marks."""
    return "".join(char for char in canonical(raw) if char.isalnum())


def present(raw: str) -> str:
    """`raw` with the present characters in place of private-use codes of old code pages."""
    return raw if raw.isascii() else raw.translate(PRESENT)


def is_damaged(text: str) -> bool:
    """Whether characters of `text` were lost in a conversion, are hidden, or are invisible or control characters."""
    shown = present(text)
    return _LOST.search(shown) is not None or has_unseen(shown)


def has_beside(text: str) -> bool:
    """Whether `text` has digits or brackets."""
    normal = unicodedata.normalize("NFKC", text)
    return any(char.isdigit() or unicodedata.category(char) in ("Ps", "Pe") for char in normal)


def repairs(right: str, broken: str) -> bool:
    """Whether `right` is `broken` with its lost characters in place, and without digits and brackets beside it.

    A mark may stand for a character or for one byte of it, so a run of marks stands for at least one character. Where
    no letter is left, nothing is known of what was lost.
    """
    parts = _LOST.split(_BESIDE.sub("", unicodedata.normalize("NFKC", present(broken))))
    kept = [letters(part) for part in parts]
    marks = [len(mark) for mark in _LOST.findall(present(broken))]
    if not any(kept) or len(marks) != len(parts) - 1:
        return False
    pattern = re.escape(kept[0]) + "".join(
        f".{{1,{mark}}}{re.escape(part)}" for mark, part in zip(marks, kept[1:], strict=True)
    )
    return re.fullmatch(pattern, letters(right)) is not None


def _is_unseen(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"
