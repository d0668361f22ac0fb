"""Endings of dated entries, with the last day before them, so that an ending that was a mistake can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from shared.dated_entries.entries import DatedEntry
from shared.kernel.refusals import Conflict

E = TypeVar("E", bound=DatedEntry)


class NotEnded(Conflict):
    slug = "not-ended"
    title_en = "Nothing ended this entry, or it was ended before its former last day was stored."
    title_zh = "该记录没有可撤回的终止（未曾终止，或终止时未保存原截止日期）。"
    cure_en = "If it was ended long ago, enter it again with the days that it had."
    cure_zh = "早前终止的，请按原有日期重新登记。"


@dataclass(frozen=True)
class Ending:
    """An ending of the entry in its `version`; `former_last_on` is the last day before it (None: open-ended)."""

    entry_id: UUID
    version: int
    former_last_on: date | None
    ended_by: str
    ended_at: datetime
    reason: str | None


def reopen(entry: E, ending: Ending | None) -> E:
    """The entry as it was before its `ending`, the latest that was not taken back. Raises NotEnded."""
    if ending is None:
        raise NotEnded
    return replace(
        entry,
        last_on=ending.former_last_on,
        ended_by=None,
        ended_at=None,
        ending_reason=None,
        version=entry.version + 1,
    )
