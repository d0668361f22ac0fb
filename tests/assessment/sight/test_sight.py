"""Who sees which sessions, candidates and certificates: lists and single records agree, for every role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, a_class, an_enrolment, open_centre, pass_row, person_key
from tests.support.facts import an_institution
from tests.support.persons import merged

OFFICERS = (Role.COUNTY_OFFICER, Role.REVIEWER, Role.FINANCE, Role.PROVINCE)


@dataclass(frozen=True)
class Exam:
    """A concluded session with one candidate who passed."""

    session: str
    candidate: str
    certificate: str

    @property
    def singles(self) -> dict[str, str]:
        return {
            "sessions": f"/sessions/{self.session}",
            "certificates": f"/certificates/{self.certificate}",
            "candidates": f"/candidates/{self.candidate}",
        }


async def held(centre: Centre, order: int = 1, **changes: object) -> Exam:
    session_id = await centre.examined(pass_row(order), **changes)
    await centre.conclude(session_id)
    [certificate] = await centre.certificates(session_id)
    return Exam(session_id, certificate["candidate_id"], certificate["id"])


async def seen_by(centre: Centre, headers: dict[str, str], exams: list[Exam]) -> list[Exam]:
    """The exams that a caller sees, which must be the same in every list and for every single record."""
    found = {}
    for what in ("sessions", "certificates"):
        rows = (await centre.get(f"/{what}", headers)).json()["rows"]
        listed = {row["id"] for row in rows}
        single = {}
        for exam in exams:
            answer = await centre.get(exam.singles[what], headers)
            assert answer.status_code in (200, 403), answer.text
            single[exam.singles[what].rsplit("/", 1)[1]] = answer.status_code == 200
        assert listed == {id_ for id_, visible in single.items() if visible}, what
        found[what] = [exam for exam in exams if single[exam.singles[what].rsplit("/", 1)[1]]]
    assert found["sessions"] == found["certificates"]
    return found["sessions"]


async def candidates(centre: Centre, exam: Exam, headers: dict[str, str]) -> Any:
    """The ids of the candidates of the exam's session, or the code of the refusal; the single one agrees."""
    listed = await centre.get(f"/sessions/{exam.session}/candidates", headers)
    single = await centre.get(exam.singles["candidates"], headers)
    if listed.status_code != 200:
        assert single.status_code == 403
        return listed.json()["code"]
    ids = [row["id"] for row in listed.json()["rows"]]
    assert (single.status_code == 200) == (exam.candidate in ids)
    return ids


class TestOfficers:
    async def test_see_the_exams_of_their_region_and_below_and_of_bodies_from_there(self, centre: Centre) -> None:
        there = await open_centre(centre.service, 124, region="410308")
        at_home, far = await held(centre), await held(centre, 2, local_id="E2", region="419001")
        of_there = await held(there, 3)
        exams = [at_home, far, of_there]
        # The third is held in 410102 by a body of 410300: both supervise.
        places = {
            "410000": exams, "410100": exams, "410102": exams, "410300": [of_there], "410308": [of_there],
            "419001": [far],
        }  # fmt: skip

        assert await seen_by(centre, centre.province, exams) == exams
        for role in OFFICERS[:3]:
            for region, expected in places.items():
                headers = centre.service.tokens.of(role, region=region)
                assert await seen_by(centre, headers, exams) == expected, (role, region)

    async def test_marks_and_masked_numbers_are_for_officers_of_the_region_and_not_for_finance(
        self, centre: Centre
    ) -> None:
        exam, tokens = await held(centre), centre.service.tokens

        assert await candidates(centre, exam, centre.province) == [exam.candidate]
        for role in (Role.COUNTY_OFFICER, Role.REVIEWER):
            assert await candidates(centre, exam, tokens.of(role, region="410100")) == [exam.candidate]
            assert await candidates(centre, exam, tokens.of(role, region="410300")) == "foreign-region"
        assert await candidates(centre, exam, tokens.of(Role.FINANCE, region="410100")) == "wrong-role"

    async def test_a_region_that_does_not_exist_is_refused_and_the_provinces_code_is_everything(
        self, centre: Centre
    ) -> None:
        exam, city = await held(centre), centre.officer()

        for what in ("sessions", "certificates", "bodies", "duplicates", "proposals"):
            for code, status in (("419999", 422), ("410300", 403), ("410000", 200), ("410102", 200)):
                assert (await centre.get(f"/{what}?region={code}", city)).status_code == status, (what, code)
        assert [row["id"] for row in (await centre.get("/sessions?region=410000", city)).json()["rows"]] == [
            exam.session
        ]
        assert (await centre.get("/sessions?region=419999", centre.own)).status_code == 422
        assert (await centre.get("/sessions?region=410300", centre.own)).json()["rows"] == []

    async def test_a_token_of_nowhere_or_of_nobody_sees_nothing(self, centre: Centre) -> None:
        exam, tokens = await held(centre), centre.service.tokens
        nowhere = [tokens.of(role, region="330000") for role in OFFICERS]
        nobodys = [tokens.of(Role.ASSESSMENT_BODY), tokens.of(Role.INSTITUTION), tokens.of(Role.PROVINCE)]

        for callers, status, code in ((nowhere, 403, "foreign-region"), (nobodys, 401, "unauthenticated")):
            for headers in callers:
                for path in ("/sessions", "/certificates", *list(exam.singles.values())[:2]):
                    answer = await centre.get(path, headers)
                    assert (answer.status_code, answer.json()["code"]) == (status, code), path


