"""The pages of the public: verifying a certificate, objecting to what is public, reporting a wrong."""

from __future__ import annotations

import csv
from typing import Final, NamedTuple

import httpx
import pytest
from playwright.sync_api import expect

from deploy.sandbox import SAMPLE
from deploy.sandbox.client import Caller
from tests.browser.driving import Running, Visitor, looked_at, sign_in, violations

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("browser")]

PROVINCE: Final = Caller("province", "one", region="410000")
ANOTHER: Final = Caller("province", "two", region="410000")
TODAY: Final = "2025-11-20"
WORDS: Final = "本班学员实际未到课，考勤系他人代签，附近居民可以作证。"


class Paper(NamedTuple):
    """What stands on a certificate."""

    number: str
    name: str
    id: str


@pytest.fixture(scope="module")
def paper(system: Running) -> Paper:
    """A valid certificate of somebody of the sample."""
    with (SAMPLE / "rosters.csv").open(encoding="utf-8") as file:
        names = {row["trainee"]: row["name"] for row in csv.DictReader(file)}
    listed = system.get("assessment", "/v1/certificates", by=PROVINCE, size="50")["rows"]
    issued = next(row for row in listed if row["status"] == "valid" and row["candidate_id"])
    path = f"/v1/sessions/{issued['session_id']}/candidates"
    centre = Caller("assessment_body", "centre", organisation=issued["body_id"])
    candidates = system.get("assessment", path, by=centre, size="500")["rows"]
    candidate = next(row for row in candidates if row["id"] == issued["candidate_id"])
    return Paper(issued["number"], names[candidate["local_id"]], issued["id"])


@pytest.fixture(scope="module")
def public_claim(system: Running) -> str:
    """The id of a claim that a reviewer has approved since lists are published by this system."""
    row = {"key": "publicity.working_days", "value": "5", "region": "410000", "source": "a test"}
    row |= {"first_on": TODAY, "last_on": "2025-12-31"}
    proposed = system.post("subsidy", "/v1/claim-limits", row | {"reason": "公示"}, by=PROVINCE)
    system.post("subsidy", f"/v1/claim-limits/{proposed['id']}/approval", by=ANOTHER)
    claim = system.get("subsidy", "/v1/claims", by=PROVINCE, status="submitted")["rows"][0]
    # How long a claim is public is settled when it is submitted.
    path, clerk = f"/v1/claims/{claim['id']}", Caller("institution", "clerk", organisation=claim["institution_id"])
    reader = Caller("reviewer", "reader", region=claim["reporting_region"])
    system.post("subsidy", f"{path}/return", {"reason": "请重新提交"}, by=reader)
    system.post("subsidy", f"{path}/rebuild", by=clerk)
    system.post("subsidy", f"{path}/submission", by=clerk)
    for reviewer in ("first", "second"):
        by = Caller("reviewer", reviewer, region=claim["reporting_region"])
        answer = system.post("subsidy", f"{path}/approval", by=by)
    assert answer["status"] == "publicity", answer["status"]
    return str(claim["id"])


def names_of(system: Running, claim: str) -> httpx.Response:
    """What the registry answers who asks for the names on the list of a claim."""
    return httpx.get(f"{system.addresses['registry']}/v1/public-lists/{claim}", timeout=20)


class TestVerification:
    def test_the_address_of_the_paper_leads_to_an_answer(self, system: Running, visitor: Visitor, paper: Paper) -> None:
        page = visitor.open(f"{system.addresses['assessment']}/verify#{paper.number}")
        form = page.get_by_role("form", name="按证书编号和姓名查验")

        expect(form.get_by_label("证书编号")).to_have_value(paper.number)
        form.get_by_label("持证人姓名").fill(paper.name)
        form.get_by_role("button", name="查验").click()

        answer = page.locator("[data-status=valid]")
        expect(answer).to_contain_text("证书有效")
        expect(answer).to_contain_text(paper.number)
        looked_at(page, "verify")

    def test_another_name_finds_nothing_and_what_was_typed_stays(
        self, system: Running, visitor: Visitor, paper: Paper
    ) -> None:
        page = visitor.open(f"{system.addresses['assessment']}/verify#{paper.number}")
        form = page.get_by_role("form", name="按证书编号和姓名查验")

        form.get_by_label("持证人姓名").fill("别人")
        form.get_by_role("button", name="查验").click()

        expect(form.get_by_role("alert")).to_be_visible()
        assert "/v1/" not in form.get_by_role("alert").inner_text()
        expect(form.get_by_label("持证人姓名")).to_have_value("别人")
        assert page.locator("[data-status]").count() == 0
        assert violations(page) == []
        visitor.complaints.clear()  # the browser logs the 404

    def test_a_code_of_the_holder_shows_it_too(self, system: Running, visitor: Visitor, paper: Paper) -> None:
        page = visitor.open(f"{system.addresses['assessment']}/verify?lang=en")
        form = page.get_by_role("form", name="Verify by code")

        form.get_by_label("Code").fill("7K3QX-0M2AB-9TT4C-HZ81N")
        form.get_by_label("Who asks").fill("某机械有限公司")
        form.get_by_role("button", name="Verify").click()

        expect(form.get_by_role("alert")).to_be_visible()
        visitor.complaints.clear()  # the browser logs the 404


