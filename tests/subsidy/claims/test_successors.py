"""Claims of an institution that was taken over: its successor sees and makes them, and its own token only reads."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from shared.contracts.registry.directory import InstitutionChanged
from shared.kernel.callers import Role
from tests.subsidy.builders import (
    NOW,
    Taught,
    people,
)
from tests.subsidy.office import Office


def changed(taught: Taught, version: int, successor: UUID | None) -> InstitutionChanged:
    """The institution as closed and taken over by `successor`; without one, as open."""
    registered = taught.institution("郑州学校")
    return InstitutionChanged(
        subject=registered.subject,
        version=version,
        at=NOW,
        institution_id=registered.institution_id,
        credit_code=registered.credit_code,
        name=registered.name,
        kind=registered.kind,
        region=registered.region,
        reporting_region=registered.reporting_region,
        closed_from=None if successor is None else date(2025, 1, 1),
        succeeded_by=successor,
    )


async def test_the_successor_claims_for_the_class_and_sees_earlier_claims_until_it_is_reversed(office: Office) -> None:
    earlier, taught = Taught(people(1)), Taught(people(1))
    object.__setattr__(taught, "institution_id", earlier.institution_id)
    await office.service.hear(*earlier.all_finished(), *taught.all_finished(), earlier.institution("郑州学校"))
    claim_id = await office.submitted(earlier)
    successor = uuid4()
    headers = office.service.tokens.of(Role.INSTITUTION, person="clerk", organisation=successor)
    content = {"class_id": str(taught.class_id), "local_id": "c-2"}

    await office.service.hear(changed(earlier, 2, successor))
    seen = (await office.get("/v1/claims", headers)).json()["rows"]
    old = await office.post("/v1/claims", content, office.institution(taught))
    new = await office.post("/v1/claims", content, headers)
    read = await office.get(f"/v1/claims/{claim_id}", office.institution(taught))

    assert [row["id"] for row in seen] == [claim_id]
    assert (old.status_code, old.json()["code"]) == (403, "organisation-closed")
    assert (old.json()["closed_from"], old.json()["successor"]) == ("2025-01-01", str(successor))
    assert new.status_code == 201, new.text
    assert new.json()["institution_id"] == str(earlier.institution_id)
    assert read.status_code == 200
    await office.service.hear(changed(earlier, 3, None))
    assert (await office.get("/v1/claims", headers)).json()["rows"] == []
    assert (await office.get(f"/v1/claims/{claim_id}", headers)).json()["code"] == "foreign-organisation"
