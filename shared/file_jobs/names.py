"""The name that the sender of a file gives it, as it may be shown again."""

from __future__ import annotations

from email.message import Message
from typing import Final

from shared.kernel.masking import masked
from shared.kernel.spelling import has_unseen

LENGTH_MAX: Final = 100
"""Characters of a name that are kept."""


def file_name(disposition: str) -> str | None:
    """The name in a Content-Disposition, without folders and with numbers masked; None if it has none that can be read.

    Source: RFC 6266, RFC 8187.
    """
    message = Message()
    message["Content-Disposition"] = disposition.replace("\r", " ").replace("\n", " ")
    try:
        given = message.get_filename()
    except (LookupError, ValueError):
        return None
    name = (given or "").replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name or "\N{REPLACEMENT CHARACTER}" in name or has_unseen(name, allowed=""):
        return None
    return masked(name)[:LENGTH_MAX]