class TestBodies:
    async def test_see_their_own(self, centre: Centre) -> None:
        other = await open_centre(centre.service, 124)
        exams = [await held(centre), await held(other, 2)]

        assert await seen_by(centre, centre.own, exams) == exams[:1]
        assert await seen_by(centre, other.own, exams) == exams[1:]
        assert await candidates(centre, exams[0], other.own) == "foreign-organisation"


class TestInstitutions:
    async def taught(self, centre: Centre, person: UUID, **changes: Any) -> dict[str, str]:
        """The headers of an institution that teaches the person in a class of caregivers."""
        class_id, institution_id = new_id(), new_id()
        await centre.service.hear(
            a_class(class_id, institution_id=institution_id, **changes),
            an_enrolment(new_id(), class_id, person, programme="S02-1"),
        )
        return centre.service.tokens.of(Role.INSTITUTION, organisation=institution_id)

    async def test_see_results_and_certificates_of_their_trainees_with_or_without_a_class(self, centre: Centre) -> None:
        own = await self.taught(centre, person_key(centre.service, 1))
        exams = [await held(centre), await held(centre, 2, local_id="E2")]
        session_id = await centre.session(local_id="E3")
        other_trainees = await self.taught(centre, person_key(centre.service, 2))

        assert await seen_by(centre, own, exams) == exams[:1]
        assert await seen_by(centre, other_trainees, exams) == exams[1:]
        assert await candidates(centre, exams[0], own) == [exams[0].candidate]
        assert await candidates(centre, exams[1], own) == "foreign-organisation"
        shown = (await centre.get(exams[0].singles["candidates"], own)).json()
        assert (shown["passed"], shown["name"][1:]) == (True, "*" * (len(shown["name"]) - 1))
        assert (await centre.get(f"/sessions/{session_id}", own)).status_code == 403

    async def test_see_of_a_session_their_own_trainees_only(self, centre: Centre) -> None:
        class_id, institution_id = new_id(), new_id()
        await centre.service.hear(
            a_class(class_id, institution_id=institution_id),
            an_enrolment(new_id(), class_id, person_key(centre.service, 1), programme="S02-1"),
        )
        own = centre.service.tokens.of(Role.INSTITUTION, organisation=institution_id)
        session_id = await centre.examined(pass_row(1), pass_row(2), class_id=str(class_id))
        ids = await centre.candidate_ids(session_id)

        rows = (await centre.get(f"/sessions/{session_id}/candidates", own)).json()["rows"]

        assert [row["id"] for row in rows] == [ids["1"]]
        assert (await centre.get(f"/candidates/{ids['2']}", own)).json()["code"] == "foreign-organisation"
        assert [row["id"] for row in (await centre.get("/sessions", own)).json()["rows"]] == [session_id]

    async def test_see_nothing_of_another_trade_or_level_or_from_before_the_class(self, centre: Centre) -> None:
        exam, person = await held(centre), person_key(centre.service, 1)
        others = [
            await self.taught(centre, person, level=3),
            await self.taught(centre, person, occupation="4-03-02-01"),
            await self.taught(centre, person, starts_on=date(2099, 1, 1)),
        ]

        for headers in others:
            assert await seen_by(centre, headers, [exam]) == []
            assert await candidates(centre, exam, headers) == "foreign-organisation"

    async def test_find_their_trainee_under_another_key_and_not_after_they_left(self, centre: Centre) -> None:
        exam, keys = await held(centre), [person_key(centre.service, order) for order in (1, 2)]
        class_id, institution_id, enrolment_id = new_id(), new_id(), new_id()
        own = centre.service.tokens.of(Role.INSTITUTION, organisation=institution_id)
        await centre.service.hear(
            a_class(class_id, institution_id=institution_id),
            an_enrolment(enrolment_id, class_id, keys[1], programme="S02-1"),
        )
        before = await seen_by(centre, own, [exam])

        await centre.service.hear(merged(keys[0], keys[1]))
        merged_ = await seen_by(centre, own, [exam])
        await centre.service.hear(
            an_enrolment(enrolment_id, class_id, keys[1], version=2, programme="S02-1"),
            an_enrolment(enrolment_id, class_id, keys[1], version=3, programme="S02-1"),
        )

        assert (before, merged_, await seen_by(centre, own, [exam])) == ([], [exam], [])

    async def test_see_those_of_institutions_that_they_took_over_until_it_is_reversed(self, centre: Centre) -> None:
        tokens, class_id = centre.service.tokens, new_id()
        first, second, third = new_id(), new_id(), new_id()
        await centre.service.hear(
            an_institution(first, version=1),
            an_institution(second, version=1),
            a_class(class_id, institution_id=first),
            an_enrolment(new_id(), class_id, person_key(centre.service, 1), programme="S02-1"),
        )
        exam = await held(centre, class_id=str(class_id))
        own = {each: tokens.of(Role.INSTITUTION, organisation=each) for each in (first, second, third)}
        assert await seen_by(centre, own[third], [exam]) == []

        # Taken over in two steps: the last one has what the first one had.
        await centre.service.hear(
            an_institution(first, version=2, closed_from=date(2025, 7, 1), succeeded_by=second),
            an_institution(second, version=2, closed_from=date(2025, 8, 1), succeeded_by=third),
        )
        taken_over = {each: await seen_by(centre, headers, [exam]) for each, headers in own.items()}
        candidate = await candidates(centre, exam, own[third])
        await centre.service.hear(an_institution(second, version=3))

        assert taken_over == {each: [exam] for each in own}
        assert candidate == [exam.candidate]
        assert await seen_by(centre, own[third], [exam]) == []
        assert await seen_by(centre, own[second], [exam]) == [exam]
