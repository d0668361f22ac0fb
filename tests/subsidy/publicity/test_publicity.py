"""What is public of claims, without a token."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

from python_calamine import CalamineWorkbook

from shared.pages import Pages
from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    people,
)
from tests.subsidy.ladder import PUBLIC_UNTIL, go_past_publicity, published
from tests.subsidy.office import Office


async def one_public_claim(ladder: Office, name: str = "郑州<技工>学校") -> tuple[Taught, str]:
    taught = Taught(people(2))
    facts = [taught.completed(), taught.finished(0), taught.finished(1), taught.certified(0)]
    await ladder.service.hear(taught.institution(name), *facts)
    return taught, await published(ladder, taught)


async def test_everybody_sees_who_is_paid_what_for_which_class_and_no_person(ladder: Office) -> None:
    taught, claim_id = await one_public_claim(ladder)
    waiting = Taught(people(1))
    await ladder.service.hear(*waiting.all_finished())
    await ladder.submitted(waiting, "c-2")

    listed = (await ladder.get("/v1/publicity", {})).json()["rows"]
    one = await ladder.get(f"/v1/publicity/{claim_id}", {})

    [row] = listed
    assert (row["claim_id"], row["institution_name"], row["class_local_id"]) == (claim_id, "郑州<技工>学校", "k-1")
    assert (row["persons"], row["amount_fen"], row["award"]) == (1, L4_FEN, "L4")
    assert (row["published_on"], row["public_until"]) == (TODAY.isoformat(), PUBLIC_UNTIL.isoformat())
    assert [(line["line"], line["amount_fen"]) for line in one.json()["lines"]] == [(1, L4_FEN)]
    assert not any(str(person) in one.text for person in taught.persons)


async def test_a_list_is_of_the_days_and_the_region_that_are_asked_for(ladder: Office) -> None:
    _, claim_id = await one_public_claim(ladder)
    go_past_publicity(ladder)
    await ladder.approve(claim_id)
    before = TODAY - timedelta(days=1)

    async def listed(query: str) -> list[str]:
        return [row["claim_id"] for row in (await ladder.get(f"/v1/publicity{query}", {})).json()["rows"]]

    assert await listed("") == []
    assert await listed(f"?first_on={TODAY}&last_on={PUBLIC_UNTIL}") == [claim_id]
    assert await listed(f"?last_on={TODAY}") == [claim_id]
    assert await listed(f"?first_on={TODAY}&region=410100") == [claim_id]
    assert await listed(f"?first_on={TODAY}&region=419001") == []
    assert await listed(f"?last_on={before}") == []
    turned = await ladder.get(f"/v1/publicity?first_on={TODAY}&last_on={before}", {})
    assert turned.json()["code"] == "period-ends-before-start"


async def test_files_and_plain_page_say_the_same(ladder: Office, tmp_path: Path) -> None:
    _, claim_id = await one_public_claim(ladder, "=HYPERLINK(技工)")

    text = (await ladder.get("/v1/publicity-file?format=csv", {})).content.decode("utf-8-sig")
    workbook = CalamineWorkbook.from_filelike(BytesIO((await ladder.get("/v1/publicity-file", {})).content))
    ladder.service.app.state.pages = Pages(tmp_path, [])
    page = await ladder.get("/publicity", {})

    [_, row] = csv.reader(StringIO(text))
    assert (row[0], row[1], row[7:9]) == (claim_id, "\t=HYPERLINK(技工)", ["1", "\t2000.00"])
    assert workbook.get_sheet_by_index(0).to_python()[1][:2] == [claim_id, "=HYPERLINK(技工)"]
    assert (page.headers["content-type"], claim_id in page.text) == ("text/html; charset=utf-8", True)
    assert "<script" not in page.text


async def test_a_claim_that_came_back_is_public_no_more(ladder: Office) -> None:
    _, claim_id = await one_public_claim(ladder)

    await ladder.post(f"/v1/claims/{claim_id}/return", {"reason": "金额有误"}, ladder.reviewer())

    assert (await ladder.get("/v1/publicity", {})).json()["rows"] == []
    assert (await ladder.get(f"/v1/publicity/{claim_id}", {})).status_code == 404
