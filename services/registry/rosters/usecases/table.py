"""The columns of a roster file: one for each field of a roster row, with the headings that clerks know.

The fields and their headings are those of the JSON route's form; a test keeps the two equal.
"""

from __future__ import annotations

from typing import Final

from services.registry.enrolments.rules.trainees import PriorityGroup
from services.registry.particulars.rules import PHONE_EXPECTED_EN, PHONE_EXPECTED_ZH
from shared.contracts.registry.enrolments import EmploymentState
from shared.kernel.identity import DocumentKind
from shared.spreadsheets.tables import Column, Kind, Table

CLASS: Final = "class"
"""The column for the institution's own number of the class."""

_GROUPS: Final = {
    "毕业年度毕业生": PriorityGroup.GRADUATE.value,
    "防止返贫监测对象": PriorityGroup.POVERTY_MONITORED.value,
    "失业人员": PriorityGroup.UNEMPLOYED.value,
    "就业困难人员": PriorityGroup.EMPLOYMENT_DIFFICULTY.value,
    "退役军人": PriorityGroup.VETERAN.value,
    "残疾人": PriorityGroup.DISABLED.value,
    "黄河滩区迁建群众": PriorityGroup.FLOODPLAIN_RESETTLER.value,
    "水库移民": PriorityGroup.RESERVOIR_MIGRANT.value,
    "船员": PriorityGroup.SEAFARER.value,
    "社区矫正对象": PriorityGroup.COMMUNITY_CORRECTIONS.value,
    "强制隔离戒毒人员": PriorityGroup.COMPULSORY_DETOX.value,
    "其他": PriorityGroup.OTHER.value,
}

_COLUMNS: Final = (
    Column(
        CLASS, "班级编号", "class number", Kind.CODE,
        "the number under which you filed the class (its local_id)", "报备班级时使用的班级编号（local_id）",
        is_required=True, aliases=("class_local_id",),
    ),
    Column(
        "local_id", "学员编号", "trainee number", Kind.CODE,
        "your own number for the trainee in this class: 1 to 64 letters, digits, and . _ / -; no identity number",
        "本机构为该学员在本班的报名自编的编号：1至64位字母、数字和 . _ / -，不能用证件号码",
        is_required=True,
    ),
    Column(
        "name", "姓名", "name", Kind.NAME, "the name on the document, up to 60 characters",
        "与证件一致的姓名，不超过60个字", is_required=True, aliases=("学员姓名",), width=12,
    ),
    Column(
        "document_kind", "证件类型", "document", Kind.CHOICE, "one of the list; empty means a resident identity card",
        "下拉列表中的一项；留空表示居民身份证",
        choices={
            "居民身份证": DocumentKind.RESIDENT_ID.value, "港澳台居民居住证": DocumentKind.RESIDENCE_PERMIT.value,
            "外国人永久居留身份证": DocumentKind.FOREIGN_PERMANENT_RESIDENT.value,
        },
        spoken={
            "身份证": DocumentKind.RESIDENT_ID.value, "二代身份证": DocumentKind.RESIDENT_ID.value,
            "第二代居民身份证": DocumentKind.RESIDENT_ID.value,
        },
        width=20,
    ),
    Column(
        "document_number", "证件号码", "document number", Kind.CODE, "the whole number on the document, as text",
        "证件上的完整号码，文本格式", is_required=True, aliases=("身份证号", "身份证号码", "证件号"), width=22,
        holds_numbers=True,
    ),
    Column(
        "birth_date", "出生日期", "birth date", Kind.DATE,
        "the date of birth, like 1990-05-01; needed in subsidised classes with a foreigner's card",
        "出生日期，如 1990-05-01；补贴班学员持外国人永久居留身份证的必填，持其他证件的可不填", width=14,
    ),
    Column(
        "phone", "手机号", "mobile phone", Kind.PHONE, PHONE_EXPECTED_EN, PHONE_EXPECTED_ZH,
        aliases=("手机号码", "联系电话"),
    ),
    Column(
        "programme", "专项编码", "programme", Kind.CODE,
        "the code of the programme that the training counts to, such as S02-1; if empty, the class's",
        "本次培训计入的专项编码，如 S02-1；留空则按班级的专项", width=12,
    ),
    Column(
        "tags", "标签", "marks", Kind.LIST,
        "tags for statistics, such as S06, S07; separated by 、 or a comma", "统计标签，如 S06、S07；用顿号或逗号分隔",
        width=14,
    ),
    Column(
        "employment", "就业状态", "employment", Kind.CHOICE, "the employment state at entry: one of the list",
        "入学时的就业状态：下拉列表中的一项",
        choices={
            "在职": EmploymentState.EMPLOYED.value, "自主创业": EmploymentState.SELF_EMPLOYED.value,
            "失业": EmploymentState.UNEMPLOYED.value, "在校学生": EmploymentState.STUDENT.value,
            "退休": EmploymentState.RETIRED.value,
        },
        width=12,
    ),
    Column(
        "groups/0/group", "重点群体", "priority groups", Kind.CHOICE,
        "the priority group that the trainee belongs to, one of the list; empty if none",
        "所属重点群体：下拉列表中的一项；不属于的留空", choices=_GROUPS, aliases=("groups", "priority group"), width=20,
    ),
    Column(
        "groups/0/evidence", "重点群体证明", "evidence", Kind.TEXT,
        "the paper that proves it, and its number; required with a priority group",
        "证明材料的名称和编号；填写重点群体时必填",
        width=22, holds_numbers=True,
    ),
    Column(
        "groups/0/dated_on", "证明日期", "evidence date", Kind.DATE,
        "the date on that paper, like 2025-09-01; required with a priority group",
        "证明材料上的日期，如 2025-09-01；填写重点群体时必填", width=14,
    ),
    Column(
        "groups/1/group", "重点群体2", "priority group 2", Kind.CHOICE,
        "a second priority group of the trainee, if there is one", "同时属于的另一重点群体；没有的留空",
        choices=_GROUPS, width=20,
    ),
    Column(
        "groups/1/evidence", "重点群体证明2", "evidence 2", Kind.TEXT,
        "the paper that proves the second group, and its number; required with it",
        "另一重点群体的证明材料名称和编号；填写重点群体2时必填",
        width=22, holds_numbers=True,
    ),
    Column(
        "groups/1/dated_on", "证明日期2", "evidence date 2", Kind.DATE,
        "the date on that paper, like 2025-09-01; required with a second group",
        "该证明材料上的日期，如 2025-09-01；填写重点群体2时必填", width=14,
    ),
    Column(
        "draws_pension", "是否按月领取养老金", "draws a pension", Kind.CHOICE,
        "yes or no; required for trainees above the age limit", "是或否；超过培训年龄上限的必填",
        choices={"是": True, "否": False, "yes": True, "no": False}, width=20,
    ),
    Column(
        "consent/on", "同意日期", "consent", Kind.DATE,
        "the day on which the trainee consented to the processing of their particulars, like 2025-09-01",
        "学员同意处理其个人信息的日期，如 2025-09-01", aliases=("consent date",), width=14,
    ),
    Column(
        "consent/version", "同意书版本", "consent version", Kind.TEXT, "the version of the consent text",
        "所签同意书的版本", width=14,
    ),
)  # fmt: skip
"""In the order of the template."""

ROSTER: Final = Table(_COLUMNS, sheet="学员", row_zh="学员", row_en="trainee")
