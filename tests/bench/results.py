"""Results to stored certificates over REST beside COPY of the same finished rows; and 100,000 results as one file."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import httpx
import orjson
from xlsxwriter import Workbook

from services.assessment.consumers import apply
from services.assessment.exams.usecases.table import RESULTS
from shared.database import driver, make_engine
from shared.kernel.callers import Role
from shared.kernel.identity import DocumentKind
from shared.kernel.ids import new_id
from shared.persons import Particulars, Persons, SealedPerson
from tests.assessment.centre import body_filing, plan
from tests.bench.ground import NO_CONNECTION_KEPT, Ground, ground, report
from tests.bench.spreadsheet import peaks_of
from tests.support.people import identity_number

A_SESSION: Final = 1_000
POSTED: Final = 32
"""Sessions that are posted and concluded over REST."""
IN_FILE: Final = 100
CENTRES: Final = 8
"""Bodies that post and conclude at the same time, one request of each under way."""
FLOOR: Final = 5_000
SECONDS_CEILING: Final = 20
MEGABYTES_CEILING: Final = 300
FIELDS: Final = ("session_local_id", "local_id", "theory", "skills")

_COPIED: Final = ("candidate", "certificate")
_SESSION: Final = """
INSERT INTO session (id, body_id, local_id, programme, region, reporting_region, occupation, level, held_on, status,
    filed_by, version, outside_territory)
