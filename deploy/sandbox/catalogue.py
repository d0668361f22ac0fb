"""What the synthetic province is made of: occupations by programme, kinds of institutions, parts of names."""

from __future__ import annotations

from typing import Final

OCCUPATIONS: Final = {
    "S01": ("6-18-01-01", "6-18-02-04"),  # lathe operator, welder
    "S02-1": ("4-10-01-05", "4-10-01-02"),  # carer for the elderly, carer for infants
    "S02-2": ("4-07-04-01",),  # guide
    "S02-3": ("6-05-01-03",),  # sewer
    "S02-4": ("4-01-06-02", "4-03-02-01"),  # online seller, cook
    "S02-5": ("6-31-01-03",),  # electrician
    "S03": ("5-01-02-01",),  # grower of field crops
    "S04": ("4-04-04-02",),  # network security
    "S05": ("4-02-04-06", "4-09-01-01"),  # drone pilot, river works
    "S06": ("4-02-07-08",),  # courier
    "S07": ("6-30-05-01",),  # crane operator
    "S08": ("6-18-01-07",),  # machine-tool setter
    "S09": ("6-31-01-02",),  # fitter
    "S10": ("4-10-01-06",),  # domestic help
}
"""By programme. Only the form of a code is checked, so these need only differ."""

FUNDS: Final = ("special_account", "employment_fund", "unemployment_insurance", "")
"""Blank: no subsidy will be claimed."""

INSTITUTIONS: Final = (
    ("training_school", "样例职业培训学校"),
    ("technical_school", "样例技工学校"),
    ("college", "样例职业学院"),
    ("enterprise", "样例制造有限公司"),
    ("public_base", "样例公共实训基地"),
)
"""Kinds, and the endings of their names."""

LEVELS: Final = (("L2", 60), ("L3", 72), ("L4", 80), ("L4", 84), ("L5", 96))
"""Levels with the hours of a class; a level listed twice is drawn twice as often."""

HIGH_SKILLED: Final = ("L4", "L5")

OTHERS: Final = (
    ("S02-4", "4-03-02-01", "special_ability", 50),
    ("S02-1", "4-10-01-02", "special_ability", 50),
    ("S03", "5-01-02-01", "completion", 50),
    ("S10", "4-10-01-06", "completion", 50),
    ("S02-5", "6-31-01-03", "special_operations", 100),
    ("S01", "6-18-02-04", "special_operations", 100),
    ("S02-5", "6-31-01-03", "special_operations_renewal", 30),
    ("S01", "6-18-02-04", "special_operations_renewal", 30),
    ("S07", "6-30-05-01", "pre_job", 30),
    ("S06", "4-02-07-08", "pre_job", 30),
    ("S01", "6-18-01-01", "senior_technician_upgrading", 50),
    ("S08", "6-18-01-07", "senior_technician_upgrading", 50),
)
"""Two classes for each award without a level: programme, occupation, award, hours. The first is always subsidised."""

SHORT: Final = {
    "special_ability": "SP",
    "completion": "PASS",
    "special_operations": "SW",
    "special_operations_renewal": "SWR",
    "pre_job": "PREJOB",
    "senior_technician_upgrading": "L6UP",
}
"""Awards without a level in the codes of projects."""

LICENSED: Final = ("special_operations", "special_operations_renewal")
"""Awards that another authority gives, with a licence."""

SEATS: Final = 40

SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
NUMERALS: Final = "〇一二三四五六七八九"
NOWHERE: Final = "419999"
"""This was never a region code, so no real identity number or credit code contains it."""

HEADINGS: Final = {
    "institutions": "institution,credit_code,name,kind,region",
    "sites": "institution,site,address,region",
    "listings": "institution,project,first_on",
    "bodies": "body,credit_code,name,kind,region,number_prefix,scope",
    "classes": "class,institution,programme,region,occupation,award,fund_source,starts_on,ends_on,hours,seats,stage",
    "rosters": "class,trainee,document_number,name,phone,tags,expected,flaw",
    "outcomes": "class,trainee,hours,withdrawn",
    "licences": "class,trainee,issued_on,valid_until,verdict",
    "sessions": "session,class,body,held_on",
    "results": "session,trainee,theory,skills,review,absent",
    "budgets": "region,fund_source,year,yuan",
    "claims": "claim,class,stage",
    "recoveries": "claim,trainee,reason",
    "revocations": "session,trainee,reason",
    "corrections": "class,trainee,programme",
    "targets": "region,trainings,high_skilled",
}
"""The files and their columns."""
TARGETS: Final = {"trainings": 2_000, "high_skilled": 650}
"""A thousandth of what the plan aims at."""
INHABITANTS: Final = {
    "410100": 1_200, "410200": 480, "410300": 705, "410400": 500, "410500": 545, "410600": 157, "410700": 625,
    "410800": 350, "410900": 377, "411000": 438, "411100": 236, "411200": 203, "411300": 970, "411400": 780,
    "411500": 623, "411600": 900, "411700": 700, "419001": 73, "410173": 60,
}  # fmt: skip
"""Of each reporting region, in ten thousands, roughly: the sample's targets are divided by them. The plan's own annexes
are not public (an assumption)."""
