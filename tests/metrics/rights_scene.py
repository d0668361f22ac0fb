"""Metrics with a proposal that waits: the targets of a region."""

from __future__ import annotations

from shared.kernel.callers import Role
from tests.metrics.targets.province import HEADINGS, open_proposal, post
from tests.shared.spreadsheets.workbooks import csv_file
from tests.support.facts import programme, region
from tests.support.rights import Scene, Side
from tests.support.services import ServiceUnderTest


async def metrics_scene(metrics: ServiceUnderTest) -> Scene:
    """Nothing in metrics is a county's or an organisation's: both sides are the same."""
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        region("410102", reports_to="410100", parent="410100"),
        programme("HN2025", parent=None),
    )
    await post(metrics, [("HN2025", "地区", "410100", "完成培训", "", "", "120")])
    proposal = await open_proposal(metrics)
    organisations = dict.fromkeys((Role.INSTITUTION, Role.ASSESSMENT_BODY), "01990000-0000-7000-8000-000000000000")
    figure = {"plan": "HN2025", "indicator": "opening_skilled", "value": "1", "as_of": "2024-12-31", "source": "年报"}
    sheet = csv_file(("HN2025", "部门", "教育厅", "完成培训", "", "", "1"), headings=HEADINGS).encode()
    everywhere = Side(
        region="410102",
        organisations=organisations,
        ids={"proposal_id": proposal},
        listed={"list_proposals": proposal},
        bodies={"propose_figure": figure, "post_target_file": sheet, "reject_proposal": {"reason": "核对后重新提交"}},
    )
    of_province = {"post_target_file", "propose_figure", "list_proposals", "get_proposal", "confirm_proposal"}
    return Scene(
        service=metrics,
        here=everywhere,
        there=everywhere,
        above="410100",
        endless=frozenset({"stream_totals"}),
        of_province=frozenset({*of_province, "reject_proposal"}),
    )
