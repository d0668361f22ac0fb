"""Sums of cells by the dimensions asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.history.rules import Known
from services.metrics.plan import store as plan
from services.metrics.plan.rules import UnknownDepartment
from services.metrics.plan.usecases import leads, placements
from services.metrics.totals import store
from services.metrics.totals.rules.cuts import Cut, Dimension
from shared.plan import UnknownProgramme

if TYPE_CHECKING:
    from services.metrics.totals.rules.cells import Cells
    from services.metrics.totals.rules.sums import Question

KEPT_MAX: Final = 2
"""The present state, and that of the day asked for last."""


class KeptCells:
    """The cells of one database in the memory of the process, read again when they have changed.

    What is kept is used by a transaction only if it is what the transaction would read itself.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[object, Cells] = OrderedDict()
        self._reading = asyncio.Lock()

    async def seen_by(self, connection: AsyncConnection, known: Known | None = None) -> Cells:
        """The cells as the transaction of `connection` sees them, which has one snapshot, or reads what was `known`."""
        revision: object = known.on if known is not None and known.is_final else None
        if revision is None:
            revision = await store.cells_revision(connection)
        if revision not in self._kept:
            async with self._reading:  # of several that miss the same, one reads
                if revision not in self._kept:
                    self._kept[revision] = await _read(connection)
                    while len(self._kept) > KEPT_MAX:
                        self._kept.popitem(last=False)
        self._kept.move_to_end(revision)
        return self._kept[revision]


async def _read(connection: AsyncConnection) -> Cells:
    # Here, because it takes 45 MB of a process, and a worker hardly ever needs it.
    from services.metrics.totals.rules.cells import Cells

    combinations, cells = await store.combinations(connection), await store.cells(connection)
    return await asyncio.to_thread(Cells.of, combinations, cells)


async def question(connection: AsyncConnection, cut: Cut, *, year: int | None, today: date) -> Question:
    """What `cut` asks for; flows only of the plan of `year` if it is given. A programme stands for its parts, too.

    Raises UnknownProgramme, UnknownRegion or UnknownDepartment for what was never listed.
    """
    from services.metrics.totals.rules.sums import Question

    by_department = Dimension.DEPARTMENT in cut.by or cut.department is not None
    departments = (
        {(each.year, each.programme): each.department for each in await leads(connection)} if by_department else {}
    )
    if cut.department is not None and cut.department not in departments.values():
        known = {each for each in departments.values() if each is not None}
        raise UnknownDepartment(pointer="/department", known=sorted(known))
    everywhere = cut.region is None or await plan.is_province(connection, cut.region)
    return Question(
        cut,
        year=year,
        programmes=None if cut.programme is None else await _parts(connection, cut.programme, year),
        region=None if everywhere else cut.region,
        placements={each.place: each for each in await placements(connection, cut.region_map, today=today)},
        departments=departments,
    )


async def _parts(connection: AsyncConnection, programme: str, year: int | None) -> list[str]:
    if parts := await plan.parts(connection, programme, year=year):
        return parts
    raise UnknownProgramme(pointer="/programme")


async def rows(cells: Cells, asked: Question) -> list[dict[str, Any]]:
    """A row per combination of the cut's dimensions that has ever counted something: dimensions, flows, stocks."""
    from services.metrics.totals.rules.sums import sums

    return await asyncio.to_thread(sums, cells, asked)


async def combinations(connection: AsyncConnection, asked: Question) -> list[int]:
    """The numbers of the combinations of dimensions that were asked for."""
    from services.metrics.totals.rules.cells import Combinations
    from services.metrics.totals.rules.sums import ids

    return ids(Combinations.of(await store.combinations(connection)), asked)
