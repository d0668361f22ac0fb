"""Sums of cells beside a plain model that looks at one cell after the other."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.measures.rules.measures import FLOWS, Measure, Stock
from services.metrics.measures.rules.traits import FUND, GROUP, SUBSIDY_KIND, Group, OrganisationKind, kind_of
from services.metrics.plan.rules import Placement, RegionMap
from services.metrics.totals.rules.cells import Cells
from services.metrics.totals.rules.cuts import COUNTED, PERIODS, Cut, Dimension, period_of
from services.metrics.totals.rules.sums import Question, ids, sums
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import Award

PLACES: Final = ("410102", "410122", "410202", "410999")
PLACEMENTS: Final = {
    "410102": Placement("410102", "410102", "410100"),
    "410122": Placement("410122", "410102", "410200"),
    "410202": Placement("410202", "410202", None),
}
"""The last of the places was never listed."""
DEPARTMENTS: Final = {(2025, "S01"): "人社厅", (2025, "S02"): None, (2026, "S01"): "教育厅"}


class Combination(NamedTuple):
    id: int
    plan_year: int
    programme: str
    region: str
    reporting_region: str
    award: int
    traits: int


class Cell(NamedTuple):
    measure: Measure
    combination: int
    kind: int
    day: date
    amount: int


@st.composite
def traits(draw: st.DrawFn) -> int:
    found = 0
    for trait in (FUND, GROUP, SUBSIDY_KIND):
        code = draw(st.sampled_from((None, *trait.codes)))
        found += 0 if code is None else trait.packed(code)
    return found


ABOUT: Final = st.tuples(
    st.sampled_from((2025, 2026)),
    st.sampled_from(("S01", "S02", "S03")),
    st.sampled_from(PLACES),
    st.sampled_from(("", "410100", "410200")),
    st.sampled_from(Award).map(int),
    traits(),
)
DAYS: Final = st.sampled_from(
    [date(2024, 12, 31), date(2025, 1, 1), date(2025, 3, 4), date(2025, 3, 5), date(2025, 3, 10), date(2025, 10, 2),
     date(2025, 10, 3), date(2025, 12, 31), date(2026, 1, 1)]
)  # fmt: skip
"""Around the ends of the periods that are asked for."""
KINDS: Final = st.sampled_from((0, kind_of(OrganisationKind.COLLEGE), kind_of(OrganisationKind.EMPLOYER)))


@st.composite
def states(draw: st.DrawFn) -> tuple[list[Combination], list[Cell]]:
    """Combinations whose numbers have gaps, and their cells."""
    about = draw(st.lists(ABOUT, max_size=5, unique=True))
    combinations = [Combination(3 * place + 2, *each) for place, each in enumerate(about)]
    if not combinations:
        return [], []
    key = st.tuples(st.sampled_from(Measure), st.sampled_from([each.id for each in combinations]), KINDS, DAYS)
    keys = draw(st.lists(key, min_size=draw(st.sampled_from((0, 12))), max_size=25, unique=True))
    return combinations, [Cell(*each, draw(st.integers(-9, 99))) for each in keys]


NARROWED: Final[list[dict[str, Any]]] = [
    *({"award": award} for award in Award),
    *({"group": group} for group in Group),
    *({"fund_source": fund} for fund in FUND.codes),
    *({"subsidy_kind": kind} for kind in SubsidyKind),
    {"subsidised": True}, {"subsidised": False},
]  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """About anything, narrowed by little, so that most have an answer."""
    by = draw(st.lists(st.sampled_from([each for each in Dimension if each not in PERIODS]), max_size=3, unique=True))
    by = draw(st.permutations([*by, *draw(st.lists(st.sampled_from(sorted(PERIODS)), max_size=1))]))

    def rarely(values: Iterable[Any]) -> Any:
        return draw(st.one_of(st.none(), st.none(), st.sampled_from(list(values))))

    # By one of these at a time: by several, hardly anything is left.
    narrowed = rarely(NARROWED) or {}
    first, last = rarely((date(2025, 1, 1), date(2025, 3, 5))), rarely((date(2025, 12, 31), date(2025, 10, 2)))
    cut = Cut(
        tuple(by),
        programme=rarely(("S01",)),
        department=rarely(("人社厅",)),
        kind=rarely((OrganisationKind.COLLEGE,)),
        **narrowed,
        first_day=first,
        last_day=last,
        plan=rarely(("HN2025",)),
        region_map=draw(st.sampled_from(RegionMap)),
    )
    return Question(
        cut,
        year=draw(st.sampled_from((None, 2025))),
        programmes=None if cut.programme is None else {"S01", "S03"},
        region=rarely(("410100", "410102", "410999")),
        placements=PLACEMENTS,
        departments=DEPARTMENTS,
    )


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def in_columns(combinations: Sequence[Combination], cells: Sequence[Cell]) -> Cells:
    days = (cell._replace(day=cell.day.toordinal()) for cell in cells)  # type: ignore[arg-type]
    return Cells.of(as_csv(combinations), as_csv(days))


class Model:
    """What each cell is, by the words of the questions."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.cut = question.cut

    def region(self, of: Combination) -> str:
        if self.cut.region_map is RegionMap.THEN and of.reporting_region:
            return of.reporting_region
        placed = PLACEMENTS.get(of.region)
        return of.region if placed is None else placed.reporting_region or of.region

    def county(self, of: Combination) -> str:
        return PLACEMENTS[of.region].county if of.region in PLACEMENTS else of.region

    def is_asked(self, of: Combination) -> bool:
        cut, question = self.cut, self.question
        return (
            (question.programmes is None or of.programme in question.programmes)
            and question.region in (None, self.region(of), self.county(of))
            and cut.department in (None, DEPARTMENTS.get((of.plan_year, of.programme)))
            and cut.award in (None, of.award)
            and cut.group in (None, GROUP.of(of.traits))
            and cut.fund_source in (None, FUND.of(of.traits))
            and cut.subsidy_kind in (None, SUBSIDY_KIND.of(of.traits))
            and cut.subsidised in (None, self.is_subsidised(of))
        )

    def is_subsidised(self, of: Combination) -> bool | None:
        return {None: None, "none": False}.get(FUND.of(of.traits), True)

    def dimension(self, dimension: Dimension, of: Combination, cell: Cell) -> Any:
        if dimension in PERIODS:
            return period_of(dimension, cell.day)
        return {
            Dimension.PROGRAMME: of.programme,
            Dimension.DEPARTMENT: DEPARTMENTS.get((of.plan_year, of.programme)),
            Dimension.REGION: self.region(of),
            Dimension.COUNTY: self.county(of),
            Dimension.LEVEL: of.award if of.award <= 8 else None,
            Dimension.AWARD: Award(of.award).code,
            Dimension.GROUP: GROUP.of(of.traits),
            Dimension.KIND: {0: None, kind_of("college"): "college", kind_of("employer"): "employer"}[cell.kind],
            Dimension.FUND_SOURCE: FUND.of(of.traits),
            Dimension.SUBSIDY_KIND: SUBSIDY_KIND.of(of.traits),
            Dimension.SUBSIDISED: self.is_subsidised(of),
        }[dimension]

    def rows(self, combinations: Sequence[Combination], cells: Sequence[Cell]) -> list[dict[str, Any]]:
        by_id = {each.id: each for each in combinations}
        stock_of = {stock.of: stock for stock in Stock}
        found: defaultdict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
        if not self.cut.by:
            found[()]
        for cell in cells:
            of = by_id[cell.combination]
            if not self.is_asked(of) or (self.cut.last_day or date.max) < cell.day:
                continue
            if self.cut.kind is not None and cell.kind != kind_of(self.cut.kind):
                continue
            is_of_plan = self.question.year in (None, of.plan_year)
            key = tuple(self.dimension(each, of, cell) for each in self.cut.by)
            if is_of_plan and cell.day >= (self.cut.first_day or date.min):
                found[key]
                if cell.measure in FLOWS:
                    found[key][cell.measure] += cell.amount
            if cell.measure in stock_of and (is_of_plan or self.cut.plan is None):
                found[key][stock_of[cell.measure]] += cell.amount
        return self.in_order(found)

    def in_order(self, found: dict[tuple[Any, ...], dict[str, int]]) -> list[dict[str, Any]]:
        names = [each.value for each in self.cut.by]
        rows = [dict(zip(names, key, strict=True)) | amounts for key, amounts in found.items()]
        rows.sort(key=lambda row: [(row[name] is None, row[name]) for name in names])
        period = self.cut.period
        if period is None:
            return rows
        others = [name for name in names if name != period]
        ends = [
            row | {
                stock: sum(
                    each[stock]
                    for each in rows
                    if each[period] <= row[period] and all(each[name] == row[name] for name in others)
                )
                for stock in Stock
            }
            for row in rows
        ]  # fmt: skip
        first = self.cut.first_day or (None if self.question.year is None else date(self.question.year, 1, 1))
        return [row for row in ends if first is None or row[period] >= period_of(period, first)]


@given(states(), st.lists(questions(), min_size=6, max_size=6))
def test_they_are_what_looking_at_each_cell_gives(
    state: tuple[list[Combination], list[Cell]], asked: list[Question]
) -> None:
    combinations, cells = state
    in_memory = in_columns(combinations, cells)

    for question in asked:
        model = Model(question)
        found = sums(in_memory, question)
        assert found == model.rows(combinations, cells)
        assert all(list(row) == [*question.cut.by, *COUNTED] for row in found)
        meant = [each.id for each in combinations if model.is_asked(each)]
        assert ids(in_memory.combinations, question) == meant


def test_money_is_exact_where_a_float_is_not() -> None:
    about = Combination(1, 2025, "S01", "410102", "410100", int(Award.COMPLETION), FUND.packed(FundSource.OTHER))
    amounts = (2**53, 1, 1)
    cells = [
        Cell(Measure.PAID_FEN, 1, 0, date(2025, 3, 1) + timedelta(days=number), amount)
        for number, amount in enumerate(amounts)
    ]
    question = Question(Cut(()), 2025, None, None, PLACEMENTS, DEPARTMENTS)

    [row] = sums(in_columns([about], cells), question)

    assert row[Measure.PAID_FEN] == 2**53 + 2
