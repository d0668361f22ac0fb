"""What a generated life comes to, by its own generator: the tally of every cell, and the books of the owners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import md5
from typing import Final, NamedTuple

from shared.contracts.assessment import CertificateBookTold
from shared.contracts.books import BookEntry, BookState
from shared.contracts.registry.books import TrainingBookTold
from shared.contracts.subsidy.books import ClaimBookTold
from shared.kernel.awards import Award
from tests.support.facts import AT

HOLDERS: Final = {"skilled_persons": "skilled_holders", "high_skilled_persons": "high_skilled_holders"}
BOOKS: Final[Mapping[str, tuple[type[BookState], tuple[str, ...]]]] = {
    "training-books": (TrainingBookTold, ("trainings", "in_training")),
    "certificate-books": (CertificateBookTold, ("certificates",)),
    "claim-books": (ClaimBookTold, ("subsidised_trainings", "approved_fen", "paid_fen", "recovered_fen")),
}

Tally = dict[tuple[str, ...], int]
"""By measure, plan year, programme, place, reporting region, award, group, fund, kind of organisation and day, without
what came to nothing. A stock is of all plans and has no day; what nobody says is empty."""


class Counted(NamedTuple):
    """A record, or a line of one, that counts: the measure, where and when, and the fact behind it."""

    measure: str
    programme: str
    place: str
    reports_to: str
    plan_year: int
    day: date
    amount: int
    event: str
    award: Award
    group: str = ""
    fund: str = ""
    is_of_institution: bool = True

    def cell(self, kind: str) -> tuple[str, ...]:
        """Where the totals show it, if that is the kind of the institution."""
        kind = kind if self.is_of_institution else ""
        return self.programme, self.place, self.reports_to, self.award.code, self.group, self.fund, kind


def tally_of(counted: Iterable[Counted], kind: str) -> Tally:
    """Flows by plan and day, and stocks."""
    found = Counter[tuple[str, ...]]()
    for each in counted:
        cell = each.cell(kind)
        if each.measure == "in_training":
            found[each.measure, "", *cell, ""] += each.amount
            continue
        found[each.measure, str(each.plan_year), *cell, str(each.day)] += each.amount
        if each.measure == "certificates":
            found["valid_certificates", "", *cell, ""] += each.amount
        elif each.measure in HOLDERS:
            found[HOLDERS[each.measure], "", *cell, ""] += each.amount
    return dict(found)


class Books:
    """The owners' books, each of which is told when it has changed."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str, int], tuple[int, tuple[BookEntry, ...]]] = {}
        """The version and the entries of each as it was told last."""

    def changed(self, counted: Iterable[Counted]) -> Iterator[BookState]:
        """The books that have changed since they were told last; `counted` is all that is in a book."""
        book_of = {measure: book for book, (_, measures) in BOOKS.items() for measure in measures}
        cells: dict[tuple[str, str, str, int], list[Counted]] = {cell: [] for cell in self._told}
        for each in counted:
            cell = book_of[each.measure], each.programme, each.reports_to, each.plan_year
            cells.setdefault(cell, []).append(each)
        for cell, inside in cells.items():
            entries = tuple(_entries(inside))
            version, before = self._told.get(cell, (0, ()))
            if entries != before:
                self._told[cell] = version + 1, entries
                book, programme, region, plan_year = cell
                yield BOOKS[book][0](
                    subject=f"{book}/{programme}-{region}-{plan_year}", version=version + 1, at=AT,
                    programme=programme, reporting_region=region, plan_year=plan_year, entries=entries,
                    outbox_position=1,
                )  # fmt: skip


def _entries(counted: list[Counted]) -> Iterator[BookEntry]:
    for measure in sorted({each.measure for each in counted}):
        of = [each for each in counted if each.measure == measure]
        marks = (md5(event.encode(), usedforsecurity=False).hexdigest()[:16] for event in {each.event for each in of})
        total = sum(int(mark, 16) for mark in marks)
        yield BookEntry(measure, len(of), sum(each.amount for each in of), f"{total % 2**63:016x}")
