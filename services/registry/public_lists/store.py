"""Where lists of public claims find those who were trained."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, LargeBinary, MetaData, Table, Text, Uuid

TRAINEE: Final = Table(
    "trainee", MetaData(), Column("person", Uuid), Column("document_kind", Text), Column("sealed", LargeBinary)
)
