"""Ids of records: time-ordered, so that new rows land together in an index."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUID version 7 (RFC 9562): later ids sort after earlier ones of the same process."""
    return uuid7()
