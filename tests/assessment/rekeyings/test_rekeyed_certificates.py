"""Certificates of persons under whose document another human was trained, over HTTP."""

from __future__ import annotations

from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, a_class, an_enrolment, pass_row, person_key
from tests.support.persons import rekeyed

REASON = {"reason": "证件号码录入错误"}


async def listed(centre: Centre, region: str = "410102") -> list[str]:
    headers = centre.service.tokens.of(Role.FINANCE, region=region)
    return [row["id"] for row in (await centre.get("/rekeyed-certificates", headers)).json()["rows"]]


async def test_are_listed_for_their_region_until_they_are_revoked(centre: Centre) -> None:
    class_id = new_id()
    wrong, right = (person_key(centre.service, order) for order in (1, 2))
    enrolment = an_enrolment(new_id(), class_id, wrong, programme="S08")
    await centre.service.hear(a_class(class_id), enrolment)
    session_id = await centre.examined(pass_row(1), class_id=str(class_id))
    await centre.conclude(session_id)
    (certificate,) = await centre.certificates(session_id)
    before = await listed(centre)

    await centre.service.hear(rekeyed(enrolment, right))

    assert before == []
    assert [await listed(centre, region) for region in ("410102", "410100", "410000")] == [[certificate["id"]]] * 3
    assert await listed(centre, "419001") == []
    await centre.revoke(certificate["id"], REASON)
    assert await listed(centre) == []


async def test_are_none_for_who_was_examined_under_the_right_document_or_is_back(centre: Centre) -> None:
    class_id = new_id()
    wrong, right = (person_key(centre.service, order) for order in (1, 2))
    enrolment = an_enrolment(new_id(), class_id, wrong, programme="S08")
    await centre.service.hear(a_class(class_id), enrolment)
    for order in (1, 2):
        session_id = await centre.examined(pass_row(order), local_id=f"E{order}", class_id=str(class_id))
        await centre.conclude(session_id)
    there = rekeyed(enrolment, right)

    await centre.service.hear(there)
    of_one = len(await listed(centre))
    await centre.service.hear(rekeyed(there, wrong))

    # The other certificate now has no training either: its holder was in the class by the mistake only.
    assert (of_one, len(await listed(centre))) == (1, 1)
