"""A batch of 100,000 claims: drawn up, exported, and the bank's return read and settled; what that takes in memory."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import time
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.payees import rules as payees
from services.subsidy.payees import store as payee_store
from services.subsidy.payees.rules import AccountStatus, PayeeAccount
from shared.database import make_engine
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.persons import Persons
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal, ProposalStatus
from tests.bench.ground import Ground, ground, report
from tests.bench.processors import processor_seconds
from tests.bench.spreadsheet import MEGABYTES_CEILING, SECONDS_CEILING, peaks_of

ROWS: Final = 100_000
PAYEES: Final = 1_000
AMOUNT_FEN: Final = 200_000
NOW: Final = datetime.now(UTC)

_REGIONS: Final = """
INSERT INTO heard_region (code, parent, reporting_region)
VALUES ('410000', NULL, NULL), ('410100', '410000', '410100'), ('410102', '410100', '410100')
"""
_BUDGET: Final = """
INSERT INTO budget (id, region, fund_source, year, total_fen) VALUES (uuidv7(), '410100', 'employment_fund', 2025, 0)
"""
_CLAIMS: Final = f"""
INSERT INTO claim (id, institution_id, local_id, class_id, region, reporting_region, fund_source, occupation, level,
    starts_on, status, submitted_by, submitted_on, approved_by, approved_on, amount_fen, recovered_fen, version)
SELECT uuidv7(), ('00000000-0000-8000-8000-' || lpad(to_hex(n % {PAYEES}), 12, '0'))::uuid, 'c-' || n, uuidv7(),
    '410102', '410100', 'employment_fund', '4-10-01-05', 4, '2025-03-01', 'approved', 'clerk', '2025-06-01', 'reviewer',
    current_date - 1, {AMOUNT_FEN}, 0, 4
FROM generate_series(1, {ROWS}) AS n
"""
_LINES: Final = """
INSERT INTO claim_line (claim_id, line, enrolment_id, person, programme, occupation, level, year, trained_on,
    amount_fen, live)
