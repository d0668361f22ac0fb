"""What each measure is called, in which unit it is, and by which rule it is counted: as published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from services.metrics.measures.rules.measures import Measure, Stock


class About(NamedTuple):
    """A flow is what happens in a period, a stock what there is at the end of a day."""

    kind: Literal["flow", "stock"]
    unit: Literal["person-times", "persons", "certificates", "fen"]
    name_zh: str
    name_en: str
    rule_zh: str
    rule_en: str


ABOUT: Final[Mapping[str, About]] = {
    Measure.TRAININGS: About(
        "flow", "person-times", "完成培训", "Completed trainings",
        "按完成之日计入，每次培训计一次", "On the day of completion, once for each training",
    ),
    Measure.SUBSIDISED_TRAININGS: About(
        "flow", "person-times", "补贴性培训", "Subsidised trainings",
        "补贴已批准且未追回、无待追回的培训，按培训完成之日计入，是完成培训的子集",
        "Trainings with an approved subsidy that is neither recovered nor owed back, on the day of the training: a "
        "subset of the completed trainings",
    ),
    Measure.CERTIFICATES: About(
        "flow", "certificates", "新发证书", "Certificates issued",
        "有效证书，按发证之日计入", "Valid certificates, on the day of issue",
    ),
    Measure.HIGH_SKILLED_PERSONS: About(
        "flow", "persons", "新增高技能人才", "New high-skilled persons",
        "首次取得高级工及以上有效证书的人员，每人计一次，计入该证书的发证地和发证日",
        "Persons with a valid certificate at rank 4 or above, once each, where and when they got their first",
    ),
    Measure.SKILLED_PERSONS: About(
        "flow", "persons", "新增技能人才", "New skilled persons",
        "首次取得初级工及以上有效证书的人员，每人计一次；学徒工不计",
        "Persons with a valid certificate at rank 2 or above, once each; apprentices are none yet",
    ),
    Measure.TECHNICIANS: About(
        "flow", "persons", "新增技师和高级技师", "New technicians and senior technicians",
        "首次取得技师或高级技师有效证书的人员，每人计一次",
        "Persons with a valid certificate at rank 5 or 6, once each",
    ),
    Measure.CHIEF_TECHNICIANS: About(
        "flow", "persons", "新增特级技师和首席技师", "New special-grade and chief technicians",
        "首次取得特级技师或首席技师有效证书的人员，每人计一次",
        "Persons with a valid certificate at rank 7 or 8, once each",
    ),
    Measure.APPROVED_FEN: About(
        "flow", "fen", "批准金额", "Approved", "按批准之日计入", "On the day of approval",
    ),
    Measure.PAID_FEN: About("flow", "fen", "拨付金额", "Paid", "按拨付之日计入", "On the day of payment"),
    Measure.RECOVERED_FEN: About(
        "flow", "fen", "追回金额", "Recovered", "按追回之日计入", "On the day of recovery",
    ),
    Stock.IN_TRAINING: About(
        "stock", "person-times", "在训", "In training",
        "班级已开班、自培训首日起至有结果之日前的报名",
        "Enrolments in classes that have started, from the first day of training until the day of an outcome",
    ),
    Stock.VALID_CERTIFICATES: About(
        "stock", "certificates", "有效证书", "Valid certificates",
        "截至当日已发且未撤销的证书", "Certificates issued until that day and not revoked",
    ),
    Stock.HIGH_SKILLED_HOLDERS: About(
        "stock", "persons", "高技能人才存量", "High-skilled persons",
        "截至当日持有高级工及以上有效证书的人员；不含期初存量",
        "Persons with a valid certificate at rank 4 or above until that day, without an opening balance",
    ),
    Stock.SKILLED_HOLDERS: About(
        "stock", "persons", "技能人才存量", "Skilled persons",
        "截至当日持有初级工及以上有效证书的人员；不含期初存量",
        "Persons with a valid certificate at rank 2 or above until that day, without an opening balance",
    ),
}  # fmt: skip
