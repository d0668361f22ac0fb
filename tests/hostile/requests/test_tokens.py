"""Tokens that are signed but odd, at every service: none is taken, none is a failure, and a person is one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from shared.auth import Verifier
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.hostile.requests.conftest import OF_NAME, SERVICES, SceneOf
from tests.hostile.requests.operations import operations_of
from tests.shared.test_auth import claims, sealed

DAY: Final = timedelta(days=1)
ODD: Final[dict[str, dict[str, Any]]] = {
    "org a number": {"role": "institution", "org": 7},
    "org a list": {"role": "institution", "org": ["0197a2f8-0000-7000-8000-000000000001"]},
    "org an object": {"role": "institution", "org": {"id": "0197a2f8-0000-7000-8000-000000000001"}},
    "org no id": {"role": "assessment_body", "org": "7"},
    "org missing": {"role": "institution", "org": None},
    "region a list": {"role": "county_officer", "region": ["410102"]},
    "region a number": {"role": "county_officer", "region": 410102},
    "region too long": {"role": "county_officer", "region": "4" * 17},
    "region with a quote": {"role": "county_officer", "region": "410102'"},
    "region missing": {"role": "county_officer", "region": None},
    "half a character in sub": {"sub": "\ud800"},
    "half a character in region": {"region": "\udfff"},
    "nothing in sub": {"sub": "\u3000 "},
    "sub too long": {"sub": "长" * 129},
    "sub endless": {"sub": "x" * 3_000},
    "sub with a direction": {"sub": "a\u202eb"},
    "sub with U+0000": {"sub": "a\u0000b"},
    "sub a number": {"sub": 7},
    "role a list": {"role": ["province"]},
    "role unknown": {"role": "emperor"},
    "nbf far ahead": {"nbf": datetime(2999, 1, 1, tzinfo=UTC)},
    "iat ahead": {"iat": timedelta(hours=2)},
    "exp far ahead": {"exp": datetime(2999, 1, 1, tzinfo=UTC)},
    "exp beyond the bound": {"exp": DAY + timedelta(minutes=5)},
    "exp beyond all numbers": {"exp": 1e300},
    "exp no number": {"exp": float("nan")},
    "exp past": {"exp": -DAY},
    "exp text": {"exp": "4000000000"},
}


@pytest.mark.parametrize("name", SERVICES)
async def test_an_odd_claim_is_no_token_and_no_failure(name: str, open_service: OpenService, keys: Path) -> None:
    service = await open_service(OF_NAME[name])
    app: Any = service.http._transport.app  # type: ignore[attr-defined]
    paths = [path for path, item in app.openapi()["paths"].items() if "get" in item and "{" not in path]
    paths = [path for path in paths if app.openapi()["paths"][path]["get"].get("security")][:2]

    found = {
        (path, said): answer.status_code
        for path in paths
        for said, odd in ODD.items()
        for answer in [await service.http.get(path, headers=bearer(keys, **odd))]
        if (answer.status_code, answer.json()["code"]) != (401, "unauthenticated")
    }

    assert found == {}
    assert isinstance(app.state.verifier, Verifier)
    assert paths or name == "metrics", "its totals are public"


def bearer(keys: Path, **odd: Any) -> dict[str, str]:
    now = datetime.now(UTC)
    moved = {name: now + value if isinstance(value, timedelta) else value for name, value in odd.items()}
    return {"Authorization": f"Bearer {sealed(keys, claims(**moved))}"}


@pytest.mark.parametrize("written", ["S ", "Ｓ", "\u3000S"])
@pytest.mark.parametrize("name", ["registry", "subsidy", "assessment"])
async def test_nobody_confirms_their_own_proposal_in_another_spelling(
    name: str, written: str, scene_of: SceneOf
) -> None:
    operations = {each.name: each for each in operations_of(await scene_of(name))}
    proposed, decided, thing = PROPOSALS[name]
    propose, confirm = operations[proposed], operations[decided]

    answer = await propose.send(propose.body, role=Role.PROVINCE, person="S")
    assert answer.status_code == 201, answer.text
    own = await propose.scene.service.http.post(
        confirm.template.replace(f"{{{thing}}}", answer.json()["id"]),
        headers=confirm.headers(Role.PROVINCE, person=written),
    )

    assert (own.status_code, own.json()["code"]) == (403, "same-person")


PROPOSALS: Final = {
    "registry": ("add_policy_row", "approve_policy_row", "row_id"),
    "subsidy": ("propose_budget", "confirm_proposal", "proposal_id"),
    "assessment": ("add_pass_rule", "approve_pass_rule", "row_id"),
}
"""A proposal of each service, who decides about it, and how it is named."""
