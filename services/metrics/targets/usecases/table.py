"""The columns of a sheet of targets, as the annexes of a plan have them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from services.metrics.targets.rules import TOTAL, Aim, Axis, Line
from shared.forms import PLAIN, Strict
from shared.spreadsheets.tables import Column, Kind, Table

TARGETS: Final = Table(
    (
        Column(
            "plan", "计划", "plan", Kind.CODE, "the code of the plan, like HN2025", "计划代码，如 HN2025",
            is_required=True,
        ),
        Column(
            "axis", "口径", "axis", Kind.CHOICE, "by region or by department", "按地区或按部门",
            choices={"地区": Axis.REGION.value, "部门": Axis.DEPARTMENT.value}, is_required=True,
        ),
        Column(
            "key", "地区或部门", "region or department", Kind.CODE,
            "the code of a reporting region, the name of a department, or 合计 (total) for the sum of the sheet",
            "统计地区代码、部门名称；合计行填“合计”", is_required=True, width=24,
        ),
        Column(
            "measure", "指标", "measure", Kind.CHOICE, "one of the list", "下拉列表中的一项",
            choices={
                "完成培训": Aim.TRAININGS.value, "补贴性培训": Aim.SUBSIDISED_TRAININGS.value,
                "新增高技能人才": Aim.HIGH_SKILLED_PERSONS.value,
            },
            is_required=True,
        ),
        Column(
            "programme", "专项", "programme", Kind.CODE, "like S01; empty for all together",
            "如 S01；全部专项合计的留空",
        ),
        Column("month", "月份", "month", Kind.COUNT, "1 to 12; empty for the year", "1 至 12；全年留空"),
        Column("target", "目标", "target", Kind.COUNT, "a whole number; empty if unset", "整数；未下达的留空"),
    ),
    sheet="目标", row_zh="目标", row_en="target",
)  # fmt: skip

_TOTALS: Final = frozenset({TOTAL, "合计", "总计"})


class TargetRowRequest(Strict):
    """A row of a sheet."""

    plan: Annotated[str, Field(max_length=16), PLAIN]
    axis: Axis
    key: Annotated[str, Field(min_length=1, max_length=120), PLAIN]
    measure: Aim
    programme: Annotated[str, Field(max_length=16), PLAIN] | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    target: Annotated[int, Field(ge=0)] | None = None

    @property
    def line(self) -> Line:
        key = TOTAL if self.key.casefold() in _TOTALS else self.key
        return Line(key, self.measure, self.programme, self.month, self.target)
