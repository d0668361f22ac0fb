"""Two counties for the walk of rights, each with claims, a budget, a proposal, and two subsidies of one human."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from tests.subsidy.builders import (
    L4_FEN,
    REPORTING,
    STARTS_ON,
    TODAY,
    Taught,
    people,
)
from tests.subsidy.external_lists.lists import matched
from tests.subsidy.office import Office
from tests.subsidy.patterns.findings import found
from tests.subsidy.payees.accounts import account_of, open_account
from tests.subsidy.projects import funded
from tests.support.clock import now
from tests.support.persons import merged, rekeyed
from tests.support.rights import PROVINCE, Scene, Side


async def subsidy_scene(office: Office) -> Scene:
    return Scene(
        service=office.service,
        here=await _side(office, "410102", "410100"),
        there=await _side(office, "419001", "419001"),
        above="410100",
        creates=frozenset(
            {
                "list_pattern_rates",
                "get_project_progress",
                "add_policy_row",
                "add_claim_limit",
                "delegate",
                "pass_clean_claims",
            }
        ),
    )


async def _side(office: Office, region: str, reports_to: str) -> Side:
    assert (await office.budget(10**10, reports_to)).status_code == 200
    persons = people(4)
    first, second, third = (Taught([person], region=region) for person in persons[:3])
    fourth = Taught(people(1), region=region, institution_id=first.institution_id)
    for taught in (first, second, third, fourth):
        await office.service.hear(*taught.all_finished())
    finance, reviewer = office.finance(region=region), office.reviewer(region=region)
    claim_id = await office.submitted(first)
    assert (await office.approve(claim_id, reviewer)).status_code == 200
    assert (await office.pay(claim_id, finance)).status_code == 200
    proposed = (await office.propose_recovery(claim_id, None, finance)).json()
    refused = await office.submitted(fourth, "c-4")
    assert (await office.post(f"/v1/claims/{refused}/rejection", {"reason": "资料不实"}, reviewer)).is_success
    appeal = {"about": "rejection", "reason": "材料齐全，请复核"}
    appealed = (await office.post(f"/v1/claims/{refused}/appeals", appeal, office.institution(fourth))).json()
    leave = {"to_person": "zhang", "first_on": "2025-05-06", "last_on": "2025-05-09", "reason": "年假"}
    delegated = (await office.post("/v1/delegations", leave, reviewer)).json()
    period = {"region": region, "first_on": "2025-05-01", "last_on": "2025-05-31"}
    sample = (await office.post("/v1/review-samples", period, reviewer)).json()
    late = await office.submitted(second)
    async with office.service.engine.begin() as connection:
        published = "UPDATE claim SET published_on = '2025-06-02', public_until = '2025-06-08' WHERE id = :id"
        await connection.execute(text(published), {"id": claim_id})
    objection = {"claim_id": claim_id, "line": 1, "text": "公示名单与实际参训人员不符", "contact": "传达室"}
    assert (await office.post("/v1/objections", objection, {})).status_code == 201
    [objected] = (await office.get("/v1/objections", reviewer)).json()["rows"]
    async with office.service.engine.begin() as connection:
        await connection.execute(text("UPDATE claim SET due_on = '2025-06-02' WHERE id = :id"), {"id": late})
    of_another = await office.submitted(third)
    assert (await office.approve(of_another, reviewer)).status_code == 200
    # What was paid for the first is owed: he or she withdrew since.
    gone = first.withdrawn(0, version=2)
    await office.service.hear(gone, merged(persons[1], persons[0]), rekeyed(third.finished(0), persons[3]))
    statement_id = await _statement(office, first, finance)
    match_id = await matched(office, first.persons[0])
    pattern_id = await found(office, region, reports_to)
    stated = {"class_id": str(first.class_id), "years": 1, "reason": "学徒协议"}
    apprenticeship = (await office.post("/v1/apprenticeships", stated, office.institution(first))).json()
    batch_id, file_id = await _batch(office, region)
    account_id = await _shared_account(office, first, second, finance)
    project_id = await _project(office, first, reviewer)
    double_payment_id = await _paid_twice(office, claim_id, region)
    in_excess = await _in_excess(office, first, double_payment_id, reviewer)
    budgets = (await office.get(f"/v1/budgets?region={reports_to}", office.province())).json()["rows"]
    return Side(
        region=region,
        holder=str(first.institution_id),  # a person is a payee by their key, as an organisation is by its own
        organisations={
            Role.INSTITUTION: str(first.institution_id),
            Role.ASSESSMENT_BODY: str(first.institution_id),  # an organisation that trains and assesses
        },
        ids={
            "claim_id": claim_id, "proposal_id": proposed["id"], "row_id": "HN-T-L4", "line": "1",
            "statement_id": statement_id, "account_id": account_id,
            "match_id": match_id, "pattern_id": pattern_id,
            "batch_id": batch_id, "file_id": file_id,
            "objection_id": objected["id"], "appeal_id": appealed["id"],
            "delegation_id": delegated["id"], "sample_id": sample["id"], "project_id": project_id,
            "double_payment_id": double_payment_id,
        },
        listed={
            "list_claims": claim_id,
            "list_quotable_classes": str(first.class_id),
            # A budget belongs to its reporting region, so that a county's own list is empty.
            "list_budgets": '"rows"' if region != reports_to else budgets[0]["id"],
            "list_proposals": proposed["id"],
            "list_postings": claim_id,
            "list_statements": statement_id,
            "list_external_matches": match_id,
            "list_patterns": pattern_id,
            "list_apprenticeships": apprenticeship["id"],
            "list_payable_claims": of_another,
            "list_payment_batches": batch_id,
            "list_payee_accounts": account_id,
            "list_shared_payee_accounts": account_id,
            "list_rekeyed_lines": of_another,
            "list_owed_lines": claim_id,
            "list_late_claims": late,
            "list_objections": objected["id"],
            "list_appeals": appealed["id"],
            "list_my_work": late,
            "list_delegations": delegated["id"],
            "list_projects": project_id,
            "list_double_payments": double_payment_id,
            "list_offsets_in_excess": in_excess,
            "list_duplicates": f'"first":{{"claim_id":"{claim_id}"',
        },
        queries={
            "post_payment_return_file": {"batch_id": batch_id},
            "get_project_progress": {"year": str(funded.YEAR)},
        },
        bodies={
            "add_policy_row": {
                "kind": "training", "payee": "institution", "item": "L4", "amount_fen": 1, "jurisdiction": PROVINCE,
                "valid_from": "2098-01-01", "source": "文件",
            },
            "add_claim_limit": {
                "key": "claim.window_months", "value": "6", "region": PROVINCE, "first_on": "2098-01-01",
                "source": "文件",
            },
            "enter_payee_account": account_of(first, number="16050101040099887"),
            "withdraw_payee_account": {"reason": "账号录入有误"},
            "settle_external_match": {"verdict": "dismiss", "reason": "同名同号有误"},
            "post_external_match_file": b"x",
            "settle_pattern": {"verdict": "dismiss", "reason": "同一法人"},
            "state_apprenticeship": stated,
            "draft_payment_batch": {
                "region": region, "rows": 1, "amount_fen": 1, "layout": "sandbox", "reason": "第一批",
            },
            "propose_payment_batch_recall": {"reason": "银行拒收"},
            "post_payment_return_file": b"x",
            "quote": {"class_id": str(first.class_id)},
            "pass_clean_claims": {"claim_ids": [late]},
            "delegate": {"to_person": "zhang", "first_on": "2025-06-02", "last_on": "2025-06-06", "reason": "年假"},
            "draw_review_sample": {"region": region, "first_on": "2025-06-02", "last_on": "2025-06-06"},
            "file_objection": objection,
            "file_appeal": {"about": "rejection", "reason": "材料齐全，请复核"},
            "decide_appeal": {"verdict": "deny", "answer": "维持原决定"},
            "answer_objection": {"verdict": "dismiss", "reason": "不属实", "answer": "经核查不属实"},
            "draft_claim": {"class_id": str(first.class_id), "local_id": "c-1"},
            "propose_budget": {
                "region": reports_to, "fund_source": "employment_fund", "year": STARTS_ON.year, "amount_fen": 10**11,
                "reason": "年度预算",
            },
            "propose_budget_move": {
                "region": reports_to, "fund_source": "employment_fund", "year": STARTS_ON.year, "amount_fen": 1,
                "to": {"region": reports_to, "fund_source": "other", "year": STARTS_ON.year}, "reason": "调剂",
            },
            "propose_fund_shares": {
                "region": reports_to, "fund_source": "employment_fund", "year": STARTS_ON.year,
                "shares": {"employment_fund": 10_000}, "reason": "分担",
            },
            "file_project": funded.content_of(first, name="第二工作室"),
            "enter_project_result": {**funded.RESULT, "figure": 3},
            "propose_project_verdict": {"year": funded.YEAR, "verdict": "not_met", "reason": "年度考核"},
            "propose_project_cancellation": {"reason": "误批"},
            "propose_project_reinstatement": {"reason": "误取消"},
            "propose_recovery_reversal": {"all_lines": True, "reason": "误追回"},
            "freeze_statements": {"month": "2025-05-01", "region": region},
            "propose_write_off": {"all_lines": True, "reason": "无法追回"},
            "propose_write_off_reversal": {"all_lines": True, "reason": "误核销"},
            "propose_owed_dismissal": {"all_lines": True, "reason": "核查属实"},
            "propose_recovery": {"all_lines": True, "reason": "出勤不实"},
            "propose_double_payment": {
                "paid_on": business_day(now()).isoformat(), "amount_fen": L4_FEN, "reference": "T-9",
                "reason": "银行重复划款",
            },
            "propose_double_payment_recovery": {"amount_fen": 1, "reason": "已退回"},
            "propose_double_payment_write_off": {"amount_fen": 1, "reason": "无法追回"},
            "propose_double_payment_cancellation": {"reason": "误登记"},
            "propose_double_payment_recovery_reversal": {"recovery_id": str(new_id()), "reason": "误登记"},
            "propose_double_payment_write_off_reversal": {"reason": "误核销"},
            "pay_claim": {"paid_on": "2025-06-01", "reference": "T-1"},
        },
    )  # fmt: skip


async def _project(office: Office, taught: Taught, reviewer: dict[str, str]) -> str:
    """The id of a project with a result, for which two officers agreed on a grant."""
    region = REPORTING[taught.region]
    assert (await office.budget(2 * funded.GRANT_FEN, region, year=funded.YEAR)).status_code == 200
    filed = await office.post("/v1/projects", funded.content_of(taught), reviewer)
    assert (await funded.approve(office, filed)).status_code == 200
    project_id: str = filed.json()["id"]
    assert (await funded.enter(office, project_id, 2, reviewer)).status_code == 201
    return project_id


async def _paid_twice(office: Office, claim_id: str, region: str) -> str:
    """The id of a double payment of the claim, recorded by two persons."""
    content = {
        "paid_on": business_day(now()).isoformat(), "amount_fen": L4_FEN, "reference": f"T-{region}",
        "reason": "银行重复划款",
    }  # fmt: skip
    proposed = await office.post(f"/v1/claims/{claim_id}/double-payment", content, office.finance(region=region))
    confirmed = await office.confirm(proposed, office.finance("treasurer", region=region))
    assert confirmed.status_code == 200, confirmed.text
    found = await office.get(f"/v1/double-payments?claim_id={claim_id}", office.finance(region=region))
    double_payment_id: str = found.json()["rows"][0]["id"]
    return double_payment_id


async def _in_excess(office: Office, owing: Taught, double_payment_id: str, reviewer: dict[str, str]) -> str:
    """The id of a claim of the payee that was returned after something was kept from its payment."""
    further = Taught(people(1), institution_id=owing.institution_id, region=owing.region)
    await office.service.hear(*further.all_finished())
    claim_id = await office.submitted(further, "c-9")
    assert (await office.approve(claim_id, reviewer)).status_code == 200
    kept = {"amount_fen": 1, "against": claim_id, "reason": "抵扣"}
    finance = office.finance(region=owing.region)
    proposed = await office.post(f"/v1/double-payments/{double_payment_id}/recovery", kept, finance)
    confirmed = await office.confirm(proposed, office.finance("treasurer", region=owing.region))
    assert confirmed.status_code == 200, confirmed.text
    returned = await office.post(f"/v1/claims/{claim_id}/return", {"reason": "材料有误"}, reviewer)
    assert returned.status_code == 200, returned.text
    return claim_id


async def _shared_account(office: Office, first: Taught, second: Taught, finance: dict[str, str]) -> str:
    """The id of an account that the institutions of both classes have."""
    await office.service.hear(first.institution("甲校"), second.institution("甲校"))
    number = f"1605{first.class_id.int % 10**12:012d}"
    contents = [account_of(each, number=number) for each in (first, second)]
    entered = [await office.post("/v1/payee-accounts", content, finance) for content in contents]
    account_id: str = entered[0].json()["id"]
    return account_id


async def _batch(office: Office, region: str) -> tuple[str, str]:
    """The ids of a released batch, and of a file that waits to be read as its return."""
    taught = Taught(people(1), region=region)
    await office.service.hear(*taught.all_finished())
    claim_id = await office.submitted(taught)
    assert (await office.approve(claim_id, office.reviewer(region=region))).is_success
    await open_account(office.service, claim_id)
    content = {
        "region": region, "claims": [claim_id], "rows": 1, "amount_fen": L4_FEN, "layout": "sandbox",
        "reason": "第一批",
    }  # fmt: skip
    drafted = (await office.post("/v1/payment-batches", content, office.finance(region=region))).json()
    confirmation = f"/v1/proposals/{drafted['proposal_id']}/confirmation"
    assert (await office.post(confirmation, None, office.finance("treasurer", region=region))).is_success
    posted = await office.service.http.post(
        f"/v1/payment-return-files?batch_id={drafted['id']}",
        content=b"x",
        headers=office.finance(region=region) | {"Content-Type": "text/csv"},
    )
    return drafted["id"], posted.json()["id"]


async def _statement(office: Office, taught: Taught, finance: dict[str, str]) -> str:
    """The statement of the class's institution for this month, frozen in the next one; its id."""
    office.service.clock.offset = timedelta(days=32)
    assert (await office.post("/v1/statements", {"month": TODAY.isoformat()}, finance)).status_code == 200
    office.service.clock.offset = timedelta(0)
    answer = await office.get(f"/v1/statements?institution_id={taught.institution_id}", finance)
    statement_id: str = answer.json()["rows"][0]["id"]
    return statement_id
