"""The columns of a file of candidates, with the headings that clerks know."""

from __future__ import annotations

from typing import Final

from services.assessment.exams.rules.eligibility import EvidenceKind
from services.assessment.exams.usecases.table import SESSION_COLUMN
from shared.kernel.identity import DocumentKind
from shared.kernel.levels import Level
from shared.spreadsheets.tables import Column, Kind, Table

_LEVELS: Final = {level.name_zh: level.code for level in Level if level < Level.CHIEF_TECHNICIAN}
"""Whose certificates a route can ask for: all but the highest."""
_PAPERS: Final = {
    "中等职业学校毕业证": EvidenceKind.SECONDARY_VOCATIONAL.value,
    "技工院校高级工班毕业证": EvidenceKind.SENIOR_WORKER_CLASS.value,
    "技师学院预备技师毕业证": EvidenceKind.TECHNICIAN_COLLEGE.value,
    "大专及以上毕业证": EvidenceKind.COLLEGE.value,
    "大专及以上毕业证（专业经评估）": EvidenceKind.COLLEGE_REVIEWED.value,
    "初级职称": EvidenceKind.TITLE_JUNIOR.value,
    "中级职称": EvidenceKind.TITLE_INTERMEDIATE.value,
}

CANDIDATES: Final = Table(
    (
        SESSION_COLUMN,
        Column(
            "local_id", "考生编号", "candidate number", Kind.CODE,
            "your own number for the candidate: 1 to 64 letters, digits, and . _ / -; no identity number",
            "本机构为该考生自编的编号：1至64位字母、数字和 . _ / -，不能用证件号码",
            is_required=True,
        ),
        Column(
            "name", "姓名", "name", Kind.NAME, "the name on the document, up to 60 characters",
            "与证件一致的姓名，不超过60个字", is_required=True, aliases=("考生姓名",), width=12,
        ),
        Column(
            "document_kind", "证件类型", "document", Kind.CHOICE,
            "one of the list; empty means a resident identity card", "下拉列表中的一项；留空表示居民身份证",
            choices={
                "居民身份证": DocumentKind.RESIDENT_ID.value, "港澳台居民居住证": DocumentKind.RESIDENCE_PERMIT.value,
                "外国人永久居留身份证": DocumentKind.FOREIGN_PERMANENT_RESIDENT.value,
            },
            spoken={"身份证": DocumentKind.RESIDENT_ID.value},
            width=20,
        ),
        Column(
            "document_number", "证件号码", "document number", Kind.CODE, "the whole number on the document, as text",
            "证件上的完整号码，文本格式", is_required=True, aliases=("身份证号", "身份证号码", "证件号"), width=22,
            holds_numbers=True,
        ),
        Column(
            "years_of_work", "从业年限", "years of work", Kind.COUNT,
            "whole years in this or a related occupation, all in all, up to 80",
            "从事本职业或相关职业的累计年数，整数，不超过80", width=12,
        ),
        Column(
            "certificates/0/level", "已有证书等级", "level of a certificate", Kind.CHOICE,
            "the level of a certificate that the candidate has shown you: one of the list; empty if none is needed",
            "考生出示的证书的等级：下拉列表中的一项；申报条件不要求的留空", choices=_LEVELS,
        ),
        Column(
            "certificates/0/number", "已有证书编号", "number of the certificate", Kind.CODE,
            "capital letters and digits; needed with a level", "大写字母和数字；填写已有证书等级时必填", width=26,
        ),
        Column(
            "certificates/0/issued_on", "证书日期", "day of the certificate", Kind.DATE,
            "its day of issue, like 2020-05-01; needed with a level", "发证日期，如 2020-05-01；填写已有证书等级时必填",
            width=14,
        ),
        Column(
            "papers/0/kind", "学历或职称", "diploma or title", Kind.CHOICE,
            "a diploma or title that the candidate has shown you: one of the list; empty if none is needed",
            "考生出示的学历或职称：下拉列表中的一项；申报条件不要求的留空", choices=_PAPERS, width=30,
        ),
        Column(
            "papers/0/issued_on", "取得日期", "day of the diploma or title", Kind.DATE,
            "its day, like 2019-07-01; empty for a student in the final year", "如 2019-07-01；应届毕业生留空",
            width=14,
        ),
    ),
    sheet="考生", row_zh="考生", row_en="candidate",
)  # fmt: skip
