"""Schemas of requests and answers about persons."""

from __future__ import annotations

from pydantic import BaseModel

from shared.kernel.identity import DocumentKind


class PersonAnswer(BaseModel):
    """The first character of the name, the first six and last four of the number."""

    name: str
    document_kind: DocumentKind
    document_number: str
