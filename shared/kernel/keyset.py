"""Positions in lists ordered by day, then id."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID


class KeysetPosition(NamedTuple):
    """The position after the row with this day and id."""

    day: date
    id: UUID
