"""The columns of a follow-up file, with the headings that clerks know."""

from __future__ import annotations

from typing import Final

from services.registry.follow_ups.rules import Evidence
from shared.spreadsheets.tables import Column, Kind, Table

FOLLOW_UPS: Final = Table(
    (
        Column(
            "class_local_id", "班级编号", "class number", Kind.CODE,
            "the number under which you filed the class (its local_id)", "报备班级时使用的班级编号（local_id）",
            is_required=True,
        ),
        Column(
            "trainee_local_id", "学员编号", "trainee number", Kind.CODE,
            "your number for the trainee in that class, as in the roster", "学员在该班名册中的学员编号",
            is_required=True,
        ),
        Column(
            "employed_on", "就业创业日期", "employed on", Kind.DATE,
            "the first day of employment or of an own business, like 2025-05-01; empty if none or not known",
            "开始就业或创业的日期，如 2025-05-01；未就业或尚不清楚的留空", aliases=("就业日期",), width=14,
        ),
        Column(
            "evidence", "就业证明", "evidence", Kind.CHOICE, "the evidence: one of the list; required with the day",
            "证明就业创业的材料：下拉列表中的一项；填写日期时必填",
            choices={
                "社会保险缴费记录": Evidence.INSURANCE_RECORD.value, "劳动合同": Evidence.CONTRACT.value,
                "营业执照": Evidence.BUSINESS_LICENCE.value,
            },
            width=20,
        ),
        Column(
            "pay_before_fen", "培训前月均工资（元）", "monthly pay before (yuan)", Kind.YUAN,
            "the monthly average before the training, in yuan, like 4500 or 4500.50; empty if there was none",
            "培训前的月平均工资，单位为元，如 4500 或 4500.50；没有的留空", aliases=("培训前月均工资",), width=22,
        ),
        Column(
            "pay_after_fen", "培训后月均工资（元）", "monthly pay after (yuan)", Kind.YUAN,
            "the monthly average after the training, in yuan; empty until the months are over",
            "结业后的月平均工资，单位为元；期限未满的留空", aliases=("培训后月均工资",), width=22,
        ),
    ),
    sheet="学员", row_zh="学员", row_en="trainee",
)  # fmt: skip
