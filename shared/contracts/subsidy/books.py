"""Control totals of claims."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.books import BookState
from shared.contracts.subsidy.base import TOPIC


class ClaimBookTold(BookState):
    """The control totals of claims changed. Subject: claim-books/{programme}-{reporting_region}-{plan_year}."""

    topic: ClassVar[str] = TOPIC
    type: ClassVar[str] = "subsidy.claim-book-told.v1"
