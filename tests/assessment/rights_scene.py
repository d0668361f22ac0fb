"""Two counties for the walk of rights, each with a body, its exams, an institution with candidates, a proposal."""

from __future__ import annotations

from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import (
    Centre,
    a_class,
    an_enrolment,
    body_filing,
    fail_row,
    open_centre,
    pass_row,
    person_key,
    session_filing,
)
from tests.support.persons import merged
from tests.support.rights import Scene, Side
from tests.support.services import ServiceUnderTest

REASON = {"reason": "评分有误"}
CORRECTION = {"theory": 60, "skills": 60} | REASON


async def assessment_scene(assessment: ServiceUnderTest) -> Scene:
    return Scene(
        service=assessment,
        here=await _side(assessment, "410102", "410100", first=1),
        there=await _side(assessment, "419001", "419001", first=11),
        above="410100",
        creates=frozenset({"file_session"}),
    )


async def _side(assessment: ServiceUnderTest, region: str, reports_to: str, *, first: int) -> Side:
    """`first` is the number of the first of its people and of its body."""
    centre = await open_centre(assessment, first, region=region)
    institution, class_id = new_id(), new_id()
    keys = [person_key(assessment, first + place) for place in range(3)]
    await assessment.hear(
        a_class(class_id, institution_id=institution, region=region, reporting_region=reports_to),
        *(an_enrolment(new_id(), class_id, key, programme="S02-1") for key in keys),
    )
    place = {"region": region, "class_id": str(class_id)}
    certificates = [await _certified(centre, first + person, local_id=f"E{person}", **place) for person in range(2)]
    await assessment.hear(merged(keys[1], keys[0]))
    session_id = await centre.examined(fail_row(first + 2), local_id="open", **place)
    candidate_id = (await centre.candidate_ids(session_id))[str(first + 2)]
    proposed = (await centre.post(f"/candidates/{candidate_id}/correction", CORRECTION)).json()
    return Side(
        region=region,
        organisations={Role.INSTITUTION: str(institution), Role.ASSESSMENT_BODY: centre.body["id"]},
        ids={
            "body_id": centre.body["id"],
            "session_id": session_id,
            "candidate_id": candidate_id,
            "certificate_id": certificates[0],
            "proposal_id": proposed["id"],
            "number": "S000041000001253000001",
        },
        listed={
            "list_bodies": centre.body["id"],
            "list_sessions": session_id,
            "list_certificates": certificates[0],
            "list_proposals": proposed["id"],
            "list_duplicates": certificates[1],
        },
        bodies={
            "file_body": body_filing(first + 5, region=region),
            "file_session": session_filing(local_id="new", region=region),
            "propose_correction": CORRECTION,
            "propose_revocation": REASON,
            "add_candidates": {"rows": []},
            "record_results": {"rows": []},
        },
    )


async def _certified(centre: Centre, order: int, **changes: object) -> str:
    session_id = await centre.examined(pass_row(order), **changes)
    await centre.conclude(session_id)
    [certificate] = await centre.certificates(session_id)
    return str(certificate["id"])
