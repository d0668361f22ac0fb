"""A row of a roster as it came, and what it is recognised by when it is sent again."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import orjson

from services.registry.domain.trainees import NOTHING_SAID, AtEntry
from shared.persons import Particulars


class RosterRow(NamedTuple):
    """One row as it came, well formed but not yet believed. `row` is its place in the request, from 0.

    Its class is named by id or by the institution's own local_id. Never printed, never logged.
    """

    row: int
    local_id: str
    particulars: Particulars
    class_id: UUID | None = None
    class_local_id: str | None = None
    programme: str | None = None
    tags: tuple[str, ...] = ()
    at_entry: AtEntry = NOTHING_SAID

    def __repr__(self) -> str:
        return f"RosterRow({self.row})"


def content(row: RosterRow, number: str) -> bytes:
    """All that `row` says, but for its place, class and local_id; `number` is its document's in the one spelling."""
    particulars, said = row.particulars, row.at_entry
    return orjson.dumps(
        (
            particulars.document_kind, number, particulars.name, particulars.phone, row.programme, row.tags,
            said.employment, [tuple(each) for each in said.groups] if said.groups else (), said.draws_pension,
            said.consented_on, said.consent_version,
        )
    )  # fmt: skip
