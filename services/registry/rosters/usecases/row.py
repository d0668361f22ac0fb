"""A roster row as received, and the content by which a repeated row is recognised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import orjson

from services.registry.enrolments.rules.trainees import NO_PARTICULARS, EntryParticulars
from shared.kernel.identity import DocumentKind
from shared.kernel.refusals import Refusal
from shared.persons import Particulars


class RosterRow(NamedTuple):
    """One row as received, not yet checked. `row` is its position in the request, from 0.

    Its class is named by id or by the institution's own local_id. In a row with `flaws`, unreadable values are None,
    also in the papers of `at_entry`; a row without flaws is whole. Never printed, never logged.
    """

    row: int
    local_id: str | None
    document_kind: DocumentKind | None
    document_number: str | None
    name: str | None
    phone: str | None
    class_id: UUID | None = None
    class_local_id: str | None = None
    programme: str | None = None
    tags: tuple[str, ...] = ()
    at_entry: EntryParticulars = NO_PARTICULARS
    flaws: tuple[Refusal, ...] = ()
    """Why it is refused regardless of the rules: its form is wrong, or it names another class."""
    unread: frozenset[str] = frozenset()
    """Pointers to its faulty fields: no further fault is reported there."""

    @property
    def unread_fields(self) -> frozenset[str]:
        """The fields in which something could not be read."""
        return frozenset(pointer.split("/")[1] for pointer in self.unread if pointer) if self.unread else self.unread

    def particulars(self) -> Particulars:
        """What a whole row states of the person."""
        assert self.document_kind is not None
        assert self.document_number is not None
        assert self.name is not None
        return Particulars(self.document_kind, self.document_number, self.name, self.phone)

    def flawed(self, flaw: Refusal, unread: Collection[str]) -> RosterRow:
        """The same row with a `flaw` at the pointers `unread`, for which it is refused."""
        return self._replace(flaws=(*self.flaws, flaw), unread=self.unread | frozenset(unread))

    def against(self, faults: Sequence[Refusal]) -> list[Refusal]:
        """All reasons to refuse it: its flaws, and the `faults` of fields that could be read."""
        return [*self.flaws, *(fault for fault in faults if not self._is_unread(fault.pointer or ""))]

    def _is_unread(self, pointer: str) -> bool:
        return any(pointer == each or pointer.startswith(f"{each}/") for each in self.unread)

    def __repr__(self) -> str:
        return f"RosterRow({self.row})"


def content(row: RosterRow, number: str) -> bytes:
    """The content of a whole `row` without position, class and local_id; `number` is the document's normal form."""
    said = row.at_entry
    return orjson.dumps(
        (
            row.document_kind, number, row.name, row.phone, row.programme, row.tags,
            said.employment, [tuple(each) for each in said.groups] if said.groups else (), said.draws_pension,
            said.consented_on, said.consent_version,
            # Rows without a birth date keep the digest that they had before the field existed.
            *(() if said.birth_date is None else (said.birth_date,)),
        )
    )  # fmt: skip