class TestPublicity:
    def test_an_objection_gets_a_receipt_that_tells_how_it_stands(
        self, system: Running, visitor: Visitor, public_claim: str
    ) -> None:
        public = system.ask("subsidy", "/v1/publicity", size="200")["rows"]
        page = visitor.open(f"{system.addresses['subsidy']}/publicity")

        expect(page.locator("tbody tr")).to_have_count(len(public))
        looked_at(page, "publicity")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.locator(f"tr[data-claim='{public_claim}'] button").click()
        expect(page.locator("tbody tr")).to_have_count(
            next(row["persons"] for row in public if row["claim_id"] == public_claim)
        )
        line = system.ask("subsidy", f"/v1/publicity/{public_claim}")["lines"][0]["line"]
        page.get_by_role("button", name=f"对第 {line} 条提出异议").click()
        form = page.get_by_role("form", name="提出异议")
        form.get_by_label("有何不符").fill(WORDS)
        form.get_by_role("button", name="提交异议").click()
        receipt = page.locator("[data-figure=receipt]").inner_text()
        assert violations(page) == []
        system.once(lambda: names_of(system, public_claim), shows=lambda found: '"is_objected":true' in found.text)
        look = page.get_by_role("form", name="查询异议进展")
        look.get_by_label("回执编号").fill(receipt)
        look.get_by_role("button", name="查询").click()
        expect(page.get_by_text("正在核查")).to_be_visible()

        desk = visitor.open(f"{system.addresses['subsidy']}/sign-in")
        sign_in(desk, "审核", "省级")
        desk.goto(f"{system.addresses['subsidy']}/?view=objections")
        desk.locator("[data-objection] th button").first.click()
        expect(desk.get_by_text(WORDS)).to_be_visible()
        answer = desk.get_by_role("form", name="答复异议")
        answer.get_by_label("核查结论").select_option("dismiss")
        answer.get_by_label("理由（存档）").fill("核对签到与影像，无异常")
        answer.get_by_label("答复（提出人可见）").fill("经核对签到和现场影像，未发现代签。")
        looked_at(desk, "objections")
        desk.set_viewport_size({"width": 1440, "height": 900})
        answer.get_by_role("button", name="答复").click()
        expect(desk.get_by_text("已答复。")).to_be_visible()
        look.get_by_role("button", name="查询").click()
        expect(page.get_by_text("未发现代签")).to_be_visible()
        system.once(lambda: names_of(system, public_claim), shows=lambda found: '"is_objected":false' in found.text)

    def test_names_are_with_their_owner_and_lead_back_to_an_objection(
        self, system: Running, visitor: Visitor, public_claim: str
    ) -> None:
        answer = system.once(lambda: names_of(system, public_claim), shows=lambda found: found.is_success)
        first = answer.json()["rows"][0]
        with (SAMPLE / "rosters.csv").open(encoding="utf-8") as file:
            assert first["name"] in {row["name"] for row in csv.DictReader(file)}

        page = visitor.open(f"{system.addresses['subsidy']}/publicity?claim={public_claim}")
        page.get_by_role("link", name="查看名单").click()
        row = page.locator(f"tr[data-line='{first['line']}']")
        expect(row).to_contain_text(first["name"])
        expect(row).to_contain_text("*" * 14 + first["document_number"][-4:])
        looked_at(page, "public-list")
        page.set_viewport_size({"width": 1440, "height": 900})
        row.get_by_role("link", name="提出异议").click()
        expect(page.get_by_role("heading", name=f"对第 {first['line']} 条的异议")).to_be_visible()

    def test_names_are_gone_as_soon_as_the_claim_is_not_public(
        self, system: Running, visitor: Visitor, public_claim: str
    ) -> None:
        claim = system.get("subsidy", f"/v1/claims/{public_claim}", by=PROVINCE)
        system.once(lambda: names_of(system, public_claim), shows=lambda found: found.is_success)

        reader = Caller("reviewer", "reader", region=claim["reporting_region"])
        system.post("subsidy", f"/v1/claims/{public_claim}/return", {"reason": "金额有误"}, by=reader)

        system.once(lambda: names_of(system, public_claim), shows=lambda found: found.status_code == 404)
        page = visitor.open(f"{system.addresses['registry']}/public-lists?claim={public_claim}")
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.locator("tr[data-line]").count() == 0
        visitor.complaints.clear()  # the browser logs the 404


class TestReports:
    def test_a_report_gets_a_receipt_that_tells_how_it_stands(self, system: Running, visitor: Visitor) -> None:
        page = visitor.open(f"{system.addresses['registry']}/report")
        form = page.get_by_role("form", name="反映问题")

        form.get_by_label("反映对象").select_option("institution")
        form.get_by_label("名称").fill("某培训学校")
        form.get_by_label("发生地").select_option("410102")
        form.get_by_label("问题类型").select_option("fake_training")
        form.get_by_label("具体情况").fill("太短")
        form.get_by_role("button", name="提交").click()
        assert page.locator("[data-figure=receipt]").count() == 0, "the form says what is missing"
        form.get_by_label("具体情况").fill(WORDS)
        form.get_by_role("button", name="提交").dblclick()

        receipt = page.locator("[data-figure=receipt]").inner_text()
        look = page.get_by_role("form", name="查询进展")
        look.get_by_label("回执编号").fill(receipt)
        look.get_by_role("button", name="查询").click()
        expect(page.get_by_text("收到）")).to_be_visible()
        listed = system.get("registry", "/v1/public-reports", by=PROVINCE, size="100")["rows"]
        assert len([row for row in listed if row["region"] == "410102"]) == 1, "pressed twice and filed once"
        looked_at(page, "report")
