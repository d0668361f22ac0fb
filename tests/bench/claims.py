"""Lines of claims decided over REST, with every check and its facts stored; and 200 approvals for one budget."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx

from services.subsidy.limits.store import LIMIT_ROW
from services.subsidy.policy import usecases as policy
from shared.database import driver, make_engine
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from tests.bench.ground import NO_CONNECTION_KEPT, PLAN, Ground, ground, report
from tests.subsidy.office import short_ladder

CLASSES: Final = 400
A_CLASS: Final = 50
INSTITUTIONS: Final = 40
RIVALS: Final = 200
"""Claims of one line that are approved at once, against a budget for half of them."""
CONNECTIONS: Final = 8
FLOOR: Final = 2_000
L4_FEN: Final = 200_000
NOW: Final = datetime.now(UTC)
STARTS_ON: Final = business_day(NOW) - timedelta(days=60)
ENDED_ON: Final = business_day(NOW) - timedelta(days=20)
CERTIFIED_ON: Final = business_day(NOW) - timedelta(days=10)

_REGIONS: Final = """
INSERT INTO heard_region (code, parent, reporting_region) VALUES ('410000', NULL, NULL),
    ('410100', '410000', '410100'), ('410102', '410100', '410100'),
    ('410200', '410000', '410200'), ('410202', '410200', '410200')
