"""A batch on its way: approved claims, two people of finance, and a bank that answers what it is told to."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, Final

import httpx

from services.subsidy.batches.usecases.settlement import Settler
from services.subsidy.worker import file_worker
from tests.subsidy.builders import TODAY, Taught, people
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import open_account

BATCHES: Final = "/v1/payment-batches"
RETURNS: Final = "/v1/payment-return-files"

Row = dict[str, str]
Answer = Callable[[list[Row]], list[Row]]


async def approved(office: Office, *, trainees: int = 1, region: str = "410102") -> tuple[Taught, str]:
    """An approved claim of an institution that has an account."""
    taught = Taught(people(trainees), region=region)
    await office.service.hear(*taught.all_finished())
    claim_id = await office.submitted(taught)
    assert (await office.approve(claim_id)).status_code == 200
    await open_account(office.service, claim_id)
    return taught, claim_id


async def draft(office: Office, rows: int, amount_fen: int, **changes: Any) -> httpx.Response:
    """Drawn up by the cashier."""
    content = {
        "region": "410100", "rows": rows, "amount_fen": amount_fen, "layout": "sandbox", "reason": "六月第一批",
    }  # fmt: skip
    return await office.post(BATCHES, content | changes, office.finance())


async def decide(office: Office, drafted: httpx.Response, verb: str = "confirmation", by: str = "treasurer") -> Any:
    assert drafted.status_code == 201, drafted.text
    path = f"/v1/proposals/{drafted.json()['proposal_id']}/{verb}"
    content = {"reason": "暂不付款"} if verb == "rejection" else None
    return await office.post(path, content, office.finance(by))


async def released(office: Office, rows: int, amount_fen: int, **changes: Any) -> str:
    """The id of a batch that a second person released."""
    drafted = await draft(office, rows, amount_fen, **changes)
    answer = await decide(office, drafted)
    assert answer.status_code == 200, answer.text
    batch_id: str = drafted.json()["id"]
    return batch_id


async def exported(office: Office, batch_id: str, by: str = "treasurer") -> httpx.Response:
    return await office.get(f"{BATCHES}/{batch_id}/bank-file", office.finance(by))


def all_paid(rows: list[Row]) -> list[Row]:
    return [row | {"处理结果": "成功", "入账日期": TODAY.isoformat(), "流水号": f"B-{row['付款序号']}"} for row in rows]


def failing(*numbers: int) -> Answer:
    """All paid but the rows with these numbers."""

    def answer(rows: list[Row]) -> list[Row]:
        failed = {"处理结果": "失败", "失败原因": "账号 6222021234567890 不存在", "入账日期": "", "流水号": ""}
        return [row | failed if int(row["付款序号"]) in numbers else row for row in all_paid(rows)]

    return answer


async def returned(
    office: Office, batch_id: str, answer: Answer = all_paid, by: str = "cashier", *, is_settled: bool = True
) -> Any:
    """What became of the bank's return, once a worker has read it, and its claims are settled if they are to be."""
    content = returning((await exported(office, batch_id)).content, answer)
    return await post_return(office, batch_id, content, by, is_settled=is_settled)


async def post_return(
    office: Office, batch_id: str, content: bytes, by: str = "cashier", *, is_settled: bool = True
) -> Any:
    headers = office.finance(by) | {"Content-Type": "text/csv"}
    posted = await office.service.http.post(f"{RETURNS}?batch_id={batch_id}", content=content, headers=headers)
    if posted.status_code != 202:
        return posted.json()
    await work(office, is_settled=is_settled)
    return (await office.get(f"{RETURNS}/{posted.json()['id']}", office.finance(by))).json()


async def work(office: Office, *, is_settled: bool = True) -> None:
    """All that the worker does: read files, and settle what they return if that is to be settled."""
    service = office.service
    worker = file_worker(service.settings, service.engine)  # type: ignore[arg-type]
    while await worker.work_one():
        pass
    settler = Settler(service.engine, rows_max=2)
    while is_settled and await settler.settle_chunk(at=service.clock.now()):
        pass


def returning(bank_file: bytes, answer: Answer) -> bytes:
    """The bank file as the bank returns it."""
    rows = list(csv.DictReader(io.StringIO(bank_file.decode(), newline="")))
    return written(answer(rows))


def written(rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def claim_of(office: Office, claim_id: str) -> Any:
    return (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()


async def batch_of(office: Office, batch_id: str) -> Any:
    return (await office.get(f"{BATCHES}/{batch_id}", office.finance())).json()
