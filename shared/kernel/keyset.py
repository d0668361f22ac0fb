"""Positions in lists that run by a day and then by id."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID


class KeysetPosition(NamedTuple):
    """A position in a list: behind the row of this day and id."""

    day: date
    id: UUID
