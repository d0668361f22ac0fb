"""Why a line was decided as it was, from what was stored with the decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.subsidy.builders import (
    CERTIFIED_ON,
    L4_FEN,
    NOW,
    STARTS_ON,
    TODAY,
    Taught,
    people,
    revoked,
)
from tests.subsidy.office import Office


async def explained(office: Office, taught: Taught, claim_id: str, line: int) -> dict[str, Any]:
    answer = await office.get(f"/v1/claims/{claim_id}/lines/{line}/explanation", office.institution(taught))
    assert answer.status_code == 200, answer.text
    explanation: dict[str, Any] = answer.json()
    return explanation


def outcomes(explanation: dict[str, Any]) -> dict[str, str]:
    return {each["code"]: each["outcome"] for each in explanation["checks"]}


async def test_each_check_has_its_outcome_its_facts_and_its_words(office: Office) -> None:
    taught = Taught(people(2))
    await office.service.hear(taught.finished(0), taught.finished(1), taught.certified(0), taught.completed())
    claim_id = (await office.draft(taught)).json()["id"]

    payable, refused = [await explained(office, taught, claim_id, line) for line in (1, 2)]

    assert (payable["amount_fen"], payable["refusal"]) == (L4_FEN, None)
    assert set(outcomes(payable).values()) == {"passed"}
    assert (refused["amount_fen"], refused["refusal"]) == (0, "C12")
    assert outcomes(refused) == {
        "WITHDRAWN": "passed", "TRANSFERRED": "passed", "C14": "passed", "FLAGGED": "passed", "OBJECTION": "passed",
        "C12": "refused", "C13": "not_reached", "C09": "not_reached", "C10": "not_reached", "C11": "not_reached",
        "POLICY": "not_reached", "SHARE": "not_reached",
    }  # fmt: skip
    by_code = {each["code"]: each for each in payable["checks"]}
    assert all(each["cure_zh"] and each["cure_en"] and each["title_zh"] for each in payable["checks"])
    window = {fact["name"]: fact for fact in by_code["C13"]["facts"]}
    assert window["evidenced_on"]["value"] == CERTIFIED_ON.isoformat()
    assert window["claimed_on"]["value"] == TODAY.isoformat()
    assert window["claim.window_months"]["value"] == "12"
    assert window["claim.window_months"]["source"].startswith("subsidy: row ")
    assert window["claim.window_months"]["known_at"] is not None
    [outcome] = by_code["C14"]["facts"]
    assert (outcome["value"], outcome["source"]) == ("completed", f"registry: enrolments/{taught.enrolments[0]}")
    assert abs(datetime.fromisoformat(outcome["known_at"]) - NOW) < timedelta(hours=2)
    policy = {fact["name"]: fact for fact in by_code["POLICY"]["facts"]}
    assert (policy["rate"]["value"], policy["rate"]["source"]) == (L4_FEN, "subsidy: row HN-T-L4")
    assert (policy["award"]["value"], policy["starts_on"]["value"]) == ("L4", STARTS_ON.isoformat())


async def test_it_is_the_same_after_what_happened_since(office: Office) -> None:
    taught = Taught(people(1))
    certificate = taught.certified(0)
    await office.service.hear(taught.finished(0), certificate, taught.completed())
    claim_id = await office.submitted(taught)
    before = await explained(office, taught, claim_id, 1)
    await office.approve(claim_id)

    await office.service.hear(revoked(certificate))
    after = await explained(office, taught, claim_id, 1)

    assert (after["stopped_on"], after["stopped_for"]) == (TODAY.isoformat(), "C12")
    assert {name: after[name] for name in ("amount_fen", "refusal", "decided_at", "checks")} == {
        name: before[name] for name in ("amount_fen", "refusal", "decided_at", "checks")
    }
    replayed = (await office.get(f"/v1/claims/{claim_id}/replay", office.finance())).json()
    assert [each["same"] for each in replayed["lines"]] == [True]


async def test_a_line_that_is_not_there_is_not_found(office: Office) -> None:
    taught = Taught(people(1))
    await office.service.hear(*taught.all_finished())
    claim_id = (await office.draft(taught)).json()["id"]

    answer = await office.get(f"/v1/claims/{claim_id}/lines/2/explanation", office.institution(taught))

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
