"""Exams that lead to something other than a level: special abilities, with their certificates, and what has no exam."""

from __future__ import annotations

import pytest

from services.assessment.numbers.rules.numbers import parse
from services.assessment.worker import SERVICE
from shared.contracts.assessment import CertificateIssued
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, a_class, fail_row, open_centre, pass_row, person_row, session_filing
from tests.assessment.conftest import with_plan
from tests.conftest import OpenWorld
from tests.support.services import ServiceUnderTest

OCCUPATION = "4-10-01-05"
SPECIAL = {"level": None, "award": "special_ability"}


async def with_abilities(service: ServiceUnderTest) -> Centre:
    scope = [{"occupation": OCCUPATION, "award": award} for award in ("special_ability", "L4")]
    return await open_centre(await with_plan(service), scope=scope)


@pytest.fixture
async def centre(open_world: OpenWorld) -> Centre:
    """A body that is filed for a special ability beside a level."""
    return await open_world(SERVICE, with_abilities)


class TestSpecialAbility:
    async def test_who_passes_gets_a_certificate_without_a_level(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), fail_row(2), **SPECIAL)

        concluded = (await centre.conclude(session_id)).json()

        assert (concluded["award"], concluded["level"]) == ("special_ability", None)
        assert (concluded["passed"], concluded["certificates"]) == (1, 1)
        [certificate] = await centre.certificates(session_id)
        assert (certificate["award"], certificate["level"]) == ("special_ability", None)
        assert (certificate["number"][15], parse(certificate["number"]).award) == ("6", Award.SPECIAL_ABILITY)
        [told] = [fact for fact in await centre.service.told() if isinstance(fact, CertificateIssued)]
        assert (told.award, told.level) == ("special_ability", None)

    async def test_the_public_finds_it_by_its_number(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), **SPECIAL)
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)

        asked = {"number": certificate["number"], "name": "王小明"}
        answer = (await centre.service.http.post("/v1/verifications", json=asked)).json()

        assert (answer["award"], answer["award_name_zh"]) == ("special_ability", "专项职业能力")
        assert (answer["level"], answer["level_name_zh"]) == (None, None)

    async def test_a_person_holds_one_beside_a_level_of_the_same_occupation(self, centre: Centre) -> None:
        of_level = await centre.examined(pass_row(1))
        of_ability = await centre.examined(pass_row(1), local_id="E2", **SPECIAL)
        again = await centre.session(local_id="E3", **SPECIAL)

        for session_id in (of_level, of_ability):
            assert (await centre.conclude(session_id)).json()["certificates"] == 1
        held = (await centre.get("/certificates?award=special_ability")).json()["rows"]
        assert [each["session_id"] for each in held] == [of_ability]
        assert len((await centre.get("/certificates?level=L4")).json()["rows"]) == 1
        assert len((await centre.get("/sessions?award=special_ability")).json()["rows"]) == 2
        [refused] = await centre.batch(f"/sessions/{again}/candidates", [person_row(1)])
        assert refused["errors"][0]["code"] == "already-certified"

    async def test_has_no_review(self, centre: Centre) -> None:
        session_id = await centre.session(**SPECIAL)
        await centre.batch(f"/sessions/{session_id}/candidates", [person_row(1)])

        [row] = await centre.batch(f"/sessions/{session_id}/results", [pass_row(1, review=90)])

        assert row["errors"][0]["code"] == "part-not-held"

    async def test_a_class_of_another_award_is_refused(self, centre: Centre) -> None:
        class_id = new_id()
        await centre.service.hear(a_class(class_id, level=None, award="completion"))

        answer = await centre.post("/sessions", session_filing(class_id=str(class_id), **SPECIAL))

        assert (answer.status_code, answer.json()["code"]) == (422, "class-differs")
        assert (answer.json()["award"], answer.json()["level"]) == ("completion", None)


class TestOthers:
    @pytest.mark.parametrize(
        ("award", "evidence"),
        [
            ("completion", "completion"), ("pre_job", "completion"), ("senior_technician_upgrading", "completion"),
            ("special_operations", "licence"), ("special_operations_renewal", "licence"),
        ],
    )  # fmt: skip
    async def test_are_not_examined(self, centre: Centre, award: str, evidence: str) -> None:
        answer = await centre.post("/sessions", session_filing(level=None, award=award))

        assert (answer.status_code, answer.json()["code"], answer.json()["evidence"]) == (
            422, "shown-otherwise", evidence,
        )  # fmt: skip

    async def test_what_the_body_is_not_filed_for_is_refused_with_what_it_is(
        self, assessment: ServiceUnderTest
    ) -> None:
        other = await open_centre(assessment, scope=[{"occupation": OCCUPATION, "level": "L3"}])

        answer = await other.post("/sessions", session_filing(**SPECIAL))

        assert (answer.status_code, answer.json()["code"]) == (422, "outside-scope")
        assert (answer.json()["awards_filed"], answer.json()["levels_filed"]) == (["L3"], ["L3"])

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (session_filing(award="L5"), "award-contradicts-level"),
            (session_filing(level=None), "award-missing"),
            (session_filing(level=None, award="gold"), "unknown-award"),
        ],
        ids=["contradiction", "missing", "unknown"],
    )
    async def test_what_names_no_award_is_refused(self, centre: Centre, content: dict[str, object], code: str) -> None:
        answer = await centre.post("/sessions", content)

        assert (answer.status_code, answer.json()["code"]) == (422, code)
