"""Lists of other authorities, posted as files, and matches that are there already."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.subsidy.external_lists import store
from services.subsidy.external_lists.rules import ExternalMatch
from services.subsidy.holds.rules import ListKind
from services.subsidy.worker import file_worker
from shared.kernel.identity import DocumentKind
from shared.kernel.ids import new_id
from tests.subsidy.builders import NOW, TODAY
from tests.subsidy.office import Office

FILES: Final = "/v1/external-match-files"
MATCHES: Final = "/v1/external-matches"


def key_of(office: Office, number: str) -> UUID:
    """The key of the person with this number, as other services tell it."""
    person, _ = office.service.app.state.persons.recognise(DocumentKind.RESIDENT_ID, number, today=TODAY)
    return UUID(str(person))


async def post(office: Office, *rows: dict[str, str], by: str = "registrar") -> Any:
    """What became of a file with these rows."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    headers = office.reviewer(by) | {"Content-Type": "text/csv"}
    posted = await office.service.http.post(FILES, content=text.getvalue().encode(), headers=headers)
    assert posted.status_code == 202, posted.text
    worker = file_worker(office.service.settings, office.service.engine)  # type: ignore[arg-type]
    while await worker.work_one():
        pass
    return (await office.get(f"{FILES}/{posted.json()['id']}", office.reviewer(by))).json()


def listed(number: str, kind: str = "死亡", **cells: str) -> dict[str, str]:
    row = {
        "名单类别": kind, "证件号码": number, "起始日期": "", "截止日期": "", "数据日期": TODAY.isoformat(),
        "数据来源": "省民政厅",
    }  # fmt: skip
    return row | cells


async def matched(office: Office, person: UUID, first_on: date | None = None, kind: ListKind = ListKind.PENSION) -> str:
    """The id of an open match about a person."""
    match = ExternalMatch(
        id=new_id(), kind=kind, person=person, first_on=first_on, last_on=None, as_of=TODAY,
        source="省社保局", posted_by="registrar", posted_at=NOW,
    )  # fmt: skip
    async with office.service.engine.begin() as connection:
        await store.add_all(connection, [match], province="410000")
    return str(match.id)
