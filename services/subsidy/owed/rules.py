"""A paid line that is owed back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.contracts.subsidy import SubsidyKind
from shared.kernel.money import Fen


@dataclass(frozen=True)
class OwedLine:
    """A line of a paid claim that is neither recovered nor rests on what it was paid for."""

    id: UUID
    """Of what the line was built from: the enrolment, or the certificate."""
    kind: SubsidyKind
    claim_id: UUID
    line: int
    source_id: UUID
    """What the claim was built from: the class, or the exam."""
    institution_id: UUID
    region: str
    reporting_region: str
    amount_fen: Fen
    owed: Mapping[str, Any]
    """Why, since when, and what shows it."""