"""
_CLASS: Final = (
    "id", "institution_id", "region", "reporting_region", "occupation", "level", "fund_source", "starts_on", "state",
    "enrolled",
)  # fmt: skip
_ENROLMENT: Final = ("id", "class_id", "person", "programme", "outcome", "effective_on")
_CERTIFICATE: Final = ("id", "person", "occupation", "level", "issued_on", "valid")


async def main() -> None:
    async with ground() as here:
        here.run("subsidy", "migrate")
        institutions = [new_id() for _ in range(INSTITUTIONS)]
        classes = await fill(here, institutions, [A_CLASS] * CLASSES, [1] * RIVALS)
        print(f"load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
        with here.processes("subsidy"):
            url = here.url("subsidy")
            async with httpx.AsyncClient(base_url=url, timeout=120, limits=NO_CONNECTION_KEPT) as http:
                for region, fen in (("410100", 10**12), ("410200", RIVALS // 2 * L4_FEN)):
                    await set_budget(here, http, region, fen)
                drafted, elapsed = await each(classes[:CLASSES], lambda one: draft(here, http, one))
                report("lines of claims, drafted over REST", CLASSES * A_CLASS / elapsed, "lines/s", floor=FLOOR)
                _, elapsed = await each(drafted, lambda one: submit(here, http, one))
                submitted = elapsed
                _, elapsed = await each(drafted, lambda one: approve(here, http, one, "410100"))
                report("  decided again and approved", CLASSES * A_CLASS / elapsed, "lines/s")
                print(f"{'  submissions':<44}{CLASSES / submitted:>12.0f} claims/s", flush=True)
                await _last_yuan(here, http, classes[CLASSES:])
        print(f"load of the machine after: {os.getloadavg()[0]:.1f}", flush=True)


async def fill(
    here: Ground, institutions: Sequence[UUID], sizes: Sequence[int], rivals: Sequence[int] = ()
) -> list[tuple[UUID, UUID]]:
    """Completed classes of these `sizes` with trainees and certificates, as if they had been heard of, and further ones
    in another region; each with its institution.
    """
    engine = make_engine(here.postgres.url("subsidy"), name="bench", statement_ms=600_000)
    found, enrolments, certificates, classes = list[tuple[UUID, UUID]](), list[Any](), list[Any](), list[Any]()
    for number, size in enumerate([*sizes, *rivals]):
        region = ("410202", "410200") if number >= len(sizes) else ("410102", "410100")
        class_id, institution = new_id(), institutions[number % len(institutions)]
        classes.append(
            (class_id, institution, *region, "4-10-01-05", 4, "employment_fund", STARTS_ON, "completed", size)
        )
        for _ in range(size):
            person = new_id()
            enrolments.append((new_id(), class_id, person, "S02-1", "completed", ENDED_ON))
            certificates.append((new_id(), person, "4-10-01-05", 4, CERTIFIED_ON, True))
        found.append((class_id, institution))
    async with engine.begin() as connection:
        await policy.load(connection, PLAN, at=NOW)
        await LIMIT_ROW.add_rows(connection, short_ladder())
        own = await driver(connection)
        await own.execute(_REGIONS)
        await own.copy_records_to_table("heard_class", columns=_CLASS, records=classes)
        await own.copy_records_to_table("heard_enrolment", columns=_ENROLMENT, records=enrolments)
        await own.copy_records_to_table("heard_certificate", columns=_CERTIFICATE, records=certificates)
        await own.execute("ANALYZE")
    await engine.dispose()
    return found


async def each(things: Sequence[Any], do: Any) -> tuple[list[Any], float]:
    """What `do` gives for each of `things`, and the seconds until all are done, over several connections."""
    done = [None] * len(things)

    async def some(first: int) -> None:
        for place in range(first, len(things), CONNECTIONS):
            done[place] = await do(things[place])

    started = time.perf_counter()
    await asyncio.gather(*(some(first) for first in range(CONNECTIONS)))
    return done, time.perf_counter() - started


async def draft(here: Ground, http: httpx.AsyncClient, one: tuple[UUID, UUID]) -> tuple[str, UUID]:
    class_id, institution = one
    headers = here.headers(Role.INSTITUTION, person="clerk", organisation=str(institution))
    content = {"class_id": str(class_id), "local_id": str(class_id)}
    answer = await http.post("/v1/claims", json=content, headers=headers)
    assert answer.status_code == 201, answer.text
    claim = answer.json()
    assert all(line["amount_fen"] == L4_FEN for line in claim["lines"]), answer.text[:300]
    return claim["id"], institution


async def submit(here: Ground, http: httpx.AsyncClient, one: tuple[str, UUID]) -> None:
    claim_id, institution = one
    headers = here.headers(Role.INSTITUTION, person="clerk", organisation=str(institution))
    answer = await http.post(f"/v1/claims/{claim_id}/submission", headers=headers)
    assert answer.status_code == 200, answer.text


async def approve(here: Ground, http: httpx.AsyncClient, one: tuple[str, UUID], region: str) -> int:
    reviewer = f"reviewer-{one[1]}"
    headers = here.headers(Role.REVIEWER, person=reviewer, region=region)
    answer = await http.post(f"/v1/claims/{one[0]}/approval", headers=headers)
    return answer.status_code


async def _last_yuan(here: Ground, http: httpx.AsyncClient, classes: Sequence[tuple[UUID, UUID]]) -> None:
    """Approve as many claims at once as there are, for whom half the budget suffices."""
    claims, _ = await each(classes, lambda one: draft(here, http, one))
    await each(claims, lambda one: submit(here, http, one))
    started = time.perf_counter()
    codes = await asyncio.gather(*(approve(here, http, one, "410200") for one in claims))
    elapsed = time.perf_counter() - started
    answer = await http.get("/v1/budgets", headers=here.headers(Role.FINANCE, region="410200"))
    [budget] = answer.json()["rows"]
    assert (budget["committed_fen"], budget["free_fen"]) == (budget["total_fen"], 0), budget
    print(
        f"{f'{RIVALS} approvals at once for one budget':<44}{elapsed:>12.1f} s  (committed exactly the total;"
        f" answers {dict(Counter(codes))})",
        flush=True,
    )


async def set_budget(here: Ground, http: httpx.AsyncClient, region: str, fen: int) -> None:
    content = {
        "region": region, "fund_source": "employment_fund", "year": STARTS_ON.year, "amount_fen": fen,
        "reason": "年度预算",
    }  # fmt: skip
    proposed = await http.post("/v1/budgets", json=content, headers=here.headers(Role.PROVINCE, region="410000"))
    second = here.headers(Role.PROVINCE, person="second", region="410000")
    confirmed = await http.post(f"/v1/proposals/{proposed.json()['id']}/confirmation", headers=second)
    assert confirmed.status_code == 200, confirmed.text
