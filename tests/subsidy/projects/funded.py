"""A project of an institution: a studio of a master for last year and this one, paid in two parts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx

from tests.subsidy.builders import CAREGIVER, TODAY, Taught, people
from tests.subsidy.office import Office

YEAR = TODAY.year - 1
"""The year that is over, whose budget pays."""
FIRST_FEN, REST_FEN = 12_000_000, 8_000_000
GRANT_FEN = FIRST_FEN + REST_FEN
MEASURE = "带徒人数"
REST_ON = TODAY + timedelta(days=30)
RESULT = {"year": YEAR, "measure": MEASURE, "source": "师徒协议", "counted_on": f"{YEAR}-12-31"}


async def payee(office: Office, region: str = "410102") -> Taught:
    """An institution that is known by a class."""
    taught = Taught(people(1), region=region)
    await office.service.hear(taught.institution("甲校"), *taught.all_finished())
    return taught


def content_of(taught: Taught, **changes: Any) -> dict[str, Any]:
    base = {
        "kind": "master_studio", "name": "王氏养老护理技能大师工作室", "institution_id": str(taught.institution_id),
        "fund_source": "employment_fund", "programme": "S02-1", "occupation": CAREGIVER, "award": "L4",
        "first_year": YEAR, "last_year": YEAR + 1, "grant_fen": GRANT_FEN,
        "targets": [
            {"year": YEAR, "measure": MEASURE, "number": 6}, {"year": YEAR + 1, "measure": MEASURE, "number": 8},
        ],
        "instalments": [
            {"due_on": date(YEAR, 7, 1).isoformat(), "amount_fen": FIRST_FEN},
            {"due_on": REST_ON.isoformat(), "amount_fen": REST_FEN},
        ],
        "reason": "省级评审通过",
    }  # fmt: skip
    return base | changes


async def file(office: Office, taught: Taught, **changes: Any) -> httpx.Response:
    return await office.post("/v1/projects", content_of(taught, **changes), office.reviewer())


async def approve(office: Office, filed: httpx.Response, by: str = "director") -> httpx.Response:
    path = f"/v1/proposals/{filed.json()['proposal_id']}/confirmation"
    return await office.post(path, None, office.province(by))


async def approved(office: Office, taught: Taught, *, budget_fen: int | None = 2 * GRANT_FEN, **changes: Any) -> str:
    """The id of a project that two officers agreed on, in a budget of its own unless None."""
    if budget_fen is not None:
        assert (await office.budget(budget_fen, year=YEAR)).status_code == 200
    filed = await file(office, taught, **changes)
    assert filed.status_code == 201, filed.text
    answer = await approve(office, filed)
    assert answer.status_code == 200, answer.text
    project_id: str = filed.json()["id"]
    return project_id


async def enter(office: Office, project_id: str, figure: int, headers: Any = None, **changes: Any) -> httpx.Response:
    content = {**RESULT, "figure": figure, **changes}
    return await office.post(f"/v1/projects/{project_id}/results", content, headers or office.reviewer())


async def judge(office: Office, project_id: str, verdict: str | None, year: int = YEAR) -> httpx.Response:
    """Proposed by a reviewer and confirmed by the province, or the refusal of either."""
    content = {"year": year, "verdict": verdict, "reason": "年度考核"}
    proposed = await office.post(f"/v1/projects/{project_id}/verdict", content, office.reviewer())
    return await office.confirm(proposed, office.province("director"))


async def decide(office: Office, project_id: str, step: str) -> httpx.Response:
    """A cancellation or reinstatement, proposed and confirmed, or the refusal of either; no proposal stays open."""
    proposed = await office.post(f"/v1/projects/{project_id}/{step}", {"reason": "考核未通过"}, office.reviewer())
    answer = await office.confirm(proposed, office.province("director"))
    if proposed.status_code == 201 and answer.status_code >= 300:
        path = f"/v1/proposals/{proposed.json()['id']}/rejection"
        assert (await office.post(path, {"reason": "不再需要"}, office.reviewer())).status_code == 200
    return answer


async def read(office: Office, project_id: str) -> dict[str, Any]:
    answer = await office.get(f"/v1/projects/{project_id}", office.finance())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def claims_of(office: Office, project_id: str) -> list[str]:
    return [each["claim_id"] for each in (await read(office, project_id))["instalments"]]


async def states_of(office: Office, project_id: str) -> list[str | None]:
    return [each["claim_status"] for each in (await read(office, project_id))["instalments"]]


async def fund(office: Office) -> dict[str, int]:
    """What the budget of the project's year says."""
    rows = (await office.get(f"/v1/budgets?region=410100&year={YEAR}", office.province())).json()["rows"]
    [row] = [each for each in rows if each["year"] == YEAR]
    return {name: row[f"{name}_fen"] for name in ("committed", "paid", "recovered", "free")}
