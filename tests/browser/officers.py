"""Classes in the county of an officer of the sample: one that waits for the county, one that runs and was patrolled."""

from __future__ import annotations

from typing import Any, Final

from deploy.sandbox import POSTED_ON
from deploy.sandbox.client import Caller
from tests.browser.driving import Running
from tests.registry.school import trainee

PROVINCE: Final = Caller("province", "one", region="410000")
PLACE: Final = "410102"


def school_clerk(system: Running) -> Caller:
    rows = system.get("registry", "/v1/institutions", by=PROVINCE, size="50")["rows"]
    school = next(row["id"] for row in rows if row["name"] == "郑州市样例技工学校")
    return Caller("institution", "clerk", organisation=school)


def filed(system: Running, name: str) -> Any:
    """A class in the officer's county that waits for the county."""
    clerk = school_clerk(system)
    site = {"local_id": "S-officer", "address": "郑州市示范路 9 号", "region": PLACE, "rooms": []}
    system.post("registry", f"/v1/institutions/{clerk.organisation}/sites", site, by=clerk)
    day = POSTED_ON.isoformat()
    terms = {
        "local_id": name, "programme": "S02-1", "region": PLACE, "occupation": "4-10-01-05", "award": "completion",
        "starts_on": day, "ends_on": day, "hours": 8, "seats": 20,
    }  # fmt: skip
    return system.post("registry", "/v1/classes", terms, by=clerk)


def patrolled(system: Running, name: str, person: int) -> Any:
    """A class that runs, with one trainee; a patrol found something in it, which the institution put right."""
    clerk, officer = school_clerk(system), Caller("county_officer", "li", region=PLACE)
    class_ = filed(system, name)
    path = f"/v1/classes/{class_['id']}"
    system.post("registry", f"{path}/approval", by=officer)
    system.post("registry", f"{path}/enrolments", {"rows": [trainee(person)]}, by=clerk)
    system.post("registry", f"{path}/start", by=clerk)
    found = {"severity": "minor", "found": "消防通道堆放杂物"}
    seen = {"local_id": f"P-{name}", "method": "on_site", "present": 1, "findings": [found]}
    at = f"{POSTED_ON.isoformat()}T00:00:00+08:00"  # the system has the time of day at which the tests run
    patrol = system.post("registry", f"{path}/patrols", seen | {"patrolled_at": at}, by=officer)
    finding = f"/v1/findings/{patrol['findings'][0]['id']}"
    system.post("registry", f"{finding}/rectification", {"said": "已清理通道"}, by=clerk)
    return class_, finding
