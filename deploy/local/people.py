"""The people of a sandbox: whom everybody on this machine may choose to be, on the page to sign in."""

from __future__ import annotations

import json
from operator import itemgetter
from pathlib import Path
from typing import Final

from deploy.sandbox.client import Caller, Client

PROVINCE: Final = "410000"
CITY: Final = "410100"
COUNTY: Final = "410102"
PAID: Final = "410173"
"""A place of which a claim of the sample waits for its review."""
ORGANISATIONS_MAX: Final = 8
"""Institutions, and bodies, to choose from."""

BODIES_LISTED_MAX: Final = 100
"""Bodies that these are chosen from, in the order of their regions: who is to choose from does not depend on which of
them was filed first."""

_OFFICERS: Final = (
    (
        "province-1",
        "省级管理人员（甲）",
        "Officer of the province (first)",
        Caller("province", "wang", region=PROVINCE),
    ),
    (
        "province-2",
        "省级管理人员（乙）",
        "Officer of the province (second)",
        Caller("province", "zhao", region=PROVINCE),
    ),
    ("city", "郑州市工作人员", "Officer of Zhengzhou", Caller("county_officer", "sun", region=CITY)),
    ("county", "中原区工作人员", "Officer of Zhongyuan District", Caller("county_officer", "li", region=COUNTY)),
    (
        "reviewer-1",
        "航空港区审核人员（初审）",
        "Reviewer of the Airport Zone (first)",
        Caller("reviewer", "qian", region=PAID),
    ),
    (
        "reviewer-2",
        "航空港区审核人员（复审）",
        "Reviewer of the Airport Zone (second)",
        Caller("reviewer", "zhou", region=PAID),
    ),
    ("reviewer-3", "省级审核人员", "Reviewer of the province", Caller("reviewer", "feng", region=PROVINCE)),
    (
        "finance-1",
        "航空港区财务人员（制单）",
        "Finance of the Airport Zone (first)",
        Caller("finance", "wu", region=PAID),
    ),
    (
        "finance-2",
        "航空港区财务人员（复核）",
        "Finance of the Airport Zone (second)",
        Caller("finance", "zheng", region=PAID),
    ),
)


async def people_of(client: Client) -> list[dict[str, str | None]]:
    """The officers, and clerks of the first institutions and bodies that there are."""
    officer = _OFFICERS[0][-1]
    size = str(ORGANISATIONS_MAX)
    institutions = (await client.get("registry", "/v1/institutions", by=officer, size=size))["rows"]
    listed = (await client.get("assessment", "/v1/bodies", by=officer, size=str(BODIES_LISTED_MAX)))["rows"]
    bodies = sorted(listed, key=itemgetter("region", "name"))[:ORGANISATIONS_MAX]
    people = [_entry(id_, zh, en, caller) for id_, zh, en, caller in _OFFICERS]
    # Whoever posts the results of an exam does not conclude it.
    for role, person, zh, en, organisations in (
        ("institution", "clerk", "机构经办人", "Clerk of", institutions),
        ("assessment_body", "clerk", "评价机构经办人", "Clerk of the assessment body", bodies),
        ("assessment_body", "head", "评价机构负责人", "Head of the assessment body", bodies),
    ):
        for each in organisations:
            acts = Caller(role, person, organisation=each["id"])
            id_ = f"{role}-{each['id']}" if person == "clerk" else f"{role}-{person}-{each['id']}"
            people.append(_entry(id_, f"{zh}：{each['name']}", f"{en} {each['name']}", acts))
    return people


def write_people(people: list[dict[str, str | None]], file: Path) -> None:
    """Write them down for the services to read."""
    file.write_text(json.dumps(people, ensure_ascii=False, indent=1), encoding="utf-8")


def _entry(id_: str, name_zh: str, name_en: str, caller: Caller) -> dict[str, str | None]:
    acts = {name: getattr(caller, name) for name in ("person", "role", "organisation", "region")}
    return {"id": id_, "name_zh": name_zh, "name_en": name_en, **acts}
