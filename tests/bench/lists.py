"""Every list of the registry at 5,000,000 enrolments, and the rates of 2,000,000 trainings: how long each takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from itertools import combinations, product
from statistics import median, quantiles
from typing import Any, Final, NamedTuple
from uuid import UUID

import httpx

from services.registry.quality import usecases as quality
from services.registry.quality.store.rates import Grouping
from shared.database import make_engine
from shared.kernel.callers import Role
from shared.kernel.identity import DocumentKind
from shared.persons import Particulars, Persons
from tests.bench.ground import PLAN, Ground, ground
from tests.bench.province import CLASS_ID, CLASSES, ENROLMENT_ID, INSTITUTION_ID, SEATS, fill, filler
from tests.support.people import identity_number

ENROLMENTS = CLASSES * SEATS
MARKS = 1_000_000
FLAGS = 1_000_000
TRAININGS = 2_000_000
PAGES = 10
PAGE_MS_MAX = 50
RATES_MS_MAX = 200

_MORE: Final = (
    f"""
    INSERT INTO flag (id, code, kind, seen, institution_id, class_id, region, reporting_region, holds, facts, raised_at,
        status, settled_by, version)
    SELECT (lpad(to_hex(26411008 + n % 7), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
        (ARRAY['C05', 'C16', 'C18', 'C20'])[1 + n % 4], 'same-second', n::text, institution_id, id, region,
        reporting_region, false, '{{}}', now(),
        CASE n % 50 WHEN 0 THEN 'upheld' WHEN 1 THEN 'dismissed' ELSE 'open' END,
        CASE WHEN n % 50 < 2 THEN 'somebody' END, 1
    FROM generate_series(1, {FLAGS}) AS n JOIN class ON id = {CLASS_ID.format(f'n % {CLASSES}')}
    """,
    f"""
    INSERT INTO attendance_mark (id, institution_id, local_id, class_id, enrolment_id, day, marked_at, direction,
        method, device, received_at)
    SELECT (lpad(to_hex(26476544), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, institution_id,
        'M' || n, class_id, id, from_on + n % 20, from_on + n % 20 + time '08:00' + n % 600 * interval '1 minute', 'in',
        'device', 'gate', now()
    FROM generate_series(1, {MARKS}) AS n JOIN enrolment ON id = {ENROLMENT_ID.format("n / 40")}
    """,
    f"""
    INSERT INTO attendance (enrolment_id, hours, days, version)
    SELECT id, 60, 10, 1 FROM enrolment WHERE id < {ENROLMENT_ID.format(MARKS)}
    """,
    """
    INSERT INTO class_event (id, class_id, version, verb, done_by, done_at)
    SELECT id, id, 1, 'file', 'bench', now() FROM class
    """,
    """
    INSERT INTO listing (id, institution_id, project, first_on, opened_by, version)
    SELECT uuidv7(), i.id, p.code, date '2025-01-01', 'bench', 1
    FROM institution AS i, (SELECT code FROM project ORDER BY code LIMIT 20) AS p
    """,
    """
    INSERT INTO sanction (id, institution_id, step, first_on, last_on, reason, imposed_by, imposed_at, version)
    SELECT uuidv7(), i.id, (ARRAY['rectify', 'stop', 'delist'])[1 + n % 3], date '2020-01-01' + n * 30,
        CASE WHEN n < 60 THEN date '2020-01-20' + n * 30 END, 'bench', 'bench', now(), 1
    FROM institution AS i, generate_series(1, 62) AS n
    """,
    "UPDATE class SET answer_due_on = starts_on WHERE status = 'filed'",
    "VACUUM ANALYZE",
)  # fmt: skip
# Every one with work and both figures of pay, all in one year: more than any year will have.
_OUTCOMES: Final = (
    f"""
    UPDATE enrolment SET status = 'completed', employment = 'unemployed',
        effective_on = date '2025-01-01' + (from_on - date '2025-01-01') % 365
    WHERE id < {ENROLMENT_ID.format(TRAININGS)}
    """,
    f"""
    INSERT INTO follow_up (enrolment_id, employed_on, evidence, pay_before_fen, pay_after_fen, reported_by, reported_at,
        version)
    SELECT id, effective_on + 30, 'contract', 300000, 270000 + (random() * random() * 200000)::integer, 'bench', now(),
        1
    FROM enrolment WHERE id < {ENROLMENT_ID.format(TRAININGS)}
    """,
    "INSERT INTO recount_due (class_id) SELECT id FROM class",
)
_VALUES: Final = {
    "region": ("410102", "410100", "411624"),
    "check": ("C16",),
    "day": ("2025-03-05",),
    "starts_from": ("2025-06-01",),
    "starts_to": ("2025-09-01",),
    "occupation": ("4-10-01-05",),
    "award": ("L4",),
    "level": ("L4",),
    "project": ("4-01-06-02-L4",),
}


class _Route(NamedTuple):
    path: str
    optional: dict[str, tuple[str, ...]]
    """The values to narrow by, for each parameter that narrows."""


async def main() -> None:
    async with ground() as here:
        here.run("registry", "migrate")
        here.run("registry", "load-plan", str(PLAN))
        connection = await filler(here)
        await fill(connection, above=0, to=ENROLMENTS)
        for statement in (*_OUTCOMES, *_MORE):
            await connection.execute(statement)
        await count_sums(here)
        ids = [await connection.fetchval(f"SELECT {template.format(1)}") for template in (INSTITUTION_ID, CLASS_ID)]
        await _seal_trainees(connection, Persons.load(here.keys), ids[1])
        await connection.close()
        with here.process("registry", "api"):
            await _measure(here, *ids)
            await measure_rates(here)


async def count_sums(here: Ground) -> None:
    """Count the sums of every class, as the worker does."""
    started, engine = time.perf_counter(), make_engine(here.postgres.url("registry"), name="recount")
    while await quality.recount(engine):
        pass
    await engine.dispose()
    rate = TRAININGS / (time.perf_counter() - started)
    print(f"quality sums counted anew: {rate:,.0f} trainings/s", flush=True)


async def _seal_trainees(connection: Any, persons: Persons, class_id: UUID) -> None:
    """Give the trainees of the class that is asked for particulars that can be opened."""
    for (person,) in await connection.fetch("SELECT person FROM enrolment WHERE class_id = $1", class_id):
        particulars = Particulars(DocumentKind.RESIDENT_ID, "", "王小明")
        sealed = persons.close(person, identity_number(date(1990, 1, 1), 1, region="419999"), particulars).sealed
        await connection.execute("UPDATE trainee SET sealed = $2 WHERE person = $1", person, sealed)


async def _measure(here: Ground, institution_id: UUID, class_id: UUID) -> None:
    print(f"{'ms a page of 100':<52}{'p50':>8}{'p99':>8}{'most':>8}   (at most {PAGE_MS_MAX})", flush=True)
    async with httpx.AsyncClient(base_url=here.url("registry"), timeout=60) as http:
        for route in _routes((await http.get("/openapi.json")).json(), str(class_id), str(institution_id)):
            times: list[float] = []
            slowest: tuple[float, str] = (0.0, "")
            for who, headers in _callers(here, str(institution_id)):
                for narrowing in _narrowings(route):
                    walked = await _walk(http, route, narrowing, headers)
                    times += walked
                    slowest = max(slowest, (max(walked, default=0.0), f"{who} {narrowing or ''}"))
            if times:
                p99 = quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
                note = f"   slowest: {slowest[1]}" if slowest[0] > PAGE_MS_MAX else ""
                print(f"{route.path:<52}{median(times):>8.1f}{p99:>8.1f}{slowest[0]:>8.1f}{note}", flush=True)


async def measure_rates(here: Ground) -> None:
    """Print how long the rates of a year take the province, which sees all of it, by each way of grouping."""
    asked = {"first_on": "2025-01-01", "last_on": "2025-12-31"}
    headers = here.headers(Role.PROVINCE, region="410000")
    print(f"{'ms the quality rates of a year':<52}{'p50':>8}{'':>8}{'most':>8}   (at most {RATES_MS_MAX})", flush=True)
    async with httpx.AsyncClient(base_url=here.url("registry"), timeout=60) as http:
        for by in Grouping:
            times: list[float] = []
            for _ in range(PAGES):
                started = time.perf_counter()
                answer = await http.get("/v1/quality", params=asked | {"by": by}, headers=headers)
                times.append(1000 * (time.perf_counter() - started))
                assert answer.status_code == 200, answer.text
            print(f"{f'/v1/quality by {by}':<52}{median(times):>8.1f}{'':>8}{max(times):>8.1f}", flush=True)


def _routes(description: dict[str, Any], class_id: str, institution_id: str) -> Iterator[_Route]:
    """Every path that answers in pages."""
    known = {"class_id": class_id, "institution_id": institution_id}
    for path, operations in description["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        if not any(each["name"] == "cursor" for each in parameters):
            continue
        yield _Route(
            path.format_map(known | {each["name"]: class_id for each in parameters if each["name"] not in known}),
            {
                each["name"]: values
                for each in parameters
                if each["in"] == "query" and (values := _values(each, description, known))
            },
        )


def _values(parameter: dict[str, Any], description: dict[str, Any], known: dict[str, str]) -> tuple[str, ...]:
    name = parameter["name"]
    if name in known:
        return (known[name],)
    for schema in (parameter["schema"], *parameter["schema"].get("anyOf", ())):
        if "$ref" in schema:
            found: list[str] = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]].get("enum", [])
            return tuple(found)
    return _VALUES.get(name, ())


def _narrowings(route: _Route) -> Iterator[dict[str, str]]:
    """Nothing, one parameter, or two, with each of their values."""
    for number in (0, 1, 2):
        for names in combinations(route.optional, number):
            for values in product(*(route.optional[name] for name in names)):
                yield dict(zip(names, values, strict=True))


def _callers(here: Ground, institution_id: str) -> list[tuple[str, dict[str, str]]]:
    return [
        ("province", here.headers(Role.PROVINCE, region="410000")),
        ("city", here.headers(Role.COUNTY_OFFICER, region="410100")),
        ("county", here.headers(Role.COUNTY_OFFICER, region="410102")),
        ("institution", here.headers(Role.INSTITUTION, organisation=institution_id)),
    ]


async def _walk(
    http: httpx.AsyncClient, route: _Route, narrowing: dict[str, str], headers: dict[str, str]
) -> list[float]:
    """Milliseconds of each of the first pages; none where the caller may not ask that."""
    times: list[float] = []
    asked = dict(narrowing)
    for _ in range(PAGES):
        started = time.perf_counter()
        answer = await http.get(route.path, params=asked, headers=headers)
        elapsed = 1000 * (time.perf_counter() - started)
        if answer.status_code in (403, 404, 422):
            return times
        assert answer.status_code == 200, (route.path, asked, answer.text)
        times.append(elapsed)
        following = answer.json()["next"]
        if following is None:
            break
        asked["cursor"] = following
    return times
