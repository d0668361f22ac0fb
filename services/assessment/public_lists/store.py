"""Where lists of public claims find the holders of certificates."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, Uuid

HOLDER: Final = Table(
    "candidate_person",
    MetaData(),
    Column("person", Uuid),
    Column("document_kind", Text),
    Column("sealed", LargeBinary),
)
