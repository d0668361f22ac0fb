"""A roster of 100,000 rows as one XLSX file: posted, stored and reported, and what that takes in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import httpx
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from services.registry.rosters.usecases.table import ROSTER
from shared.kernel.callers import Role
from tests.bench.ground import PLAN, Ground, ground
from tests.bench.roster import new_institution, roster_row

ROWS = 100_000
A_CLASS = 50
CLASSES = ROWS // A_CLASS
CONNECTIONS = 4
SECONDS_CEILING = 30
MEGABYTES_CEILING = 300

FIELDS = ("class", "local_id", "name", "document_number", "phone", "tags", "employment", "consent/on")


async def main() -> None:
    content = _workbook()
    raw = _read_alone(content)
    async with ground() as here:
        here.run("registry", "migrate")
        here.run("registry", "load-plan", str(PLAN))
        with here.process("registry", "serve") as child:
            async with httpx.AsyncClient(base_url=here.url("registry"), timeout=60) as http:
                own = await _file_classes(here, http)
                with peaks_of(child.pid) as peaks:
                    elapsed = await _post(http, content, own)
    print(
        f"{'XLSX of 100,000 rows, posted to reported':<44}{elapsed:>12.1f} s  (ceiling {SECONDS_CEILING};"
        f" {ROWS / elapsed:,.0f} rows/s; reading the sheet alone {raw:.1f} s)"
    )
    service, reader = peaks["service"], peaks["reader"]
    print(
        f"{'  its worker, resident at most':<44}{service + reader:>12.0f} MB  (ceiling {MEGABYTES_CEILING};"
        f" service {service:.0f}, the process that reads the file {reader:.0f})",
        flush=True,
    )


def _workbook() -> bytes:
    with TemporaryDirectory(prefix="bench-") as directory:
        path = Path(directory) / "roster.xlsx"
        with Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet("学员")
            sheet.write_row(0, 0, [ROSTER.by_field[field].zh for field in FIELDS])
            for number in range(ROWS):
                sheet.write_row(number + 1, 0, _line(number))
        return path.read_bytes()


def _line(number: int) -> list[str]:
    row = roster_row(number)
    particulars = [row["local_id"], "何示例", row["document_number"], f"137{20_000_000 + number * 613:08d}"]
    return [f"C{number // A_CLASS:04d}", *particulars, "S06", "在职", "2025-02-20"]


def _read_alone(content: bytes) -> float:
    """Seconds to read the sheet and do nothing with it."""
    started = time.perf_counter()
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    assert sum(1 for _ in sheet.iter_rows()) == ROWS + 1
    return time.perf_counter() - started


async def _file_classes(here: Ground, http: httpx.AsyncClient) -> dict[str, str]:
    """The headers of an institution that has filed a class for every 50 rows."""
    institution = await new_institution(here, http)
    own = here.headers(Role.INSTITUTION, organisation=institution)
    numbers = iter(range(CLASSES))

    async def client() -> None:
        for number in numbers:
            answer = await http.post("/v1/classes", json=_filing(number), headers=own)
            assert answer.status_code == 201, answer.text

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return own


def _filing(number: int) -> dict[str, Any]:
    return {
        "local_id": f"C{number:04d}", "programme": "S02-1", "region": "410102", "occupation": "4-10-01-05",
        "level": "L4", "fund_source": "employment_fund", "starts_on": "2025-03-01", "ends_on": "2025-03-20",
        "hours": 60, "seats": A_CLASS,
    }  # fmt: skip


async def _post(http: httpx.AsyncClient, content: bytes, own: dict[str, str]) -> float:
    """Seconds from the first byte sent to a report that says that every row is stored."""
    started = time.perf_counter()
    posted = await http.post("/v1/roster-files", params={"form": "xlsx"}, content=content, headers=own)
    assert posted.status_code == 202, posted.text
    path = f"/v1/roster-files/{posted.json()['id']}"
    file = posted.json()
    while file["status"] in ("waiting", "working"):
        await asyncio.sleep(0.2)
        file = (await http.get(path, headers=own)).json()
    report = (await http.get(f"{path}/report", headers=own)).json()
    elapsed = time.perf_counter() - started
    assert (file["status"], file["accepted"], report["rows"]) == ("done", ROWS, []), (file, report["rows"][:1])
    return elapsed


@contextmanager
def peaks_of(pid: int) -> Iterator[dict[str, float]]:
    """The most memory, in MB, that the process and each of its children have held when the context ends."""
    peaks = {"service": 0.0, "reader": 0.0}
    over = Event()

    def watch() -> None:
        while not over.wait(0.05):
            peaks["service"] = max(peaks["service"], _peak_mb(pid))
            for child in Path(f"/proc/{pid}/task").glob("*/children"):
                for each in _text(child).split():
                    peaks["reader"] = max(peaks["reader"], _peak_mb(int(each)))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def _peak_mb(pid: int) -> float:
    for line in _text(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        # The process has ended.
        return ""
