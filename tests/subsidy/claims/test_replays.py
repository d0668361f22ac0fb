"""A claim, decided again after ten later rows of amounts and limits, two of them backdated: the same byte for byte."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from shared.kernel.callers import Role
from tests.subsidy.builders import (
    L4_FEN,
    STARTS_ON,
    TODAY,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office

REASON = "文件下发晚于生效日期"
LATER = (TODAY + timedelta(days=30)).isoformat()


def province(office: Office, person: str = "province") -> dict[str, str]:
    return office.service.tokens.of(Role.PROVINCE, person=person, region="410000")


def amount(fen: int, **changes: object) -> dict[str, object]:
    return {
        "kind": "training", "payee": "institution", "item": "L4", "amount_fen": fen, "jurisdiction": "410100",
        "valid_from": LATER, "source": "某文件", "reason": REASON,
    } | changes  # fmt: skip


def limit(key: str, value: str, **changes: object) -> dict[str, object]:
    usual = {"key": key, "value": value, "region": "410000", "first_on": LATER, "source": "某文件", "reason": REASON}
    return usual | changes


async def enter(office: Office, path: str, content: dict[str, object]) -> dict[str, Any]:
    """Propose a row and approve it as somebody else; the approved row."""
    proposed = await office.post(f"/v1/{path}", content, province(office))
    assert proposed.status_code == 201, proposed.text
    approved = await office.post(f"/v1/{path}/{proposed.json()['id']}/approval", None, province(office, "another"))
    assert approved.status_code == 200, approved.text
    row: dict[str, Any] = approved.json()
    return row


async def enter_ten_rows(office: Office) -> None:
    # Backdated: another amount for the class's first day, and a window that had passed.
    await enter(office, "policy-rows", amount(90_000, valid_from=STARTS_ON.isoformat()))
    await enter(office, "claim-limits", limit("claim.window_months", "0", first_on=STARTS_ON.isoformat()))
    for number in range(4):
        day = (TODAY + timedelta(days=100 + number)).isoformat()
        await enter(office, "policy-rows", amount(100_000 + number, valid_from=day))
        await enter(office, "claim-limits", limit("claim.trainings_a_year_max", str(number), first_on=day))


async def read(office: Office, path: str, headers: dict[str, str]) -> httpx.Response:
    answer = await office.service.http.get(f"/v1/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def completed(office: Office) -> Taught:
    """A class of three of whom one withdrew and one has no certificate."""
    taught = Taught(people(3))
    await office.service.hear(taught.finished(0), taught.withdrawn(1), taught.finished(2))
    await office.service.hear(taught.certified(0), taught.completed())
    return taught


async def test_its_lines_replay_byte_for_byte_after_ten_later_rows(office: Office) -> None:
    taught = await completed(office)
    claim_id = (await office.draft(taught)).json()["id"]
    before = (await read(office, f"claims/{claim_id}/replay", office.institution(taught))).content
    shown = (await read(office, f"claims/{claim_id}", office.institution(taught))).json()["lines"]

    await enter_ten_rows(office)

    assert (await read(office, f"claims/{claim_id}/replay", office.institution(taught))).content == before
    assert (await read(office, f"claims/{claim_id}", office.institution(taught))).json()["lines"] == shown


async def test_the_replay_finds_what_every_line_says(office: Office) -> None:
    taught = await completed(office)
    drafted = (await office.draft(taught)).json()
    await enter_ten_rows(office)

    replayed = (await read(office, f"claims/{drafted['id']}/replay", office.institution(taught))).json()

    assert amounts(drafted) == amounts(replayed) == [(L4_FEN, None), (0, "WITHDRAWN"), (0, "C12")]
    assert [each["same"] for each in replayed["lines"]] == [True, True, True]
    rows = {each["rule"]: each["row"] for each in replayed["lines"][0]["grounds"]["rows"]}
    assert rows["amount/training/L4"] == "HN-T-L4"
    assert rows.keys() == {"amount/training/L4", "claim.trainings_a_year_max", "claim.window_months"}


async def test_what_is_built_after_a_backdated_row_goes_by_it_and_says_so(office: Office) -> None:
    taught = await completed(office)
    drafted = (await office.draft(taught)).json()
    row = await enter(office, "policy-rows", amount(90_000, valid_from=STARTS_ON.isoformat()))

    rebuilt = (await office.post(f"/v1/claims/{drafted['id']}/rebuild", None, office.institution(taught))).json()

    assert (amounts(drafted)[0], amounts(rebuilt)[0]) == ((L4_FEN, None), (90_000, None))
    assert row["provenance"]["backdated"]
    ground = {"rule": "amount/training/L4", "row": row["id"], "entered_after": True}
    assert ground in rebuilt["lines"][0]["grounds"]["rows"]


async def test_limits_are_rows_of_the_nearest_region(office: Office) -> None:
    taught = await completed(office)
    shut = limit("claim.window_months", "0", region="410102", first_on=STARTS_ON.isoformat())

    await enter(office, "claim-limits", shut)

    assert amounts((await office.draft(taught)).json())[0] == (0, "C13")


async def test_a_proposal_decides_nothing_and_nobody_approves_their_own(office: Office) -> None:
    taught = await completed(office)
    proposals = [
        ("policy-rows", amount(90_000, valid_from=STARTS_ON.isoformat())),
        ("claim-limits", limit("claim.window_months", "0", first_on=STARTS_ON.isoformat())),
    ]
    for path, content in proposals:
        proposed = (await office.post(f"/v1/{path}", content, province(office))).json()
        own = await office.post(f"/v1/{path}/{proposed['id']}/approval", None, province(office))
        assert (own.status_code, own.json()["code"]) == (403, "same-person")
        waiting = await read(office, f"{path}?state=proposed", province(office))
        assert [each["id"] for each in waiting.json()] == [proposed["id"]]

    assert amounts((await office.draft(taught)).json())[0] == (L4_FEN, None)

    for path, _ in proposals:
        [row] = (await read(office, f"{path}?state=proposed", province(office))).json()
        content = {"reason": "录入有误"}
        rejected = await office.post(f"/v1/{path}/{row['id']}/rejection", content, province(office))
        assert rejected.json()["provenance"]["state"] == "rejected"


async def test_lists_answer_for_a_day_and_as_it_was_known(office: Office) -> None:
    limits = (await read(office, "claim-limits", office.reviewer())).json()
    known_at = limits[0]["provenance"]["decided_at"]
    await enter(office, "claim-limits", limit("claim.window_months", "6", first_on=STARTS_ON.isoformat()))
    query = {"on": TODAY.isoformat()}

    async def window(**asked: str) -> list[str]:
        answer = await office.service.http.get("/v1/claim-limits", params=query | asked, headers=office.reviewer())
        return [each["value"] for each in answer.json() if each["key"] == "claim.window_months"]

    assert await window() == ["6"]
    assert await window(known_at=known_at) == ["12"]


async def test_an_ended_row_leaves_the_wider_jurisdiction(office: Office) -> None:
    taught = await completed(office)
    row = await enter(office, "policy-rows", amount(90_000, valid_from=(STARTS_ON - timedelta(days=9)).isoformat()))
    content = {"last_on": (STARTS_ON - timedelta(days=1)).isoformat(), "source": "某文件", "reason": REASON}

    ending = await office.post(f"/v1/policy-rows/{row['id']}/end", content, province(office))
    assert amounts((await office.draft(taught)).json())[0] == (90_000, None)
    await office.post(f"/v1/policy-rows/{ending.json()['id']}/approval", None, province(office, "another"))

    second = Taught(people(1))
    await office.service.hear(*second.all_finished())
    assert amounts((await office.draft(second)).json())[0] == (L4_FEN, None)
