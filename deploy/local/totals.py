"""Live totals, read from metrics, compared with an independent count, and printed as tables."""

from __future__ import annotations

import asyncio
import csv
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from deploy.sandbox.expected import MEASURES, Totals
from shared.kernel.money import Fen, format_yuan

WAIT_SECONDS_MAX: Final = 60.0
QUIET_SECONDS: Final = 10.0
"""If nothing new was applied for this long, no more facts are expected."""
SETTLED_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.1

HEADINGS: Final = ("在训", "培训人次", "补贴人次", "证书", "高技能人才", "批准（元）", "支付（元）", "追回（元）")
HEADINGS_EN: Final = (
    "in training", "trainings", "subsidised", "certificates", "high-skilled", "approved", "paid", "recovered",
)  # fmt: skip


class Live(NamedTuple):
    """An answer of metrics: the totals, and the number of facts applied."""

    totals: Totals
    facts: int


async def ask(http: httpx.AsyncClient, address: str) -> Live:
    """The current totals by programme and reporting region, without zeros."""
    answer = (await http.get(f"{address}/v1/totals", params={"by": "programme,region"})).raise_for_status().json()
    rows = {
        (row["programme"], row["region"]): Counter({measure: row[measure] for measure in MEASURES if row[measure]})
        for row in answer["rows"]
    }
    facts = sum(topic["facts"] for topic in answer["as_of"]["topics"].values())
    return Live({cell: amounts for cell, amounts in rows.items() if amounts}, facts)


async def settled(address: str) -> Totals:
    """The live totals once no fact has been applied for SETTLED_SECONDS: what earlier runs left to do is done."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    async with httpx.AsyncClient(timeout=10) as http:
        live, changed_at = await ask(http, address), time.monotonic()
        while time.monotonic() - changed_at < SETTLED_SECONDS and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
            latest = await ask(http, address)
            if latest.facts != live.facts:
                changed_at = time.monotonic()
            live = latest
    return live.totals


def sum_of(*several: Totals) -> Totals:
    """The sum, without zeros. Amounts may be negative."""
    sums: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for totals in several:
        for cell, amounts in totals.items():
            sums[cell].update(amounts)
    counted = {cell: Counter({name: n for name, n in amounts.items() if n}) for cell, amounts in sums.items()}
    return {cell: amounts for cell, amounts in counted.items() if amounts}


async def wait_for(address: str, expected: Totals) -> Totals:
    """The live totals, once they equal `expected` or no more facts are expected."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    facts, changed_at = -1, time.monotonic()
    async with httpx.AsyncClient(timeout=10) as http:
        while True:
            live = await ask(http, address)
            if live.facts != facts:
                facts, changed_at = live.facts, time.monotonic()
            is_quiet = time.monotonic() - changed_at > QUIET_SECONDS
            if live.totals == expected or is_quiet or time.monotonic() > deadline:
                return live.totals
            await asyncio.sleep(POLL_SECONDS)


def differences(expected: Totals, live: Totals) -> list[str]:
    """One line for each amount that differs."""
    nothing = Counter[str]()
    return [
        f"{programme} in {region}: {measure} is {found[measure]:,}, should be {due[measure]:,}"
        for programme, region in sorted({*expected, *live})
        for due, found in [(expected.get((programme, region), nothing), live.get((programme, region), nothing))]
        for measure in MEASURES
        if due[measure] != found[measure]
    ]


def tables(totals: Totals, plan: Path) -> str:
    """The totals by programme, then by reporting region, each with its sum."""
    by_programme: Counter[tuple[str, str]] = Counter()
    by_region: Counter[tuple[str, str]] = Counter()
    for (programme, region), amounts in totals.items():
        by_programme.update({(programme, measure): amount for measure, amount in amounts.items()})
        by_region.update({(region, measure): amount for measure, amount in amounts.items()})
    programmes = _table("专项 programme", _names(plan / "programmes.csv"), by_programme)
    regions = _table("地区 region", _names(plan / "regions.csv"), by_region)
    return f"{programmes}\n\n{regions}"


def _names(file: Path) -> Mapping[str, str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["name_zh"] for row in csv.DictReader(lines)}


def _table(title: str, names: Mapping[str, str], amounts: Mapping[tuple[str, str], int]) -> str:
    codes = [code for code in names if any((code, measure) in amounts for measure in MEASURES)]
    rows = [[f"{code} {names[code]}", *(_shown(measure, amounts.get((code, measure), 0)) for measure in MEASURES)]
            for code in codes]  # fmt: skip
    sums = [_shown(measure, sum(amounts.get((code, measure), 0) for code in codes)) for measure in MEASURES]
    return aligned([[title, *HEADINGS], ["", *HEADINGS_EN], *rows, ["合计 total", *sums]])


def _shown(measure: str, amount: int) -> str:
    return format_yuan(Fen(amount)) if measure.endswith("_fen") else f"{amount:,}"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows as lines with aligned columns; a Chinese character is two columns wide.

    The first column is flush left, the others, which are numbers, flush right.
    """
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [" " * (width - _width(cell)) + cell for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first + " " * (widths[0] - _width(first)), *cells]).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