VALUES ($1, $2, $3, 'S08', '410102', '410100', $4, 4, '2025-06-30', 'filed', 'bench', 1, false)
"""


async def main() -> None:
    async with ground() as here:
        here.run("assessment", "migrate")
        engine = make_engine(here.postgres.url("assessment"), name="bench", statement_ms=3_600_000)
        async with engine.begin() as connection:
            await apply(connection, plan())
        with here.processes("assessment") as (_, worker):
            url = here.url("assessment")
            async with httpx.AsyncClient(base_url=url, timeout=120, limits=NO_CONNECTION_KEPT) as http:
                bodies = [await _body(here, http, number) for number in range(CENTRES)]
                async with engine.begin() as connection:
                    own = await driver(connection)
                    people = _people(here)
                    await own.copy_records_to_table("candidate_person", columns=SealedPerson._fields, records=people)
                    posted = [
                        await _session(own, bodies[number % CENTRES], f"E{number}", number, people)
                        for number in range(POSTED)
                    ]
                    for number in range(IN_FILE):
                        await _session(own, bodies[0], f"F{number}", number, people, occupation="4-03-02-01")
                    await own.execute("ANALYZE")
                print(f"load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
                elapsed = await _over_rest(here, http, bodies, posted)
                async with engine.begin() as connection:
                    alone = await _copy_alone(await driver(connection), posted)
                rows = POSTED * A_SESSION
                report(
                    "results to certificates over REST", rows / elapsed, "rows/s",
                    raw=rows / alone, of="COPY of the finished rows", floor=FLOOR,
                )  # fmt: skip
                own_headers = here.headers(Role.ASSESSMENT_BODY, organisation=bodies[0])
                with peaks_of(worker.pid) as most:
                    of_file = await _file(http, own_headers)
        await engine.dispose()
    count = IN_FILE * A_SESSION
    print(
        f"{'file of 100,000 results, posted to reported':<44}{of_file:>12.1f} s  (ceiling {SECONDS_CEILING};"
        f" {count / of_file:,.0f} rows/s)"
    )
    service, reader = most["service"], most["reader"]
    print(
        f"{'  its worker, resident at most':<44}{service + reader:>12.0f} MB  (ceiling {MEGABYTES_CEILING};"
        f" service {service:.0f}, the process that reads the file {reader:.0f});"
        f" load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


async def _body(here: Ground, http: httpx.AsyncClient, number: int) -> str:
    filing = body_filing(500 + number)
    answer = await http.post("/v1/bodies", json=filing, headers=here.headers(Role.PROVINCE, region="410000"))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _people(here: Ground) -> list[SealedPerson]:
    persons, sealed = Persons.load(here.keys), list[SealedPerson]()
    for order in range(POSTED * A_SESSION):
        raw = identity_number(date(1950 + order // 900, 1, 1), order % 900)
        key, found = persons.recognise(DocumentKind.RESIDENT_ID, raw, today=date(2026, 1, 1))
        sealed.append(persons.close(key, found, Particulars(DocumentKind.RESIDENT_ID, raw, "王小明")))
    return sealed


async def _session(
    own: Any,
    body_id: str,
    local_id: str,
    number: int,
    people: Sequence[SealedPerson],
    *,
    occupation: str = "4-10-01-05",
) -> UUID:
    session_id, first = new_id(), number * A_SESSION % len(people)
    await own.execute(_SESSION, session_id, UUID(body_id), local_id, occupation)
    rows = [(new_id(), session_id, people[first + place].person, str(place)) for place in range(A_SESSION)]
    await own.copy_records_to_table("candidate", columns=("id", "session_id", "person", "local_id"), records=rows)
    return session_id


async def _over_rest(here: Ground, http: httpx.AsyncClient, bodies: Sequence[str], sessions: Sequence[UUID]) -> float:
    """Seconds until all results are posted and all certificates of their sessions stored."""
    rows = [{"local_id": str(place), "theory": 60 + place % 40, "skills": 61.5} for place in range(A_SESSION)]
    content = orjson.dumps({"rows": rows})

    async def centre(number: int) -> None:
        own = here.headers(Role.ASSESSMENT_BODY, person="clerk", organisation=bodies[number])
        head = here.headers(Role.ASSESSMENT_BODY, person="head", organisation=bodies[number])
        own |= {"Content-Type": "application/json"}
        for session_id in sessions[number::CENTRES]:
            path = f"/v1/sessions/{session_id}"
            posted = await http.post(f"{path}/results", content=content, headers=own)
            assert posted.status_code == 200, posted.text
            assert posted.json()["accepted"] == A_SESSION, posted.text[:300]
            concluded = await http.post(f"{path}/conclusion", headers=head)
            assert concluded.status_code == 200, concluded.text
            assert concluded.json()["certificates"] == A_SESSION, concluded.text

    started = time.perf_counter()
    await asyncio.gather(*(centre(number) for number in range(CENTRES)))
    return time.perf_counter() - started


async def _copy_alone(own: Any, sessions: Sequence[UUID]) -> float:
    """Seconds to copy the same finished rows into tables with the same indexes."""
    finished = {}
    for table in _COPIED:
        found = await own.fetch(f"SELECT * FROM {table} WHERE session_id = ANY($1)", list(sessions))
        await own.execute(f"CREATE TABLE copy_of_{table} (LIKE {table} INCLUDING ALL)")
        finished[table] = (list(found[0].keys()), [_copied(each.values()) for each in found])
    started = time.perf_counter()
    for table, (columns, records) in finished.items():
        await own.copy_records_to_table(f"copy_of_{table}", columns=columns, records=records)
    return time.perf_counter() - started


def _copied(values: Iterable[Any]) -> tuple[Any, ...]:
    """A row as COPY takes it, where JSON is text."""
    return tuple(orjson.dumps(value).decode() if isinstance(value, dict) else value for value in values)


def _workbook() -> bytes:
    with TemporaryDirectory(prefix="bench-") as directory:
        path = Path(directory) / "results.xlsx"
        with Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet(RESULTS.sheet)
            sheet.write_row(0, 0, [RESULTS.by_field[field].zh for field in FIELDS])
            for number in range(IN_FILE * A_SESSION):
                session, place = divmod(number, A_SESSION)
                sheet.write_row(number + 1, 0, [f"F{session}", str(place), 60 + place % 40, 61.5])
        return path.read_bytes()


async def _file(http: httpx.AsyncClient, own: dict[str, str]) -> float:
    """Seconds from the first byte sent to a report that says that every row is stored."""
    content = _workbook()
    started = time.perf_counter()
    posted = await http.post("/v1/result-files", params={"form": "xlsx"}, content=content, headers=own)
    assert posted.status_code == 202, posted.text
    path, file = f"/v1/result-files/{posted.json()['id']}", posted.json()
    while file["status"] in ("waiting", "working"):
        await asyncio.sleep(0.2)
        file = (await http.get(path, headers=own)).json()
    answer = (await http.get(f"{path}/report", headers=own)).json()
    elapsed = time.perf_counter() - started
    assert (file["status"], file["accepted"], answer["rows"]) == ("done", IN_FILE * A_SESSION, []), file
    return elapsed
