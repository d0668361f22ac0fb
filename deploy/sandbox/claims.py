"""What institutions claim, reviewers approve, finance pays and takes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from deploy.sandbox.client import HEARD_SECONDS_MAX, PAUSE_SECONDS, Caller, Client, Unanswered
from deploy.sandbox.exams import Exams
from deploy.sandbox.steps import Files, Row, Step, grouped
from deploy.sandbox.trainings import PROVINCE, Trainings

SECOND: Final = Caller("province", "sample-second-province-officer", region="410000")
"""The second person of what takes two: budgets and recoveries."""
STAGES: Final = ("draft", "submitted", "second_review", "approved", "paid")
"""A claim's way, by the plan's policy of 2025: two reviews by two people, and no publicity."""


class Claims:
    """Posts to the subsidy service, and keeps the claims it returned."""

    def __init__(self, client: Client, files: Files, trainings: Trainings, exams: Exams) -> None:
        self._client = client
        self._files = files
        self._trainings = trainings
        self._exams = exams
        self._claims: dict[str, Any] = {}
        self._accounts = set[str]()
        """The institutions that have one."""

    def steps(self) -> list[Step]:
        """From the budgets to the recoveries."""
        claims = self._files["claims"]
        recoveries = list(grouped(self._files["recoveries"], "claim").values())
        return [
            Step(self._files["budgets"], self._set_budget, lambda done: f"{len(done)} budgets set"),
            Step(claims, self._draft, lambda done: f"{len(done)} claims built, {sum(done):,} payable lines"),
            Step(claims, self._decide, lambda done: f"{done.count('paid')} claims approved and paid, {_others(done)}"),
            Step(recoveries, self._recover, lambda done: f"money of {sum(done)} claim lines recovered"),
        ]

    async def _set_budget(self, row: Row) -> None:
        content = {"region": row["region"], "fund_source": row["fund_source"]}
        amounts = {"year": int(row["year"]), "amount_fen": int(row["yuan"]) * 100, "reason": "年度预算"}
        proposed = await self._client.post("subsidy", "/v1/budgets", content | amounts, by=PROVINCE)
        await self._confirm(proposed)

    async def _confirm(self, proposed: Any) -> None:
        await self._client.post("subsidy", f"/v1/proposals/{proposed['id']}/confirmation", by=SECOND)

    async def _draft(self, row: Row) -> int:
        """Build the claim, and rebuild it until it covers every certificate or licence of the class."""
        institution = self._trainings.institution_of(row["class"])
        content = {"class_id": self._trainings.classes[row["class"]]["id"], "local_id": row["claim"]}
        drafted = await self._client.post("subsidy", "/v1/claims", content, by=institution)
        path = f"/v1/claims/{drafted['id']}"
        claim = await self._client.get("subsidy", path, by=institution)
        deadline = time.monotonic() + HEARD_SECONDS_MAX
        shown = self._exams.certificates.get(row["class"], self._trainings.licences.get(row["class"], 0))
        while claim["status"] == "draft" and _payable(claim) < shown:
            if time.monotonic() > deadline:
                raise Unanswered(f"Claim {row['claim']} was built without all that shows its award: {claim}")
            await asyncio.sleep(PAUSE_SECONDS)
            claim = await self._client.post("subsidy", f"{path}/rebuild", by=institution, once=False)
        self._claims[row["claim"]] = claim
        return _payable(claim)

    async def _decide(self, row: Row) -> str:
        """Move the claim to the stage that the sample gives; a claim already at or past it is unchanged."""
        claim = self._claims[row["claim"]]
        region = claim["reporting_region"]
        steps = {
            "draft": ("submission", self._trainings.institution_of(row["class"])),
            "submitted": ("approval", Caller("reviewer", f"sample-reviewer-{region}", region=region)),
            "second_review": ("approval", Caller("reviewer", f"sample-second-reviewer-{region}", region=region)),
            "approved": ("payment", Caller("finance", f"sample-finance-{region}", region=region)),
        }
        if row["stage"] == "paid":
            await self._open_account(claim, by=steps["approved"][1])
        while claim["status"] in steps and STAGES.index(claim["status"]) < STAGES.index(row["stage"]):
            verb, by = steps[claim["status"]]
            payment = {"paid_on": claim["approved_on"], "reference": row["claim"]} if verb == "payment" else None
            claim = await self._client.post("subsidy", f"/v1/claims/{claim['id']}/{verb}", payment, by=by)
        self._claims[row["claim"]] = claim
        return row["stage"]

    async def _open_account(self, claim: Any, *, by: Caller) -> None:
        """Enter and confirm the account to which the claim's institution is paid; a repeat does nothing more."""
        organisation = claim["institution_id"]
        content = {
            "institution_id": organisation,
            "holder": self._trainings.names[organisation],
            "bank": "样例银行营业部",
            "bank_code": "103491000017",
            "number": f"1605{UUID(organisation).int % 10**13:013d}",
            "reason": "开户许可证",
        }
        path = "/v1/payee-accounts"
        if organisation not in self._accounts:
            self._accounts.add(organisation)
            entered = await self._client.post("subsidy", path, content, by=by)
            await self._confirm({"id": entered["proposal_id"]})

    async def _recover(self, rows: Sequence[Row]) -> int:
        claim = self._claims[rows[0]["claim"]]
        lines = {line["enrolment_id"]: line["line"] for line in claim["lines"]}
        numbers = sorted(lines[self._trainings.enrolments[row["trainee"]]] for row in rows)
        region = claim["reporting_region"]
        finance = Caller("finance", f"sample-finance-{region}", region=region)
        content = {"lines": numbers, "reason": rows[0]["reason"]}
        await self._confirm(
            await self._client.post("subsidy", f"/v1/claims/{claim['id']}/recovery", content, by=finance)
        )
        return len(numbers)


def _payable(claim: Any) -> int:
    return sum(line["refusal"] is None for line in claim["lines"])


def _others(stages: Sequence[str]) -> str:
    return f"{stages.count('approved')} approved only, {stages.count('submitted')} waiting"