SELECT id, 1, uuidv7(), uuidv7(), 'S02-1', occupation, level, 2025, '2025-03-21', amount_fen, true FROM claim
"""
_ENTRIES: Final = """
INSERT INTO ledger_entry (id, claim_id, claim_version, institution_id, region, reporting_region, done_by, done_at)
SELECT uuidv7(), id, 4, institution_id, region, reporting_region, 'reviewer', now() FROM claim
"""
_ALLOCATED: Final = f"""
WITH entry AS (
    INSERT INTO ledger_entry (id, region, reporting_region, done_by, done_at)
    VALUES (uuidv7(), '410100', '410100', 'province', now()) RETURNING id
)
INSERT INTO ledger_posting (id, entry_id, budget_id, verb, debit, credit, amount_fen)
SELECT uuidv7(), entry.id, budget.id, 'allocate', 'free', 'allocated', {ROWS * AMOUNT_FEN} FROM entry, budget
"""
_APPROVED: Final = """
INSERT INTO ledger_posting (id, entry_id, budget_id, line, verb, debit, credit, amount_fen)
SELECT uuidv7(), e.id, b.id, 1, 'approve', 'committed', 'free', c.amount_fen
FROM ledger_entry AS e JOIN claim AS c ON c.id = e.claim_id CROSS JOIN budget AS b
"""


async def main() -> None:
    async with ground() as here:
        here.run("subsidy", "migrate")
        await _fill(here)
        with here.process("subsidy", "serve"):
            async with httpx.AsyncClient(base_url=here.url("subsidy"), timeout=120) as http:
                batch_id = await _release(here, http)
                bank_file = await _export(here, http, batch_id)
        # Another process, so that what the export took is not counted.
        with here.process("subsidy", "serve") as child:
            async with httpx.AsyncClient(base_url=here.url("subsidy"), timeout=120) as http:
                before = [processor_seconds(pid) for pid in (child.pid, here.postgres.pid)]
                with peaks_of(child.pid) as peaks:
                    elapsed = await _return(here, http, batch_id, bank_file)
                after = [processor_seconds(pid) for pid in (child.pid, here.postgres.pid)]
    print(
        f"{'bank return of 100,000 rows, posted to settled':<44}{elapsed:>12.1f} s  (ceiling {SECONDS_CEILING};"
        f" {ROWS / elapsed:,.0f} rows/s)"
    )
    python, database = (late - early for early, late in zip(before, after, strict=True))
    print(
        f"{'  processor time':<44}{python:>12.1f} s of Python, {database:.1f} s of PostgreSQL;"
        f" load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"{'  its worker, resident at most':<44}{sum(peaks.values()):>12.0f} MB  (ceiling {MEGABYTES_CEILING};"
        f" service {peaks['service']:.0f}, the process that reads the file {peaks['reader']:.0f})",
        flush=True,
    )


async def _fill(here: Ground) -> None:
    """Approved claims with their books, and payees with accounts."""
    persons = Persons.load(here.keys)
    engine = make_engine(here.postgres.url("subsidy"), name="bench")
    async with engine.begin() as connection:
        await connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        for statement in (_REGIONS, _BUDGET, _CLAIMS, _LINES, _ALLOCATED):
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql(_ENTRIES)
        await connection.exec_driver_sql(_APPROVED)
        for number in range(PAYEES):
            await _open_account(connection, persons, UUID(f"00000000-0000-8000-8000-{number:012x}"), number)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("ANALYZE")
    await engine.dispose()


async def _open_account(connection: AsyncConnection, persons: Persons, institution_id: UUID, number: int) -> None:
    digits, id_ = f"16050101{number:09d}", new_id()
    account = PayeeAccount(
        id=id_, institution_id=institution_id, region="410102", reporting_region="410100", holder="示范学校",
        bank="样例银行营业部", bank_code="103491000017", ending=digits[-4:], mark=persons.mark(payees.MARK, digits),
        sealed=persons.seal(digits.encode(), owner=id_), reason="开户许可证", entered_by="a", entered_at=NOW,
        proposal_id=new_id(), status=AccountStatus.CURRENT, decided_by="b", decided_at=NOW,
    )  # fmt: skip
    proposal = Proposal(
        id=account.proposal_id, kind=payees.KIND, subject=account.subject, organisation=institution_id, region="410102",
        reporting_region="410100", content=account.content, reason=account.reason, proposed_by="a", proposed_at=NOW,
        status=ProposalStatus.CONFIRMED, decided_by="b", decided_at=NOW,
    )  # fmt: skip
    await proposals.add(connection, proposal)
    await payee_store.add(connection, account)


def _finance(here: Ground, person: str) -> dict[str, str]:
    return here.headers(Role.FINANCE, person=person, region="410100")


async def _release(here: Ground, http: httpx.AsyncClient) -> str:
    content = {
        "region": "410100", "rows": ROWS, "amount_fen": ROWS * AMOUNT_FEN, "layout": "sandbox", "reason": "第一批",
    }  # fmt: skip
    began = time.perf_counter()
    drafted = await http.post("/v1/payment-batches", json=content, headers=_finance(here, "cashier"))
    assert drafted.status_code == 201, drafted.text
    report("payment batch of 100,000 claims, drawn up", time.perf_counter() - began, "s")
    began = time.perf_counter()
    path = f"/v1/proposals/{drafted.json()['proposal_id']}/confirmation"
    released = await http.post(path, headers=_finance(here, "treasurer"))
    assert released.status_code == 200, released.text
    report("  released", time.perf_counter() - began, "s")
    batch_id: str = drafted.json()["id"]
    return batch_id


async def _export(here: Ground, http: httpx.AsyncClient, batch_id: str) -> bytes:
    began = time.perf_counter()
    answer = await http.get(f"/v1/payment-batches/{batch_id}/bank-file", headers=_finance(here, "treasurer"))
    assert answer.status_code == 200, answer.text
    report("  exported", time.perf_counter() - began, "s")
    return answer.content


async def _return(here: Ground, http: httpx.AsyncClient, batch_id: str, bank_file: bytes) -> float:
    """Seconds from the first byte sent until every claim says what the bank did."""
    own, content = _finance(here, "cashier"), _answered(bank_file)
    headers = own | {"Content-Type": "text/csv"}
    began = time.perf_counter()
    posted = await http.post(f"/v1/payment-return-files?batch_id={batch_id}", content=content, headers=headers)
    assert posted.status_code == 202, posted.text
    batch: dict[str, Any] = {"status": "released"}
    read = None
    while batch["status"] != "settled":
        await asyncio.sleep(0.2)
        batch = (await http.get(f"/v1/payment-batches/{batch_id}", headers=own)).json()
        file = (await http.get(f"/v1/payment-return-files/{posted.json()['id']}", headers=own)).json()
        assert file["status"] != "refused", file
        if read is None and batch["status"] != "released":
            read = time.perf_counter() - began
    elapsed = time.perf_counter() - began
    assert (batch["paid_rows"], batch["failed_rows"]) == (ROWS - ROWS // 100, ROWS // 100), batch
    report("  return read and compared", read or elapsed, "s")
    return elapsed


def _answered(bank_file: bytes) -> bytes:
    """What the bank returns: one row of a hundred failed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    rows = csv.reader(io.StringIO(bank_file.decode(), newline=""))
    writer.writerow([*next(rows), "处理结果", "入账日期", "流水号", "失败原因"])
    today = business_day(datetime.now(UTC)).isoformat()
    for number, row in enumerate(rows, 1):
        failed = number % 100 == 0
        writer.writerow([*row, "失败" if failed else "成功", today, f"B-{number}", "户名不符" if failed else ""])
    return text.getvalue().encode()
