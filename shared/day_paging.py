"""Cursors of lists ordered by day, then id: a page begins after the last row of the previous page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from shared.kernel.keyset import KeysetPosition
from shared.paging import BEGINNING, HasId, WrongCursor

T = TypeVar("T", bound=HasId)

_DAY_BYTES = 4


def place_after(cursor: str | None) -> KeysetPosition:
    """The position after which the page begins. Raises WrongCursor."""
    if cursor is None:
        return KeysetPosition(date.min, BEGINNING)
    try:
        content = base64.urlsafe_b64decode(cursor + "==")
        day = date.fromordinal(int.from_bytes(content[:_DAY_BYTES]))
        return KeysetPosition(day, UUID(bytes=content[_DAY_BYTES:]))
    except (ValueError, OverflowError, binascii.Error):
        raise WrongCursor(pointer="/cursor") from None


def cursor_behind(rows: Sequence[T], days: Sequence[date], *, size: int) -> str | None:
    """The cursor after `rows`, whose days are `days`; None when they do not fill the page."""
    if len(rows) < size:
        return None
    place = days[-1].toordinal().to_bytes(_DAY_BYTES) + rows[-1].id.bytes
    return base64.urlsafe_b64encode(place).decode().rstrip("=")
