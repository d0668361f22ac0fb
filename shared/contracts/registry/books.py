"""The fact by which the registry tells its control totals."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.books import BookState
from shared.contracts.registry.base import TOPIC


class TrainingBookTold(BookState):
    """The control totals of trainings changed. Subject: training-books/{programme}-{reporting_region}-{plan_year}."""

    topic: ClassVar[str] = TOPIC
    type: ClassVar[str] = "registry.training-book-told.v1"
