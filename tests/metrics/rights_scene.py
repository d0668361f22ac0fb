"""Metrics with a proposal that waits, the targets of a region, and a training in each of two counties."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.callers import Role
from tests.metrics.targets.province import HEADINGS, open_proposal, post
from tests.shared.spreadsheets.workbooks import csv_file
from tests.support.facts import enrolment, numbered, programme, region
from tests.support.rights import Scene, Side
from tests.support.services import ServiceUnderTest

_HERE = "01990000-0000-7000-8000-000000000000"
_THERE = "01990000-0000-7000-8000-000000000001"


async def metrics_scene(metrics: ServiceUnderTest) -> Scene:
    """Of all that metrics has, only the records behind a number are a county's and an organisation's."""
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        region("410102", reports_to="410100", parent="410100"),
        region("410200", reports_to="410200"),
        region("410202", reports_to="410200", parent="410200"),
        programme("HN2025", parent=None),
        enrolment(1, status=EnrolmentStatus.COMPLETED, region="410102", institution_id=UUID(_HERE)),
        enrolment(
            2, status=EnrolmentStatus.COMPLETED, region="410202", reporting_region="410200", institution_id=UUID(_THERE)
        ),
    )
    await post(metrics, [("HN2025", "地区", "410100", "完成培训", "", "", "120")])
    proposal = await open_proposal(metrics)
    organisations = dict.fromkeys((Role.INSTITUTION, Role.ASSESSMENT_BODY), _HERE)
    figure = {"plan": "HN2025", "indicator": "opening_skilled", "value": "1", "as_of": "2024-12-31", "source": "年报"}
    sheet = csv_file(("HN2025", "部门", "教育厅", "完成培训", "", "", "1"), headings=HEADINGS).encode()
    everywhere = Side(
        region="410102",
        organisations=organisations,
        ids={"proposal_id": proposal},
        listed={
            "list_proposals": proposal,
            "list_subjects": str(numbered(1)),
            "list_organisation_totals": _HERE,
        },
        queries={
            "list_subjects": {"measure": "trainings", "plan": "HN2025"},
            "list_organisation_totals": {"plan": "HN2025"},
        },
        bodies={"propose_figure": figure, "post_target_file": sheet, "reject_proposal": {"reason": "核对后重新提交"}},
    )
    of_province = {"post_target_file", "propose_figure", "list_proposals", "get_proposal", "confirm_proposal"}
    return Scene(
        service=metrics,
        here=everywhere,
        there=replace(
            everywhere,
            region="410202",
            listed={**everywhere.listed, "list_subjects": str(numbered(2)), "list_organisation_totals": _THERE},
        ),
        above="410100",
        endless=frozenset({"stream_totals"}),
        of_province=frozenset({*of_province, "reject_proposal"}),
    )
